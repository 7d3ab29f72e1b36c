// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/test_model_handover.c - what a handover answers, and whom
 *
 * On the stand-in (tests/pvmodel), which stands still where a test says so.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/memory/ledger.h"
#include "host/qemu/proc.h"
#include "tests/integration/held.h"
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

/* A program that does something first. A shell reaps whoever ends meanwhile. */
static void replace(struct rig *r, const char *program, const char *first)
{
	char script[600];

	snprintf(script, sizeof(script),
		 "#!/bin/sh\n[ $1 = run ] || exit 0\n%s\nexec %s \"$@\"\n",
		 first, rig_program());
	assert_int_equal(unlink(program), 0);
	rig_write(r, "reprise", script);
	assert_int_equal(chmod(program, 0700), 0);
}

/* ... this one, which first does what is written beside it: be_late(). */
static void end_first(struct rig *r, const char *program, const char *first)
{
	char self[32];
	struct child c;

	snprintf(self, sizeof(self), "/proc/%d/exe", (int)getpid());
	assert_int_equal(unlink(program), 0);
	assert_int_equal(child_start(&c,
				     (const char *const[]){ "/bin/cp", self,
							    program, NULL },
				     -1),
			 0);
	assert_true(child_await_end(&c));
	child_close(&c);
	rig_write(r, "reprise.first", first);
}

/* End whom the lines "PID SIGNAL" name, and leave him to whom we become. */
static int be_late(char **argv)
{
	char path[300];
	int pid, sig;
	FILE *first;

	snprintf(path, sizeof(path), "%s.first", argv[0]);
	first = fopen(path, "re");
	while (first && fscanf(first, "%d %d", &pid, &sig) == 2) {
		kill(pid, sig);
		waitid(P_PID, (id_t)pid, &(siginfo_t){ 0 },
		       WEXITED | WNOWAIT | __WALL);
	}
	execv(rig_program(), argv);
	return 127;
}

static void handover_of_a_stop_that_is_through_ends(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;
	const char *const argv[] = { rig_program(), "stop", name, NULL };
	char program[256], first[64];
	struct child waits;
	pid_t qemu;

	run_copy(r, program, "no-helper,waits-at=quit");
	qemu = (pid_t)rig_number(r, "pid");
	assert_int_equal(child_start(&waits, argv, -1), 0);
	orphan_await_state(r, "quitting");
	snprintf(first, sizeof(first), "%d 9\n", (int)qemu);
	end_first(r, program, first);
	RIG_DO(r, "handover", name);
	assert_true(child_await_end(&waits));
	assert_int_equal(waits.code, 0);
	child_close(&waits);
	rig_assert_end(r, 0);
	rig_assert_nothing_left(r);
}

static void assert_killed_and_reaped(struct rig *r, pid_t qemu)
{
	assert_string_equal(rig_last(r, "cause"), "QEMU killed");
	assert_int_equal(rig_number(r, "generation"), 2);
	assert_int_equal(proc_parent(qemu), 0);
}

static void handover_reaps_what_ends_meanwhile(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;
	char program[256], first[64];
	pid_t qemu, helper;

	run_copy(r, program, "");
	qemu = (pid_t)rig_number(r, "pid");
	helper = (pid_t)rig_number(r, "helper");
	assert_true(helper > 0);
	snprintf(first, sizeof(first), "%d 9\n%d 9\n", (int)qemu, (int)helper);
	end_first(r, program, first);
	RIG_DO(r, "handover", name);
	rig_await_ready(r);
	assert_killed_and_reaped(r, qemu);
	assert_int_equal(proc_parent(helper), 0);
	stop(r);
}

/* ... also where nothing but the program before says which one it was. */
static void handover_without_a_record_reaps_what_ends_meanwhile(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;
	char program[256], first[64], record[256];
	pid_t qemu;

	run_copy(r, program, "no-helper");
	qemu = (pid_t)rig_number(r, "pid");
	snprintf(record, sizeof(record), "%s/%s/record", r->runtime, name);
	assert_int_equal(truncate(record, 0), 0);
	snprintf(first, sizeof(first), "%d 9\n", (int)qemu);
	end_first(r, program, first);
	RIG_DO(r, "handover", name);
	rig_await_ready(r);
	assert_killed_and_reaped(r, qemu);
	stop(r);
}

