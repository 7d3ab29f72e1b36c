// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/test_adopt.c - the shim dies, its guest does not
 *
 * The shim is killed in one phase after the other, then `run` again: no second
 * QEMU, the same epoch, and what was wanted goes on.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/integration/http.h"
#include "tests/integration/orphan.h"

static void file_of(const struct rig *r, const char *file, char path[256])
{
	snprintf(path, 256, "%s/guest/%s", r->runtime, file);
}

/* Wait until QEMU has written @text into its log, with nobody there. */
static void await_log(struct rig *r, const char *text)
{
	int64_t end_ms = child_deadline();
	char path[256], log[65536];

	file_of(r, "qmp.log", path);
	for (;;) {
		int fd = open(path, O_RDONLY | O_CLOEXEC);
		ssize_t n = fd < 0 ? 0 : read(fd, log, sizeof(log) - 1);

		if (fd >= 0)
			close(fd);
		log[n > 0 ? n : 0] = '\0';
		if (strstr(log, text))
			return;
		if (child_left(end_ms) == 0)
			rig_fail(r, text);
		poll(NULL, 0, 10); /* a file has no event to wait for */
	}
}

static void serving_guest_does_not_notice(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;
	struct guest g;
	struct child c;

	orphan_run(b);
	rig_await_ready(r);
	g = orphan_note(r);
	for (int i = 0; i < 3; i++) {
		orphan_crash(r);
		rig_verb(r, &c, (const char *const[]){ "ps", NULL });
		assert_non_null(strstr(c.text[CHILD_OUT], "no shim"));
		child_close(&c);
		orphan_run(b);
		rig_await_ready(r);
		orphan_assert_same(r, &g);
		orphan_assert_up(r, &g);
		assert_string_equal(rig_word(r, "state"), "serving");
	}
	assert_non_null(strstr(rig_get(r, "/cgi-bin/facts"), g.epoch));
	RIG_DO(r, "reboot", "guest", "--wait");
	rig_await_ready(r);
	assert_string_equal(rig_last(r, "strategy"), "in place");
	assert_int_equal(rig_number(r, "pid"), g.qemu);
	assert_int_equal(rig_number(r, "boot"), 2);
	orphan_stop(r);
}

static void booting_guest_goes_on_booting(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;
	pid_t qemu;

	orphan_run(b);
	rig_await_said(r, "generation 1: QEMU is");
	qemu = (pid_t)rig_number(r, "pid");
	orphan_crash(r);
	orphan_run(b);
	rig_await_ready(r);
	assert_int_equal(rig_number(r, "pid"), qemu);
	assert_int_equal(rig_number(r, "boot"), 1);
	orphan_stop(r);
}

/* Neither record nor log, and files that are none: the guest itself tells. */
static void garbage_in_the_directory_harms_nothing(void **state)
{
	static const char *const files[] = { "record", "qmp.log", "qemu.log",
					     "console.sock", "control.sock" };
	struct both *b = *state;
	struct rig *r = &b->rig;
	struct guest g;
	char path[256];

	orphan_run(b);
	rig_await_ready(r);
	g = orphan_note(r);
	for (int garbage = 0; garbage < 2; garbage++) {
		orphan_crash(r);
		for (int i = 0; i < 5; i++) {
			file_of(r, files[i], path);
			unlink(path);
			if (garbage) {
				int fd = open(path, O_WRONLY | O_CREAT, 0600);

				assert_int_equal(write(fd, "\0{}\nx", 5), 5);
				close(fd);
			}
		}
		orphan_run(b);
		rig_await_ready(r);
		orphan_assert_same(r, &g);
	}
	/* nobody knows what it booted: the next start is a full one */
	RIG_DO(r, "reboot", "guest", "--wait");
	rig_await_ready(r);
	assert_string_equal(rig_last(r, "cause"), "clean reboot");
	assert_string_equal(rig_last(r, "strategy"), "overlap");
	orphan_stop(r);
}

/* What makes adoption impossible is said, and the guest left alone. */
static void missing_sockets_or_lock_are_refused(void **state)
{
	static const char *const files[] = { "qmp.sock", "lock" };
	struct both *b = *state;
	struct rig *r = &b->rig;
	char path[256], kept[280];

	orphan_run(b);
	rig_await_ready(r);
	orphan_crash(r);
	for (int i = 0; i < 2; i++) {
		file_of(r, files[i], path);
		snprintf(kept, sizeof(kept), "%s.kept", path);
		if (i == 0)
			assert_int_equal(rename(path, kept), 0);
		else
			assert_int_equal(unlink(path), 0);
		orphan_run(b);
		rig_assert_end(r, 1);
		rig_await_said(r, "its guest is left alone");
		child_close(&r->shim);
		if (i == 0)
			assert_int_equal(rename(kept, path), 0);
	}
	assert_int_equal(waitpid(-1, NULL, WNOHANG | __WALL), 0);
}

static uint16_t first_port(struct rig *r)
{
	json_t *status = rig_status(r);
	json_t *first = json_array_get(json_object_get(status, "forwards"), 0);
	json_int_t port = json_integer_value(json_object_get(first, "port"));

	json_decref(status);
	return (uint16_t)port;
}

