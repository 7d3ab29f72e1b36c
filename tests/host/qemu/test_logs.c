// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/qemu/test_logs.c - what QEMU writes may not fill the disk
 */
#include "host/qemu/logs.h"

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/array.h"

enum { PIECE = 1 << 16 };

static int logs[2];

/* As the runtime directory has them; nobody else needs their names. */
static int open_logs(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(logs); i++) {
		char path[] = "/tmp/test-logs-XXXXXX";
		int fd = mkstemp(path);

		logs[i] = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
		if (fd >= 0) {
			unlink(path);
			close(fd);
		}
	}
	return logs[0] < 0 || logs[1] < 0;
}

static int close_logs(void **state)
{
	(void)state;
	return close(logs[0]) | close(logs[1]);
}

/* Lines of 64 bytes, each of another number. */
static void put(int log, int bytes)
{
	static char text[PIECE + 1];
	static int line;

	for (int i = 0; i < bytes; i += PIECE) {
		for (size_t at = 0; at < PIECE; at += 64)
			snprintf(text + at, 65, "%63d\n", line++);
		assert_int_equal(write(log, text, PIECE), PIECE);
	}
}

static off_t taken(int log)
{
	struct stat st;

	assert_int_equal(fstat(log, &st), 0);
	return st.st_blocks * 512;
}

static off_t length(int log)
{
	return lseek(log, 0, SEEK_END);
}

/* Its newest bytes, as whoever reads the log has them. */
static void read_end(int log, char end[LOGS_KEPT])
{
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", log);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_int_equal(pread(fd, end, LOGS_KEPT, length(log) - LOGS_KEPT),
			 LOGS_KEPT);
	close(fd);
}

static void bound_leaves_a_small_log_alone(void **state)
{
	(void)state;
	assert_false(logs_bound(logs[0]));
	put(logs[0], LOGS_MOST / 2);
	assert_false(logs_bound(logs[0]));
	assert_true(taken(logs[0]) >= LOGS_MOST / 2);
}

static void bound_keeps_the_newest_and_each_offset(void **state)
{
	static char before[LOGS_KEPT], after[LOGS_KEPT];

	(void)state;
	for (int i = 1; i < 4; i++) {
		put(logs[0], 2 * LOGS_MOST);
		read_end(logs[0], before);
		assert_true(logs_bound(logs[0]));
		assert_true(taken(logs[0]) < LOGS_MOST / 2);
		assert_int_equal(length(logs[0]), i * 2 * LOGS_MOST);
		read_end(logs[0], after);
		assert_memory_equal(before, after, LOGS_KEPT);
	}
	assert_false(logs_bound(logs[0]));
}

static bool woken(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, 0) > 0;
}

static void watch_wakes_for_either_log_once(void **state)
{
	int fd = logs_watch(logs);

	(void)state;
	assert_true(fd >= 0);
	assert_false(woken(fd));
	for (size_t i = 0; i < ARRAY_SIZE(logs); i++) {
		put(logs[i], 1);
		assert_true(woken(fd));
		logs_heed(fd);
		assert_false(woken(fd));
	}
	close(fd);
}

/* Else a shim that gives something back would wake itself by it for ever. */
static void bound_wakes_nobody_for_long(void **state)
{
	int fd = logs_watch(logs);

	(void)state;
	put(logs[0], 2 * LOGS_MOST);
	logs_heed(fd);
	assert_true(logs_bound(logs[0]));
	logs_heed(fd);
	assert_false(logs_bound(logs[0]));
	assert_false(woken(fd));
	close(fd);
}

int main(void)
{
#define ON_LOGS(test)                                                          \
	cmocka_unit_test_setup_teardown(test, open_logs, close_logs)
	const struct CMUnitTest tests[] = {
		ON_LOGS(bound_leaves_a_small_log_alone),
		ON_LOGS(bound_keeps_the_newest_and_each_offset),
		ON_LOGS(watch_wakes_for_either_log_once),
		ON_LOGS(bound_wakes_nobody_for_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