/* It ended as it was told to, by somebody: only its log says that. */
static void handover_hears_why_qemu_ended_meanwhile(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;
	char program[256], first[64];
	pid_t qemu;

	run_copy(r, program, "");
	qemu = (pid_t)rig_number(r, "pid");
	snprintf(first, sizeof(first), "%d 15\n", (int)qemu);
	end_first(r, program, first);
	RIG_DO(r, "handover", name);
	rig_await_ready(r);
	if (strcmp(rig_last(r, "cause"), "QEMU was told to end") != 0)
		rig_fail(r, rig_last(r, "evidence"));
	stop(r);
}

struct draining_slots {
	unsigned int drains, lives;
};

static void count(void *ctx, const struct promised *m)
{
	struct draining_slots *n = ctx;

	n->drains += m->state == PROMISE_DRAINS;
	n->lives += m->state == PROMISE_LIVES;
}

static void await_drained(struct rig *r)
{
	int64_t end_ms = child_deadline();
	size_t draining = 1;

	while (draining) {
		json_t *status = rig_status(r);

		draining = json_array_size(json_object_get(status, "draining"));
		json_decref(status);
		if (draining && child_left(end_ms) == 0)
			rig_fail(r, "it drains for ever");
		poll(NULL, 0, draining ? 10 : 0);
	}
}

/* The program stands still before it is itself, until the test has looked. */
static void handover_keeps_what_was_promised(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;
	const char *const argv[] = { rig_program(), "handover", name, NULL };
	char program[256], first[400], path[256];
	struct draining_slots n = { 0 };
	struct child waits;
	pid_t helper;
	int go;

	run_copy(r, program, "");
	helper = (pid_t)rig_number(r, "helper");
	held_begin(helper);
	RIG_DO(r, "reboot", name, "--full", "--wait");
	snprintf(path, sizeof(path), "%s/go", r->dir);
	assert_int_equal(mkfifo(path, 0600), 0);
	go = open(path, O_RDWR | O_CLOEXEC);
	snprintf(first, sizeof(first), "echo stands >&2; read x <%s", path);
	replace(r, program, first);
	assert_int_equal(child_start(&waits, argv, -1), 0);
	rig_await_said(r, "stands");
	rig_ledger(r, count, &n);
	assert_int_equal(write(go, "\n", 1), 1);
	assert_true(child_await_end(&waits));
	close(go); /* not before it was read: a fifo keeps nothing for nobody */
	if (waits.code)
		rig_fail(r, waits.text[CHILD_ERR]);
	child_close(&waits);
	held_let_go(helper);
	assert_int_equal(n.drains, 1);
	assert_int_equal(n.lives, 1);
	await_drained(r);
	n = (struct draining_slots){ 0 };
	rig_ledger(r, count, &n);
	assert_int_equal(n.drains, 0);
	assert_int_equal(n.lives, 1);
	stop(r);
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

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		ON_MODEL(handover_answers_who_waits_for_a_reboot),
		ON_MODEL(handover_answers_who_waits_for_a_stop),
		ON_MODEL(handover_of_a_stop_that_is_through_ends),
		ON_MODEL(handover_reaps_what_ends_meanwhile),
		ON_MODEL(handover_without_a_record_reaps_what_ends_meanwhile),
		ON_MODEL(handover_hears_why_qemu_ended_meanwhile),
		ON_MODEL(handover_keeps_what_was_promised),
		ON_MODEL(handover_without_a_record_lets_ask_again),
		ON_MODEL(handover_that_cannot_be_executed_is_refused),
		ON_MODEL(handover_whose_check_hangs_is_refused),
	};

	if (argc > 1) /* we are the program that takes charge */
		return strcmp(argv[1], "run") == 0 ? be_late(argv) : 0;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