/* The guest ends while nobody is there: QMP's log tells why. */
static void paused_in_the_gate_is_judged_by_the_log(void **state)
{
	static const struct {
		const char *page, *cause;
		bool log;
	} ends[] = {
		{ "/cgi-bin/do?reset", "reset without intent", true },
		{ "/cgi-bin/do?halt", "power-off without intent", true },
		{ "/cgi-bin/do?reset", "unobserved", false },
	};
	struct both *b = *state;
	struct rig *r = &b->rig;
	char path[256];

	orphan_run(b);
	rig_await_ready(r);
	for (int i = 0; i < 3; i++) {
		uint16_t port = first_port(r);
		int fd;

		kill(r->shim.pid, SIGSTOP);
		fd = http_ask(port, ends[i].page); /* for ever unanswered */
		assert_true(fd >= 0);
		await_log(r, "\"STOP\"");
		close(fd);
		orphan_crash(r);
		if (!ends[i].log) {
			file_of(r, "qmp.log", path);
			assert_int_equal(truncate(path, 0), 0);
		}
		orphan_run(b);
		rig_await_ready(r);
		assert_string_equal(rig_last(r, "cause"), ends[i].cause);
		assert_string_equal(rig_last(r, "strategy"), "overlap");
		assert_int_equal(rig_number(r, "generation"), i + 2);
	}
	assert_non_null(strstr(rig_last(r, "evidence"), "last events"));
	orphan_stop(r);
}

/* QEMU stands still, so the guest cannot answer; the shim dies asking. */
static void wish_under_way_goes_on(void **state)
{
	static const struct {
		const char *verb, *flag;
	} wishes[] = { { "reboot", "--full" }, { "reboot", "--in-place" } };
	struct both *b = *state;
	struct rig *r = &b->rig;
	struct guest g;

	orphan_run(b);
	rig_await_ready(r);
	for (int i = 0; i < 2; i++) {
		g = orphan_note(r);
		kill(g.qemu, SIGSTOP);
		RIG_DO(r, wishes[i].verb, "guest", wishes[i].flag);
		assert_string_equal(rig_word(r, "state"), "asking");
		orphan_crash(r);
		kill(g.qemu, SIGCONT);
		orphan_run(b);
		rig_await_ready(r); /* at once: it serves; then as was wished */
		while (strcmp(rig_word(r, "epoch"), g.epoch) == 0)
			rig_await_ready(r);
		orphan_await_state(r, "serving"); /* it may be on its way */
		assert_string_equal(rig_last(r, "cause"), "clean reboot");
		assert_string_equal(rig_last(r, "strategy"),
				    i ? "in place" : "overlap");
	}
	assert_int_equal(rig_number(r, "generation"), 2);
	assert_int_equal(rig_number(r, "boot"), 2);
	orphan_stop(r);
}

/* A guest that is to stop, and cannot hear of it. Return: what it was */
static struct guest asked_while_stopped(struct both *b)
{
	struct rig *r = &b->rig;
	struct guest g;

	orphan_run(b);
	rig_await_ready(r);
	g = orphan_note(r);
	kill(g.qemu, SIGSTOP);
	kill(r->shim.pid, SIGTERM);
	orphan_await_state(r, "asking");
	return g;
}

static void stop_under_way_goes_on(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;
	struct guest g = asked_while_stopped(b);

	orphan_crash(r);
	kill(g.qemu, SIGCONT);
	orphan_run(b);
	rig_assert_end(r, 0);
	rig_await_said(r, "clean power-off");
	orphan_nothing_left(r);
}

/* QEMU is told to end, and cannot; the next shim sees it through. */
static void quitting_ends_as_was_decided(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;
	struct guest g = asked_while_stopped(b);

	kill(r->shim.pid, SIGTERM);
	orphan_await_state(r, "quitting");
	orphan_crash(r);
	orphan_run(b);
	rig_await_said(r, "taking charge");
	orphan_await_state(r, "adopting");
	kill(g.qemu, SIGCONT);
	assert_true(rig_await_end(r) != 1);
	rig_await_said(r, "stopped in");
	orphan_nothing_left(r);
}

/* Who kills it is not seen; whoever is its parent now may tell, or not. */
static void adopted_qemu_that_is_killed_has_a_cause(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;
	struct guest g;

	orphan_run(b);
	rig_await_ready(r);
	g = orphan_note(r);
	orphan_crash(r);
	orphan_run(b);
	rig_await_ready(r);
	kill(g.qemu, SIGKILL);
	rig_await_ready(r);
	assert_int_equal(rig_number(r, "generation"), 2);
	if (strcmp(rig_last(r, "cause"), "QEMU killed") != 0)
		assert_string_equal(rig_last(r, "cause"), "unobserved");
	orphan_stop(r);
}

static void nothing_left_is_told_and_started(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;
	struct guest g;

	orphan_run(b);
	rig_await_ready(r);
	g = orphan_note(r);
	orphan_crash(r);
	kill(g.qemu, SIGKILL);
	assert_true(child_await_pid(g.qemu));
	orphan_run(b);
	rig_await_said(r, "unobserved: ");
	rig_await_ready(r);
	assert_int_equal(rig_number(r, "generation"), 2);
	orphan_stop(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(serving_guest_does_not_notice),
		ON_NEXT(serving_guest_does_not_notice),
		ON_BOTH(booting_guest_goes_on_booting),
		ON_BOTH(garbage_in_the_directory_harms_nothing),
		ON_BOTH(missing_sockets_or_lock_are_refused),
		ON_BOTH(paused_in_the_gate_is_judged_by_the_log),
		ON_NEXT(paused_in_the_gate_is_judged_by_the_log),
		ON_BOTH(wish_under_way_goes_on),
		ON_BOTH(stop_under_way_goes_on),
		ON_BOTH(quitting_ends_as_was_decided),
		ON_BOTH(adopted_qemu_that_is_killed_has_a_cause),
		ON_BOTH(nothing_left_is_told_and_started),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
