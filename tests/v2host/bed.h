/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/v2host/bed.h - the cgroup that the appliances under test are in
 *
 * Theory of operation: this runs as the payload of a Linux guest, whose PID 1
 * has mounted cgroup2. For each test there is a group as a service manager
 * makes one for a unit with Delegate=yes and DelegateSubgroup=shim: BED, with
 * a limit if the test wants one, and in it `shim`. A shim is started there; the
 * test itself stays outside, so that no limit is its own. What the test leaves
 * in BED is a failure of the test.
 */
#ifndef TESTS_V2HOST_BED_H
#define TESTS_V2HOST_BED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/integration/rig.h"

enum { BED_PIDS = 8, NOBODY = 65534 };

#define BED_AS_NOBODY "as-nobody"

/* bed_open(), bed_close() - set up and tear down; *state: a struct rig * */
int bed_open(void **state);
int bed_close(void **state);

#define IN_BED(test) cmocka_unit_test_setup_teardown(test, bed_open, bed_close)

/* bed_enter(), bed_leave() - what is started between them is BED's */
void bed_enter(void);
void bed_leave(void);

/* bed_run() - rig_run_model() of an appliance in BED */
void bed_run(struct rig *r, const char *script, const char *lines);

/*
 * bed_run_as_nobody() - the same, without rights, in a BED that is nobody's as
 *	systemd makes it for a unit with User=
 */
void bed_run_as_nobody(struct rig *r, const char *script, const char *lines);

/* bed_stop() - and to its end, after which nothing of it is left */
void bed_stop(struct rig *r);

/*
 * bed_start_taking() - a process in BED that takes memory, and ends as soon as
 *	it has so many bytes
 * Return: its pid; the caller reaps it
 */
pid_t bed_start_taking(size_t bytes);

/* bed_write() - into a file of BED; what cannot be written fails the test */
void bed_write(const char *file, uint64_t value);

/* bed_number() - what a file of BED holds; fails the test if it is not there */
uint64_t bed_number(const char *file);

/* bed_count() - the value of @key in a file of BED; likewise */
uint64_t bed_count(const char *file, const char *key);

/* bed_has() - is there such a group in BED? */
bool bed_has(const char *group);

/* bed_await_gone() - its memory is back; fails the test if it does not go */
void bed_await_gone(const char *group);

/* bed_pids() - who is in a group of BED. Return: how many, BED_PIDS at most */
size_t bed_pids(const char *group, pid_t pids[static BED_PIDS]);

#endif
