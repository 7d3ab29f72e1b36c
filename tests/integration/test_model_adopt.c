// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/test_model_adopt.c - the shim dies, in each phase
 *
 * On the stand-in (tests/pvmodel), which stays in a phase until a second shim
 * has connected. What real QEMU can show of it, test_adopt.c shows.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/integration/orphan.h"
#include "tests/integration/stub_image.h"

static const char name[] = "under-test";

/* What was launched before keeps its script, what will be has none. */
static void run_again(struct rig *r)
{
	setenv("PVMODEL", "", 1);
	rig_run(r, rig_under_test(r), name);
}

static void stop(struct rig *r)
{
	RIG_DO(r, "stop", name);
	rig_assert_end(r, 0);
	orphan_nothing_left(r);
}

/* Nothing is said before QMP is up; so ask until somebody answers. */
static void await_answer(struct rig *r)
{
	int64_t end_ms = child_deadline();
	int code = 1;

	while (code != 0) {
		struct child c;

		rig_verb(r, &c, (const char *const[]){ "status", name, NULL });
		code = c.code;
		child_close(&c);
		if (code != 0 && child_left(end_ms) == 0)
			rig_fail(r, "no status");
	}
}

static void launching_qemu_is_run_by_the_next(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;
	json_int_t qemu;

	rig_run_model(r, "waits-at=greeting", "");
	await_answer(r);
	orphan_await_state(r, "launching");
	qemu = rig_number(r, "pid");
	orphan_crash(r);
	run_again(r);
	rig_await_ready(r);
	assert_int_equal(rig_number(r, "pid"), qemu);
	assert_int_equal(rig_number(r, "generation"), 1);
	assert_int_equal(rig_number(r, "boot"), 1);
	stop(r);
}

/* Each is a phase of a reboot in place, which goes on to its end. */
static void reboot_in_place_goes_on_from_each_phase(void **state)
{
	static const struct {
		const char *script, *phase;
	} phases[] = {
		{ "waits-at=grant", "quiescing" },
		{ "waits-at=commit", "ending" },
		{ "waits-at=status", "judging" },
		{ "waits-at=reset", "resetting" },
	};
	struct rig *r = &((struct both *)*state)->rig;

	for (int i = 0; i < 4; i++) {
		json_int_t qemu;

		rig_run_model(r, phases[i].script, "");
		rig_await_ready(r);
		qemu = rig_number(r, "pid");
		RIG_DO(r, "reboot", name);
		orphan_await_state(r, phases[i].phase);
		orphan_crash(r);
		run_again(r);
		rig_await_ready(r);
		assert_int_equal(rig_number(r, "pid"), qemu);
		assert_int_equal(rig_number(r, "boot"), 2);
		assert_string_equal(rig_last(r, "cause"), "clean reboot");
		assert_string_equal(rig_last(r, "strategy"), "in place");
		stop(r);
		rig_close(r);
		rig_open(r);
	}
}

/* The end of QEMU that was decided; the start after it is the next one's. */
static void full_reboot_goes_on_from_quitting(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;

	rig_run_model(r, "waits-at=quit", "");
	rig_await_ready(r);
	RIG_DO(r, "reboot", name, "--full");
	orphan_await_state(r, "quitting");
	orphan_crash(r);
	run_again(r);
	rig_await_ready(r);
	assert_int_equal(rig_number(r, "generation"), 2);
	assert_string_equal(rig_last(r, "cause"), "clean reboot");
	assert_string_equal(rig_last(r, "strategy"), "overlap");
	stop(r);
}

/* QEMU has ended, its memory is still held: by a helper that stands still. */
static void full_reboot_goes_on_from_draining(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;
	pid_t qemu, helper;

	rig_run_model(r, "waits-at=quit", "");
	rig_await_ready(r);
	qemu = (pid_t)rig_number(r, "pid");
	helper = (pid_t)rig_number(r, "helper");
	RIG_DO(r, "reboot", name, "--full");
	orphan_await_state(r, "quitting");
	orphan_crash(r);
	kill(helper, SIGSTOP);
	kill(qemu, SIGKILL);
	assert_true(child_await_pid(qemu));
	run_again(r);
	rig_await_ready(r);
	assert_true(child_await_pid(helper));
	assert_int_equal(rig_number(r, "generation"), 2);
	assert_string_equal(rig_last(r, "cause"), "clean reboot");
	assert_string_equal(rig_last(r, "strategy"), "overlap");
	stop(r);
}

/* The guest had ended in order; that QEMU then crashed is another matter. */
static void qemu_that_crashes_in_the_reset_is_a_crash(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;

	rig_run_model(r, "waits-at=reset", "");
	rig_await_ready(r);
	RIG_DO(r, "reboot", name);
	orphan_await_state(r, "resetting");
	kill((pid_t)rig_number(r, "pid"), SIGSEGV);
	rig_await_ready(r);
	assert_int_equal(rig_number(r, "generation"), 2);
	assert_string_equal(rig_last(r, "cause"), "QEMU crashed");
	assert_string_equal(rig_last(r, "strategy"), "overlap");
	RIG_DO(r, "stop", name);
	rig_await_end(r);
	rig_assert_nothing_left(r);
}

/* strace attaches to it: the wait that it breaks ends with EBADF. */
static void shim_whose_loop_fails_leaves_its_qemu_and_says_so(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;
	char pid[16];
	const char *const argv[] = {
		"/usr/bin/strace",
		"-o/dev/null",
		"-einject=epoll_pwait,epoll_wait:error=EBADF",
		"-p",
		pid,
		NULL
	};
	json_int_t qemu;
	struct child c;

	rig_run_model(r, "", "");
	rig_await_ready(r);
	qemu = rig_number(r, "pid");
	snprintf(pid, sizeof(pid), "%d", (int)r->shim.pid);
	assert_int_equal(child_start(&c, argv, -1), 0);
	rig_await_said(r, "goes on without a shim");
	assert_int_equal(rig_await_end(r), 3);
	child_close(&c);
	orphan_crash(r); /* it has ended: what we had of it goes */
	run_again(r);
	rig_await_ready(r);
	assert_int_equal(rig_number(r, "pid"), qemu);
	stop(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_MODEL(launching_qemu_is_run_by_the_next),
		ON_MODEL(reboot_in_place_goes_on_from_each_phase),
		ON_MODEL(full_reboot_goes_on_from_quitting),
		ON_MODEL(full_reboot_goes_on_from_draining),
		ON_MODEL(qemu_that_crashes_in_the_reset_is_a_crash),
		ON_MODEL(shim_whose_loop_fails_leaves_its_qemu_and_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
