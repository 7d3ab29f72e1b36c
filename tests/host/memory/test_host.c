// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/memory/test_host.c - what the kernel says of its memory
 */
#include "host/memory/host.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/array.h"
#include "tests/host/scratch.h"

static struct scratch scratch;
static char here[] = "";

static int set_up(void **state)
{
	char path[SCRATCH_PATH];

	(void)state;
	scratch_make(&scratch);
	scratch_path(&scratch, "proc", path);
	assert_int_equal(mkdir(path, 0700), 0);
	scratch_path(&scratch, "proc/7", path);
	return mkdir(path, 0700);
}

static int tear_down(void **state)
{
	(void)state;
	scratch_remove(&scratch);
	return 0;
}

static int room_of(const char *text, struct domain *host)
{
	scratch_write(&scratch, "proc/meminfo", text, strlen(text), 0600);
	return host_room(scratch.dir, host);
}

static void room_is_what_is_available(void **state)
{
	struct domain host;

	(void)state;
	assert_int_equal(room_of("MemTotal:       104857600 kB\n"
				 "MemFree:          100000 kB\n"
				 "MemAvailable:     8388608 kB\n"
				 "SwapFree:        99999999 kB\n",
				 &host),
			 0);
	assert_int_equal(host.total, 100ULL << 30);
	assert_int_equal(host.room, 8ULL << 30);
	assert_int_equal(host.reclaimable, 0);
	assert_int_equal(host.reserve, 3ULL << 30);
}

static void room_of_garbage_is_ebadmsg(void **state)
{
	static const char *const odd[] = {
		"",
		"MemTotal:\n",
		"MemTotal: x kB\nMemAvailable: 1 kB\n",
		"MemTotal: 1 kB\nHugeMemAvailable: 1 kB\n",
		"MemTotal: 1 MB\n",
	};
	struct domain host;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(odd); i++)
		assert_int_equal(room_of(odd[i], &host), -EBADMSG);
	scratch_write(&scratch, "proc/7/statm", "", 0, 0600);
	assert_int_equal(host_resident(scratch.dir, 7), 0);
}

static void room_of_nothing_is_enoent(void **state)
{
	struct domain host;

	(void)state;
	assert_int_equal(host_room(scratch.dir, &host), -ENOENT);
	assert_int_equal(host_resident(scratch.dir, 8), 0);
}

static void resident_is_in_pages(void **state)
{
	static const char statm[] = "5000 300 20 1 0 99 0\n";

	(void)state;
	scratch_write(&scratch, "proc/7/statm", statm, sizeof(statm) - 1, 0600);
	assert_int_equal(host_resident(scratch.dir, 7),
			 300 * sysconf(_SC_PAGESIZE));
}

static void this_host_and_process_have_some(void **state)
{
	struct domain host;

	(void)state;
	assert_int_equal(host_room(here, &host), 0);
	assert_in_range(host.room, 1, host.total);
	assert_in_range(host_resident(here, getpid()), 1, host.total);
}

#define WITH_PROC(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_PROC(room_is_what_is_available),
		WITH_PROC(room_of_garbage_is_ebadmsg),
		WITH_PROC(room_of_nothing_is_enoent),
		WITH_PROC(resident_is_in_pages),
		WITH_PROC(this_host_and_process_have_some),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
