// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/test_model_secure.c - a Secure Execution guest's resets
 *
 * On the stand-in, for there is no such host to test on: it follows
 * tests/pvmodel/pv.h, which is a model of what docs/facts.md says. Its guest
 * has memory= MiB to destroy, the appliance more than 2 GiB, so that no reset
 * is known beforehand to be synchronous.
 */
#include "tests/integration/both.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/integration/orphan.h"
#include "tests/integration/stub_image.h"

static const char under_test[] = "under-test";

static void start(struct rig *r, const char *script)
{
	rig_run_model(r, script, "memory = 2100 MiB\n");
	rig_await_ready(r);
}

static void reboot(struct rig *r)
{
	RIG_DO(r, "reboot", under_test, "--wait");
	rig_await_ready(r);
}

static void reboot_in_place(struct rig *r)
{
	reboot(r);
	assert_string_equal(rig_last(r, "strategy"), "in place");
	assert_int_equal(rig_number(r, "generation"), 1);
}

/* The thread of the last reset, which has waited (perform-waits). */
static void let_perform_begin(pid_t qemu)
{
	assert_int_equal(kill(qemu, SIGUSR1), 0);
}

static void stop(struct rig *r)
{
	RIG_DO(r, "stop", under_test);
	rig_assert_end(r, 0);
	rig_assert_nothing_left(r);
}

static void large_guest_is_destroyed_in_the_background(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;
	const char *const argv[] = { rig_program(), "events", under_test,
				     NULL };
	struct child events;

	start(r, "version=10.2,secure,memory=65536,page-ns=500");
	assert_string_equal(rig_word(r, "cleanup"), "none");
	assert_int_equal(child_start(&events, argv, -1), 0);
	if (!child_await_text(&events, CHILD_OUT, "\"begin\""))
		rig_fail(r, "no events");
	reboot_in_place(r);
	rig_await_said(r, "it is destroyed in the background");
	assert_string_equal(rig_word(r, "cleanup"), "asynchronous");
	if (!child_await_text(&events, CHILD_OUT,
			      "\"cleanup\":\"asynchronous\""))
		rig_fail(r, "no event tells how it was destroyed");
	assert_non_null(strstr(
		RIG_SAID(r, 0, rig_program(), "history", under_test, "--json"),
		"\"cleanup\""));
	child_close(&events);
	stop(r);
}

/* PREPARE is not for it: all is destroyed, for seconds of a deaf QMP. */
static void small_guest_is_destroyed_while_the_reset_waits(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;

	rig_run_model(r, "version=10.2,secure,page-ns=12000",
		      "memory = 2048 MiB\n");
	rig_await_ready(r);
	reboot_in_place(r); /* deaf for longer than an idle QEMU may be */
	rig_await_said(r, "it was destroyed while the reset waited");
	assert_string_equal(rig_word(r, "cleanup"), "synchronous");
	stop(r);
}

static void reset_whose_prepare_is_refused_says_so(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;

	start(r, "version=10.2,secure,memory=65536,page-ns=10,prepare-fails");
	reboot_in_place(r);
	rig_await_said(r, "since KVM refused to do it later: I");
	assert_string_equal(rig_word(r, "cleanup"), "synchronous");
	stop(r);
}

/* QEMU resets when its shim has gone; so the next one reads what it said. */
static void refusal_while_no_shim_lived_is_heard(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;

	start(r, "version=10.2,secure,memory=65536,page-ns=10,prepare-fails,"
		 "waits-at=reset");
	RIG_DO(r, "reboot", under_test);
	orphan_await_state(r, "resetting");
	orphan_crash(r);
	setenv("PVMODEL", "", 1);
	rig_run(r, rig_under_test(r), under_test);
	rig_await_ready(r);
	assert_string_equal(rig_last(r, "strategy"), "in place");
	rig_await_said(r, "since KVM refused to do it later: I");
	assert_string_equal(rig_word(r, "cleanup"), "synchronous");
	RIG_DO(r, "stop", under_test);
	rig_assert_end(r, 0);
	orphan_nothing_left(r);
}

/* A second PREPARE before PERFORM began would end QEMU (facts 2.3, race). */
static void second_reboot_waits_until_perform_has_begun(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;

	start(r, "version=10.2,secure,memory=65536,page-ns=100,"
		 "perform-late=300");
	reboot_in_place(r);
	reboot_in_place(r);
	assert_int_equal(rig_number(r, "boot"), 3);
	stop(r);
}

