/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/host/link/caller.h - clients of a control socket, and its shim
 *
 * Server and clients share one loop: it is run until a client has a message or
 * has lost its connection. alarm() is the deadline of all of it. The shim
 * counts statuses, keeps reboots open, and answers a stop from within the call.
 */
#ifndef TESTS_HOST_LINK_CALLER_H
#define TESTS_HOST_LINK_CALLER_H

#include "host/link/control.h"
#include "host/link/peer.h"
#include "host/loop.h"

enum { ASKED_CALLS = 32 };

struct caller {
	struct peer peer;
	int slot;
	json_t *message; /* the last one heard */
	bool gone;
};

/* What the shim was asked. */
extern struct asked {
	int statuses, reboots, stops;
	bool now, wait_memory;
	uint32_t call[ASKED_CALLS]; /* of reboots */
	int gone;
	uint32_t gone_call[ASKED_CALLS];
	enum wish wish;
	bool wait;
	uint64_t budget_us;
} asked;

extern struct control *control;

int caller_set_up(void **state);
int caller_tear_down(void **state);

struct caller *caller_new(void);
/* caller_new_other() - of another user, that may only look. Return: NULL: only
 * root can be another user */
struct caller *caller_new_other(void);

void caller_end(struct caller *c);

/* caller_say() - send @text and its NUL byte */
void caller_say(struct caller *c, const char *text);

/* caller_call(), caller_watch() - a method of io.reprise, without parameters */
void caller_call(struct caller *c, const char *method);
void caller_watch(struct caller *c, const char *method);

/* caller_hear() - the next message, owned by @c; NULL: the connection ended */
json_t *caller_hear(struct caller *c);

/* caller_deafen() - read nothing until told otherwise */
void caller_deafen(struct caller *c, bool deaf);

/* caller_turn() - another client comes, asks for the status, and goes */
void caller_turn(void);

/* What stands in a message; "none" or -1 if nothing does. */
const char *caller_error(json_t *message);
const char *caller_parameter(json_t *message, const char *key);
json_int_t caller_count(json_t *message);

#define CALLER_TEST(name)                                                      \
	cmocka_unit_test_setup_teardown(name, caller_set_up, caller_tear_down)

#endif
