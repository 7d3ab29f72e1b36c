// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/test_handover.c - what a program keeps over exec
 *
 * The program that is executed is this one: with REPRISE_HANDOVER it says what
 * it has got in place of running tests.
 */
#include "host/handover.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static bool cloexec(int fd)
{
	return fcntl(fd, F_GETFD) == FD_CLOEXEC;
}

/* Each of the descriptors is a pipe's end: what it is, is written into it. */
static int say_what_was_given(void)
{
	struct handover h;

	handover_take(&h);
	if (!h.given || getenv("REPRISE_HANDOVER") || h.launcher != -1 ||
	    h.uid != 12 || h.gid != 13 || h.launcher_pid != 11)
		return 1;
	if (h.calls != 3 || h.call[0].more || h.call[0].memory ||
	    h.call[1].fd != -1 || !h.call[2].more || !h.call[2].memory)
		return 2;
	if (!cloexec(h.lock) || !cloexec(h.ready) || !cloexec(h.call[2].fd))
		return 3;
	if (h.promises != 2 || h.promise[0] != -1 || !cloexec(h.promise[1]) ||
	    write(h.promise[1], "slot", 4) != 4)
		return 8;
	if (h.qemu.pid != 4711 || h.qemu.start != UINT64_C(123456789012))
		return 9;
	if (!cloexec(h.score) || write(h.score, "score", 5) != 5)
		return 7;
	if (write(h.ready, "ready", 5) != 5 || write(h.ring, "ring", 4) != 4 ||
	    write(h.call[0].fd, "first", 5) != 5 ||
	    write(h.call[2].fd, "third", 5) != 5)
		return 4;
	handover_close(&h);
	return h.lock == -1 && h.call[2].fd == -1 && !h.promises && !h.given
		       ? 42
		       : 5;
}

static int pipe_end(int *reader)
{
	int p[2];

	assert_int_equal(pipe2(p, O_CLOEXEC), 0);
	*reader = p[0];
	return p[1];
}

static void assert_said(int reader, const char *wanted)
{
	char got[16];
	ssize_t n = read(reader, got, sizeof(got) - 1);

	assert_true(n >= 0);
	got[n] = '\0';
	assert_string_equal(got, wanted);
	close(reader);
}

static void exec_keeps_the_descriptors_and_no_others(void **state)
{
	int reader[7], status;
	struct handover h = {
		.lock = pipe_end(&reader[0]),
		.launcher = -1,
		.ready = pipe_end(&reader[1]),
		.ring = pipe_end(&reader[2]),
		.score = pipe_end(&reader[5]),
		.launcher_pid = 11,
		.uid = 12,
		.gid = 13,
		.calls = 3,
		.call = { { pipe_end(&reader[3]), 0, 0 },
			  { -1, 0, 0 },
			  { pipe_end(&reader[4]), 1, 1 } },
		.promises = 2,
		.promise = { -1, pipe_end(&reader[6]) },
		.qemu = { 4711, UINT64_C(123456789012) },
	};
	pid_t pid = fork();

	(void)state;
	h.control = h.console = h.lock;
	if (pid == 0) {
		handover_exec(&h, "/proc/self/exe");
		_exit(6);
	}
	close(h.lock);
	close(h.ready);
	close(h.ring);
	close(h.score);
	close(h.promise[1]);
	close(h.call[0].fd);
	close(h.call[2].fd);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 42 << 8);
	assert_said(reader[0], "");
	assert_said(reader[1], "ready");
	assert_said(reader[2], "ring");
	assert_said(reader[3], "first");
	assert_said(reader[4], "third");
	assert_said(reader[5], "score");
	assert_said(reader[6], "slot");
}

static void exec_that_fails_leaves_all_as_it_was(void **state)
{
	int reader;
	struct handover h = { .lock = pipe_end(&reader),
			      .launcher = -1,
			      .ready = -1,
			      .ring = -1,
			      .score = -1 };

	(void)state;
	h.control = h.console = h.lock;
	assert_int_equal(handover_exec(&h, "/nonexistent"), -ENOENT);
	assert_true(cloexec(h.lock));
	assert_null(getenv("REPRISE_HANDOVER"));
	close(h.lock);
	close(reader);
}

/* Each of score, promises and QEMU came later, and may be there without the
 * others. */
static void words_of_other_programs_are_read_as_far_as_they_go(void **state)
{
	static const struct {
		const char *more;
		bool score;
		size_t promises;
		pid_t qemu;
	} all[] = {
		{ "", false, 0, 0 },
		{ " 50", true, 0, 0 },
		{ " p50", false, 1, 0 },
		{ " 50 p50 p50", true, 2, 0 },
		{ " 50 garbage", true, 0, 0 },
		{ " p50 p1 p p50", false, 2, 0 },
		{ " q47:11", false, 0, 47 },
		{ " 50 p50 q47:11", true, 1, 47 },
		{ " 50 q47", true, 0, 0 },
	};
	char words[256];
	int fd, reader;

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct handover h;

		fd = pipe_end(&reader);
		assert_int_equal(dup2(fd, 50), 50);
		close(fd);
		snprintf(words, sizeof(words),
			 "50 50 50 -1 0 0 0 -1 -1 50 0 0%s", all[i].more);
		setenv("REPRISE_HANDOVER", words, 1);
		handover_take(&h);
		assert_true(h.given);
		assert_int_equal(h.calls, 1);
		assert_int_equal(h.score >= 0, all[i].score);
		assert_int_equal(h.promises, all[i].promises);
		assert_int_equal(h.qemu.pid, all[i].qemu);
		close(50);
		close(reader);
	}
}

static void words_that_are_none_give_nothing(void **state)
{
	static const char *const words[] = {
		"",
		"garbage",
		"1 1 1 1 1 1 1 1 1", /* the standard ones are nobody's gift */
		"900 901 902 -1 0 0 0 -1 -1 903 1 0",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		struct handover h;

		setenv("REPRISE_HANDOVER", words[i], 1);
		handover_take(&h);
		assert_null(getenv("REPRISE_HANDOVER"));
		assert_false(h.given);
		assert_int_equal(h.calls, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exec_keeps_the_descriptors_and_no_others),
		cmocka_unit_test(exec_that_fails_leaves_all_as_it_was),
		cmocka_unit_test(
			words_of_other_programs_are_read_as_far_as_they_go),
		cmocka_unit_test(words_that_are_none_give_nothing),
	};

	if (getenv("REPRISE_HANDOVER"))
		return say_what_was_given();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