/* As long as KVM has not begun, no reset: a thread that nobody runs. */
static void second_reboot_does_not_wait_for_ever(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;

	start(r, "version=10.2,secure,memory=4096,page-ns=100,"
		 "perform-waits");
	reboot_in_place(r);
	reboot(r);
	assert_string_equal(rig_last(r, "strategy"), "overlap");
	assert_string_equal(rig_last(r, "cause"), "clean reboot");
	assert_int_equal(rig_number(r, "generation"), 2);
	stop(r);
}

/* The next one holds it back as well: the record says when the reset was. */
static void shim_that_dies_while_it_holds_a_reset_back_is_followed(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;
	char file[128];
	pid_t qemu;

	start(r, "version=10.2,secure,memory=65536,page-ns=100,"
		 "perform-waits");
	reboot_in_place(r);
	qemu = (pid_t)rig_number(r, "pid");
	RIG_DO(r, "reboot", under_test);
	orphan_await_state(r, "holding");
	orphan_crash(r);
	let_perform_begin(qemu);
	snprintf(file, sizeof(file), "%s/under-test.conf", r->dir);
	rig_run(r, file, under_test);
	rig_await_ready(r);
	assert_string_equal(rig_last(r, "strategy"), "in place");
	assert_int_equal(rig_number(r, "generation"), 1);
	assert_int_equal(rig_number(r, "boot"), 3);
	RIG_DO(r, "stop", under_test);
	rig_assert_end(r, 0);
	orphan_nothing_left(r);
}

static void qemu_whose_perform_fails_is_started_anew(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;

	start(r, "version=10.2,secure,memory=65536,page-ns=10,perform-fails,"
		 "perform-waits");
	reboot_in_place(r);
	let_perform_begin((pid_t)rig_number(r, "pid"));
	rig_await_said(r, "KVM_PV_ASYNC_CLEANUP_PERFORM failed");
	rig_await_ready(r);
	assert_string_equal(rig_last(r, "cause"), "secure teardown failed");
	assert_int_equal(rig_number(r, "generation"), 2);
	stop(r);
}

static void qemu_whose_disable_fails_is_started_anew(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;

	start(r, "version=10.2,secure,memory=2048,page-ns=10,disable-fails");
	RIG_DO(r, "reboot", under_test);
	rig_await_said(r, "KVM_PV_DISABLE failed");
	rig_await_ready(r);
	assert_string_equal(rig_last(r, "cause"), "secure teardown failed");
	assert_int_equal(rig_number(r, "generation"), 2);
	stop(r);
}

/* Each in its own spelling, with its helper, and with PREPARE from 8.0 on. */
static void versions_differ_in_what_they_know(void **state)
{
	static const struct {
		const char *version, *cleanup;
	} rows[] = {
		{ "7.2", "synchronous" },   { "8.0", "asynchronous" },
		{ "8.2", "asynchronous" },  { "9.0", "asynchronous" },
		{ "10.2", "asynchronous" },
	};
	struct rig *r = &((struct both *)*state)->rig;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char script[96];

		snprintf(script, sizeof(script),
			 "version=%s,secure,memory=8192,page-ns=200,"
			 "perform-waits",
			 rows[i].version);
		start(r, script);
		assert_int_not_equal(rig_number(r, "helper"), 0);
		reboot_in_place(r);
		rig_await_said(r, "the secure guest before the reset: ");
		assert_string_equal(rig_word(r, "cleanup"), rows[i].cleanup);
		stop(r);
		both_close(state);
		both_open(state);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_MODEL(large_guest_is_destroyed_in_the_background),
		ON_MODEL(small_guest_is_destroyed_while_the_reset_waits),
		ON_MODEL(reset_whose_prepare_is_refused_says_so),
		ON_MODEL(refusal_while_no_shim_lived_is_heard),
		ON_MODEL(second_reboot_waits_until_perform_has_begun),
		ON_MODEL(second_reboot_does_not_wait_for_ever),
		ON_MODEL(
			shim_that_dies_while_it_holds_a_reset_back_is_followed),
		ON_MODEL(qemu_whose_perform_fails_is_started_anew),
		ON_MODEL(qemu_whose_disable_fails_is_started_anew),
		ON_MODEL(versions_differ_in_what_they_know),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
