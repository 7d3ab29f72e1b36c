// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/memory/test_glance.c - a real ledger of a host that is made up
 */
#include "host/memory/glance.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "tests/host/scratch.h"

#define GIB (1ULL << 30)

static const struct domains host;
static struct scratch scratch;
static char ledger[SCRATCH_PATH], error[SENTENCE_MAX];

static int set_up(void **state)
{
	static const char meminfo[] = "MemTotal:       67108864 kB\n"
				      "MemAvailable:   33554432 kB\n";
	char path[SCRATCH_PATH];

	(void)state;
	scratch_make(&scratch);
	scratch_path(&scratch, "proc", path);
	assert_int_equal(mkdir(path, 0700), 0);
	scratch_write(&scratch, "proc/meminfo", meminfo, sizeof(meminfo) - 1,
		      0600);
	scratch_path(&scratch, LEDGER_NAME, ledger);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	scratch_remove(&scratch);
	return 0;
}

static void join(struct promise_slot *p, uint64_t need)
{
	const struct application a = { "web", need, 0, &host };

	assert_int_equal(ledger_join(ledger, &a, p, error), 0);
}

static void host_without_a_ledger_has_all_but_the_reserve(void **state)
{
	struct glance g;

	(void)state;
	assert_int_equal(glance_take(&g, ledger, scratch.dir, error), 0);
	assert_int_equal(g.total, 64 * GIB);
	assert_int_equal(g.headroom, 32 * GIB - admission_reserve(64 * GIB));
	for (int i = 0; i < GLANCE_STATES; i++)
		assert_int_equal(g.of[i].count, 0);
}

static void each_counts_as_what_it_is(void **state)
{
	struct promise_slot lives, other, drains, waits;
	struct glance g;

	(void)state;
	join(&lives, 8 * GIB);
	join(&other, 1 * GIB);
	join(&drains, 4 * GIB);
	join(&waits, 2 * GIB);
	assert_int_equal(ledger_lives(&lives, 0, error), 0);
	assert_int_equal(ledger_lives(&other, 0, error), 0);
	assert_int_equal(ledger_drains(&drains, 3 * GIB, error), 0);
	assert_int_equal(glance_take(&g, ledger, scratch.dir, error), 0);
	assert_int_equal(g.of[PROMISE_LIVES].count, 2);
	assert_int_equal(g.of[PROMISE_LIVES].bytes, 9 * GIB);
	assert_int_equal(g.of[PROMISE_DRAINS].count, 1);
	assert_int_equal(g.of[PROMISE_DRAINS].bytes, 3 * GIB);
	assert_int_equal(g.of[PROMISE_WAITS].count, 1);
	assert_int_equal(g.of[PROMISE_WAITS].bytes, 2 * GIB);
	assert_int_equal(g.headroom, 23 * GIB - admission_reserve(64 * GIB));
	ledger_leave(&lives);
	ledger_leave(&other);
	ledger_leave(&drains);
	ledger_leave(&waits);
}

static void host_that_cannot_be_read_is_said(void **state)
{
	char nowhere[] = "/nowhere";
	struct glance g;

	(void)state;
	error[0] = '\0';
	assert_true(glance_take(&g, ledger, nowhere, error) < 0);
	assert_string_not_equal(error, "");
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(host_without_a_ledger_has_all_but_the_reserve),
		TEST(each_counts_as_what_it_is),
		TEST(host_that_cannot_be_read_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
