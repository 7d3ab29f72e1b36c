// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/test_model_handover.c - what a handover answers, and whom
 *
 * On the stand-in (tests/pvmodel), which stands still where a test says so.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/integration/orphan.h"
#include "tests/integration/stub_image.h"

static const char name[] = "under-test";

/* A copy of `reprise` of our own, which may be replaced. */
static void run_copy(struct rig *r, char program[256], const char *script)
{
	struct child c;

	snprintf(program, 256, "%s/reprise", r->dir);
	assert_int_equal(
		child_start(&c,
			    (const char *const[]){ "/bin/cp", rig_program(),
						   program, NULL },
			    -1),
		0);
	assert_true(child_await_end(&c));
	child_close(&c);
	rig_run_program(r, program, stub_model(r, "x86_64", script, ""), name);
	rig_await_ready(r);
}

/* A reboot that waits, for a guest that stands still. */
static void begin_reboot(struct rig *r, struct child *c, pid_t qemu)
{
	const char *const argv[] = { rig_program(), "reboot", name, "--wait",
				     NULL };

	kill(qemu, SIGSTOP);
	assert_int_equal(child_start(c, argv, -1), 0);
	orphan_await_state(r, "asking");
}

static void end_reboot(struct child *c, pid_t qemu)
{
	kill(qemu, SIGCONT);
	assert_true(child_await_end(c));
	assert_int_equal(c->code, 0);
	child_close(c);
}

static void stop(struct rig *r)
{
	RIG_DO(r, "stop", name);
	rig_assert_end(r, 0);
	rig_assert_nothing_left(r);
}

static void handover_answers_who_waits_for_a_reboot(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;
	char program[256];
	struct child waits;
	pid_t qemu;

	run_copy(r, program, "");
	qemu = (pid_t)rig_number(r, "pid");
	begin_reboot(r, &waits, qemu);
	RIG_DO(r, "handover", name);
	assert_string_equal(rig_word(r, "state"), "adopting");
	assert_false(waits.ended);
	end_reboot(&waits, qemu);
	assert_string_equal(rig_last(r, "cause"), "clean reboot");
	assert_int_equal(rig_number(r, "boot"), 2); /* one, not two */
	stop(r);
}

/* QEMU hears the second `quit`, which the new program sends. */
static void handover_answers_who_waits_for_a_stop(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;
	const char *const argv[] = { rig_program(), "stop", name, NULL };
	char program[256];
	struct child waits;

	run_copy(r, program, "waits-at=quit");
	assert_int_equal(child_start(&waits, argv, -1), 0);
	orphan_await_state(r, "quitting");
	RIG_DO(r, "handover", name);
	assert_true(child_await_end(&waits));
	assert_int_equal(waits.code, 0);
	child_close(&waits);
	rig_assert_end(r, 0);
	rig_assert_nothing_left(r);
}

/* A program that is QEMU's end before it is itself: nothing is left to adopt. */
static void end_qemu_first(struct rig *r, const char *program, pid_t qemu)
{
	char script[600];

	snprintf(
		script, sizeof(script),
		"#!/bin/sh\n[ $1 = run ] || exit 0\nkill -9 %d\n"
		"while grep -q ') [^Z]' /proc/%d/stat; do :; done 2>/dev/null\n"
		"exec %s \"$@\"\n",
		(int)qemu, (int)qemu, rig_program());
	assert_int_equal(unlink(program), 0);
	rig_write(r, "reprise", script);
	assert_int_equal(chmod(program, 0700), 0);
}

static void handover_of_a_stop_that_is_through_ends(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;
	const char *const argv[] = { rig_program(), "stop", name, NULL };
	char program[256];
	struct child waits;
	pid_t qemu;

	run_copy(r, program, "no-helper,waits-at=quit");
	qemu = (pid_t)rig_number(r, "pid");
	assert_int_equal(child_start(&waits, argv, -1), 0);
	orphan_await_state(r, "quitting");
	end_qemu_first(r, program, qemu);
	RIG_DO(r, "handover", name);
	assert_true(child_await_end(&waits));
	assert_int_equal(waits.code, 0);
	child_close(&waits);
	rig_assert_end(r, 0);
	rig_assert_nothing_left(r);
}

/* The guest tells what was wanted of it, but nobody knows any more by whom. */
static void handover_without_a_record_lets_ask_again(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;
	char program[256], record[256];
	struct child waits;
	pid_t qemu;

	run_copy(r, program, "");
	qemu = (pid_t)rig_number(r, "pid");
	begin_reboot(r, &waits, qemu);
	snprintf(record, sizeof(record), "%s/%s/record", r->runtime, name);
	assert_int_equal(truncate(record, 0), 0);
	RIG_DO(r, "handover", name);
	assert_true(child_await_end(&waits));
	assert_int_equal(waits.code, 1);
	assert_non_null(strstr(waits.text[CHILD_ERR], "ask again"));
	child_close(&waits);
	kill(qemu, SIGCONT);
	rig_await_ready(r);
	assert_string_equal(rig_last(r, "cause"), "clean reboot");
	assert_int_equal(rig_number(r, "generation"), 2);
	stop(r);
}

/* It passes its check, and is gone when it is to be executed. */
static void handover_that_cannot_be_executed_is_refused(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;
	char program[256];
	struct child waits, c;
	pid_t qemu;

	run_copy(r, program, "");
	qemu = (pid_t)rig_number(r, "pid");
	begin_reboot(r, &waits, qemu);
	assert_int_equal(unlink(program), 0);
	rig_write(r, "reprise", "#!/bin/sh\nrm \"$0\"\n");
	assert_int_equal(chmod(program, 0700), 0);
	rig_verb(r, &c, (const char *const[]){ "handover", name, NULL });
	assert_int_equal(c.code, 1);
	assert_non_null(
		strstr(c.text[CHILD_ERR], "the program before it goes on"));
	child_close(&c);
	assert_false(waits.ended);
	end_reboot(&waits, qemu);
	assert_int_equal(rig_number(r, "generation"), 1);
	stop(r);
}

/* Its check hangs: it is ended, and another handover may follow. */
static void handover_whose_check_hangs_is_refused(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;
	char program[256];
	struct child c;

	run_copy(r, program, "");
	assert_int_equal(unlink(program), 0);
	rig_write(r, "reprise", "#!/bin/sh\nexec sleep 600\n");
	assert_int_equal(chmod(program, 0700), 0);
	rig_verb(r, &c, (const char *const[]){ "handover", name, NULL });
	assert_int_equal(c.code, 1);
	assert_non_null(strstr(c.text[CHILD_ERR], "did not end within 30 s"));
	child_close(&c);
	assert_int_equal(rig_number(r, "generation"), 1);
	stop(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_MODEL(handover_answers_who_waits_for_a_reboot),
		ON_MODEL(handover_answers_who_waits_for_a_stop),
		ON_MODEL(handover_of_a_stop_that_is_through_ends),
		ON_MODEL(handover_without_a_record_lets_ask_again),
		ON_MODEL(handover_that_cannot_be_executed_is_refused),
		ON_MODEL(handover_whose_check_hangs_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
