// SPDX-License-Identifier: Apache-2.0
#include "host/config/running_record.h"

#include <errno.h>
#include <fcntl.h>
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
#include <jansson.h>

#include "common/array.h"
#include "common/crc32c.h"
#include "tests/host/scratch.h"

static struct scratch scratch;
static int dir_fd;

static int set_up(void **state)
{
	char path[SCRATCH_PATH];

	(void)state;
	scratch_make(&scratch);
	scratch_path(&scratch, ".", path);
	dir_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return dir_fd < 0;
}

static int tear_down(void **state)
{
	(void)state;
	close(dir_fd);
	scratch_remove(&scratch);
	return 0;
}

static void set_helper(struct orphan_helper *h, int i)
{
	h->process.pid = 5001 + i;
	h->process.start = UINT64_C(123456789999) + (unsigned int)i;
	h->qemu = 4001 + i;
	h->generation = 3 - (unsigned int)i % 3;
}

static struct record example(void)
{
	struct record r;

	memset(&r, 0, sizeof(r));
	r.known.qemu.pid = 4711;
	r.known.qemu.start = UINT64_C(123456789012);
	for (int i = 0; i < ORPHAN_HELPERS; i++)
		set_helper(&r.known.helper[i], i);
	strcpy(r.image, "web");
	strcpy(r.version, "1.2");
	memset(r.id, 'a', sizeof(r.id) - 1);
	r.log_from = 100;
	r.log_heard = INT64_C(5000000000);
	r.stake = (struct stake){ UINT64_C(1) << 40, 64 << 20, 32 << 20 };
	r.started_us = INT64_C(7000000000);
	r.life.state = LC_QUIESCING;
	r.life.generation = 3;
	r.life.boot = 7;
	r.life.epoch = UINT64_C(0xfedcba9876543210);
	r.life.stage = STAGE_INTENT;
	r.life.intent = INTENT_POWEROFF;
	r.life.icause = ICAUSE_OPERATOR;
	r.life.detail = UINT32_MAX;
	r.life.proof.rw_mounts = 2;
	r.life.wish = WISH_STOP;
	r.life.insist = true;
	r.life.wish_us = 5000000000;
	r.life.crash_count = 1;
	r.life.failures = 2;
	r.life.served_us = 4500000000;
	r.life.now.failed = true;
	r.life.crashes_us[0] = 4000000000;
	r.life.ending = true;
	r.life.now.marks.at_us[MARK_INTENT] = 5000000001;
	r.life.held = true;
	r.life.gave_way = true;
	r.life.last.cause = CAUSE_QEMU_KILLED;
	r.life.last.strategy = STRATEGY_DRAIN_FIRST;
	strcpy(r.life.last.evidence, "a \"signal\" ended QEMU");
	return r;
}

static int open_record(void)
{
	int fd = record_open(dir_fd);

	assert_true(fd >= 0);
	return fd;
}

static void record_written_is_read_back(void **state)
{
	const struct record r = example();
	struct record back;
	int fd = open_record();

	(void)state;
	assert_int_equal(record_write(fd, &r), 0);
	assert_int_equal(record_read(dir_fd, &back), 0);
	assert_memory_equal(&back, &r, sizeof(r));
	close(fd);
	record_remove(dir_fd);
	assert_int_equal(record_read(dir_fd, &back), -ENOENT);
}

static void record_shorter_one_leaves_nothing_of_the_longer(void **state)
{
	struct record r = example(), back;
	int fd = open_record();

	(void)state;
	assert_int_equal(record_write(fd, &r), 0);
	memset(&r.life, 0, sizeof(r.life));
	assert_int_equal(record_write(fd, &r), 0);
	assert_int_equal(record_read(dir_fd, &back), 0);
	assert_memory_equal(&back, &r, sizeof(r));
	close(fd);
}

/* Every cut, and every byte changed, is as good as no record. */
static void record_damaged_anywhere_is_refused(void **state)
{
	const struct record r = example();
	struct record back, none;
	int fd = open_record();
	off_t size;

	(void)state;
	memset(&none, 0, sizeof(none));
	assert_int_equal(record_write(fd, &r), 0);
	size = lseek(fd, 0, SEEK_END);
	for (off_t i = 0; i < size; i++) {
		uint8_t byte, other;

		assert_int_equal(pread(fd, &byte, 1, i), 1);
		other = byte ^ 0x01;
		assert_int_equal(pwrite(fd, &other, 1, i), 1);
		assert_int_equal(record_read(dir_fd, &back), -EBADMSG);
		assert_memory_equal(&back, &none, sizeof(none));
		assert_int_equal(pwrite(fd, &byte, 1, i), 1);
	}
	for (off_t n = size - 1; n >= 0; n--) {
		assert_int_equal(ftruncate(fd, n), 0);
		assert_int_equal(record_read(dir_fd, &back), -EBADMSG);
	}
	close(fd);
}

