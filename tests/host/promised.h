/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/host/promised.h - a shim that is no more than its line of a ledger
 *
 * The ledger is a real one in a scratch directory; no QEMU is started, and its
 * pid is a number.
 */
#ifndef TESTS_HOST_PROMISED_H
#define TESTS_HOST_PROMISED_H

#include <sys/types.h>

#include "host/config/runtime.h"
#include "host/handover.h"
#include "host/shim_impl.h"
#include "tests/host/scratch.h"

enum { QEMU = 4242 };

/* For the test that runs, between promised_begin() and promised_end(). */
extern struct scratch scratch;
extern struct shim shim;
extern char error[SENTENCE_MAX];

/* Of an appliance of 1 MiB. */
extern const struct image image;
extern struct runtime runtime;

/* Of the shim's options: nothing was handed over. */
extern struct handover handed_over;

int promised_begin(void **state);
int promised_end(void **state);

#define WITH_LEDGER(test)                                                      \
	cmocka_unit_test_setup_teardown(test, promised_begin, promised_end)

/* How many there are in each state, and the pid of one who lives. */
struct count {
	unsigned int of[PROMISE_DRAINS + 1];
	pid_t pid;
};

struct count count(void);

/* admit() - what the ledger says to a start of the shim */
enum admission admit(void);

#endif
