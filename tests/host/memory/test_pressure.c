// SPDX-License-Identifier: Apache-2.0
/*
 * What the kernel says is asked of its own file; where it has none, that is
 * skipped. What is written to it is seen in a file that stands in for it.
 */
#include "host/memory/pressure.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/host/scratch.h"

static struct scratch scratch;
static char error[SENTENCE_MAX];

static int set_up(void **state)
{
	(void)state;
	scratch_make(&scratch);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	scratch_remove(&scratch);
	return 0;
}

static void trigger_is_one_write_with_its_nul(void **state)
{
	char path[SCRATCH_PATH], text[64] = "";
	int fd;

	(void)state;
	scratch_write(&scratch, "memory.pressure", "", 0, 0600);
	scratch_path(&scratch, "memory.pressure", path);
	fd = pressure_open(path, error);
	assert_true(fd >= 0);
	assert_int_equal(pread(fd, text, sizeof(text), 0), 20);
	assert_string_equal(text, "some 150000 2000000");
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	close(fd);
}

static void kernel_takes_the_trigger_and_is_quiet(void **state)
{
	int fd = pressure_open(PRESSURE_HOST, error);
	struct pollfd p = { .fd = fd, .events = POLLPRI };

	(void)state;
	if (fd == -ENOENT || fd == -EOPNOTSUPP || fd == -EPERM)
		skip();
	assert_true(fd >= 0);
	/* a file without a trigger says POLLERR */
	assert_true(poll(&p, 1, 0) == 0 || p.revents == POLLPRI);
	close(fd);
}

static void kernel_that_does_not_count_is_one_sentence(void **state)
{
	char path[SCRATCH_PATH];

	(void)state;
	scratch_path(&scratch, "none", path);
	assert_int_equal(pressure_open(path, error), -ENOENT);
	assert_non_null(strstr(error, "/none: No such file or directory: "
				      "nobody will tell when memory has become "
				      "scarce: boot with psi=1"));
}

static void other_failure_names_file_and_cause(void **state)
{
	(void)state;
	assert_int_equal(pressure_open("/proc", error), -EISDIR);
	assert_non_null(strstr(error, "/proc: Is a directory: "));
	assert_non_null(strstr(error, "`reprise doctor`"));
}

#define ONE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ONE(trigger_is_one_write_with_its_nul),
		ONE(kernel_takes_the_trigger_and_is_quiet),
		ONE(kernel_that_does_not_count_is_one_sentence),
		ONE(other_failure_names_file_and_cause),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
