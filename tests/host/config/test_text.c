// SPDX-License-Identifier: Apache-2.0
#include "host/config/text.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "tests/host/scratch.h"

static struct scratch scratch;
static char path[SCRATCH_PATH];

static int set_up(void **state)
{
	(void)state;
	scratch_make(&scratch);
	scratch_write(&scratch, "five", "12345", 5, 0600);
	scratch_path(&scratch, "five", path);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	scratch_remove(&scratch);
	return 0;
}

static void read_of_what_just_fits_is_all_of_it(void **state)
{
	char buf[5];

	(void)state;
	assert_int_equal(text_read(AT_FDCWD, path, buf, sizeof(buf)), 5);
	assert_memory_equal(buf, "12345", 5);
}

static void read_of_one_byte_more_is_efbig(void **state)
{
	char buf[4];

	(void)state;
	assert_int_equal(text_read(AT_FDCWD, path, buf, sizeof(buf)), -EFBIG);
}

static void read_of_what_is_no_file_is_refused(void **state)
{
	char buf[5], fifo[SCRATCH_PATH];

	(void)state;
	assert_int_equal(text_read(AT_FDCWD, scratch.dir, buf, 5), -EISDIR);
	scratch_path(&scratch, "fifo", fifo);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_int_equal(text_read(AT_FDCWD, fifo, buf, 5), -EINVAL);
}

static void head_of_a_longer_file_is_cut_and_terminated(void **state)
{
	char buf[4];

	(void)state;
	assert_int_equal(text_head(path, buf, sizeof(buf)), 3);
	assert_string_equal(buf, "123");
}

static void head_of_a_missing_file_is_empty(void **state)
{
	char buf[4] = "old";

	(void)state;
	assert_int_equal(text_head("/proc/none", buf, sizeof(buf)), -ENOENT);
	assert_string_equal(buf, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(read_of_what_just_fits_is_all_of_it),
		cmocka_unit_test(read_of_one_byte_more_is_efbig),
		cmocka_unit_test(read_of_what_is_no_file_is_refused),
		cmocka_unit_test(head_of_a_longer_file_is_cut_and_terminated),
		cmocka_unit_test(head_of_a_missing_file_is_empty),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