static void write_line(const char *json)
{
	int fd = open_record();

	dprintf(fd, "%08x %s\n", crc32c((const uint8_t *)json, strlen(json)),
		json);
	close(fd);
}

static const char life[] =
	"\"life\":{\"state\":\"serving\",\"stage\":\"ready\",\"wish\":\"none\","
	"\"epoch\":\"0\",\"now\":{\"cause\":\"none\",\"strategy\":\"none\"},"
	"\"last\":{\"cause\":\"none\",\"strategy\":\"none\"}}";

/* As shims wrote it that knew less. */
static void record_of_an_older_shim_is_read(void **state)
{
	char json[512];
	struct record r;

	(void)state;
	snprintf(json, sizeof(json),
		 "{\"format\":1,\"qemu\":{\"pid\":4711,\"start\":12},%s}",
		 life);
	write_line(json);
	assert_int_equal(record_read(dir_fd, &r), 0);
	assert_int_equal(r.known.qemu.pid, 4711);
	assert_int_equal(r.known.helper[0].process.pid, 0);
	assert_int_equal(r.life.state, LC_SERVING);
	assert_int_equal(r.log_from, -1);
	assert_int_equal(r.log_heard, -1);
	assert_int_equal(r.stake.need, 0);
	assert_int_equal(r.started_us, 0);
	record_remove(dir_fd);
}

/* Helpers that are none, and more of them than there can be. */
static void record_with_strange_helpers_is_read(void **state)
{
	static const char *const strange[] = {
		"7",
		"{}",
		"[[]]",
		"[1,2,3,4,5,6,7]",
		"[{\"pid\":\"x\"},{},{},{},{},{\"pid\":9}]",
	};
	char json[512];
	struct record r;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(strange); i++) {
		snprintf(json, sizeof(json), "{\"format\":1,\"helpers\":%s,%s}",
			 strange[i], life);
		write_line(json);
		assert_int_equal(record_read(dir_fd, &r), 0);
		for (int h = 0; h < ORPHAN_HELPERS; h++)
			assert_int_equal(r.known.helper[h].process.pid, 0);
		record_remove(dir_fd);
	}
}

/* /dev/full takes nothing: what was there must not stay either. */
static void record_on_a_full_disk_is_an_error(void **state)
{
	const struct record r = example();
	int fd = open("/dev/full", O_RDWR | O_CLOEXEC);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(record_write(fd, &r), -ENOSPC);
	close(fd);
}

static void *no_memory(size_t size)
{
	(void)size;
	return NULL;
}

/* What was true before it is not any more. */
static void record_without_memory_for_it_is_emptied(void **state)
{
	struct record r = example(), back;
	int fd = record_open(dir_fd);

	(void)state;
	assert_int_equal(record_write(fd, &r), 0);
	json_set_alloc_funcs(no_memory, free);
	assert_int_equal(record_write(fd, &r), -ENOMEM);
	json_set_alloc_funcs(malloc, free);
	assert_int_equal(record_read(dir_fd, &back), -EBADMSG);
	assert_int_equal(lseek(fd, 0, SEEK_END), 0);
	close(fd);
}

static void record_that_is_no_file_is_refused(void **state)
{
	struct record back;

	(void)state;
	record_remove(dir_fd);
	assert_int_equal(mkdirat(dir_fd, "record", 0700), 0);
	assert_true(record_open(dir_fd) < 0);
	assert_true(record_read(dir_fd, &back) < 0);
	assert_int_equal(unlinkat(dir_fd, "record", AT_REMOVEDIR), 0);
	assert_int_equal(symlinkat("/etc/passwd", dir_fd, "record"), 0);
	assert_true(record_open(dir_fd) < 0);
	assert_int_equal(record_read(dir_fd, &back), -EBADMSG);
	record_remove(dir_fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(record_written_is_read_back),
		cmocka_unit_test(
			record_shorter_one_leaves_nothing_of_the_longer),
		cmocka_unit_test(record_damaged_anywhere_is_refused),
		cmocka_unit_test(record_of_an_older_shim_is_read),
		cmocka_unit_test(record_with_strange_helpers_is_read),
		cmocka_unit_test(record_on_a_full_disk_is_an_error),
		cmocka_unit_test(record_without_memory_for_it_is_emptied),
		cmocka_unit_test(record_that_is_no_file_is_refused),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
