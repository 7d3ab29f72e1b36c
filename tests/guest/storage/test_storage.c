// SPDX-License-Identifier: Apache-2.0
/*
 * tests/guest/storage/test_storage.c - which disks are waited for, how long
 *
 * The look for a disk is a stand-in here: it finds nothing, so many times. What
 * it then finds cannot be mounted, which tells that it was found.
 */
#include "guest/storage/storage.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "guest/boot/clock.h"
#include "guest/storage/disk.h"
#include "tests/guest/tree.h"

enum { WAIT_MS = 1000 }; /* several of it are told from one on a busy machine */

static unsigned int looks, late;

int disk_find(const char *root, const struct storage_disk *d,
	      char name[static DISK_NAME_SIZE])
{
	(void)root;
	(void)d;
	snprintf(name, DISK_NAME_SIZE, "reprise-no-disk");
	return ++looks > late ? 0 : -ENOENT;
}

uint64_t disk_bytes(const char *root)
{
	(void)root;
	return 0;
}

bool disk_read_only(const char *root, const char *name)
{
	(void)root;
	(void)name;
	return false;
}

int disk_content(const char *path)
{
	(void)path;
	return -ENODEV;
}

static struct init_conf conf_of(const char *root, unsigned int disks,
				uint32_t wait_ms)
{
	struct init_conf c = { .storage = { .disks = disks,
					    .wait_ms = wait_ms } };

	for (unsigned int i = 0; i < disks; i++) {
		struct storage_disk *d = &c.storage.disk[i];

		d->read_only = d->absent_skip = true;
		snprintf(d->path, sizeof(d->path), "%s/%u", root, i);
	}
	looks = 0;
	return c;
}

static void disk_that_comes_late_is_not_skipped(void **state)
{
	struct init_conf c = conf_of(*state, 1, 10000);

	late = 2;
	assert_true(storage_run(&c) < 0); /* mount(2) did not like it */
	assert_int_equal(looks, 3);
}

static void disks_that_do_not_come_cost_the_wait_once(void **state)
{
	struct init_conf c = conf_of(*state, 8, WAIT_MS);
	uint64_t begun_ms = clock_ms(), took_ms;

	late = UINT32_MAX;
	assert_int_equal(storage_run(&c), 0);
	took_ms = clock_ms() - begun_ms;
	assert_true(took_ms >= WAIT_MS && took_ms < 8 * WAIT_MS);
	assert_true(looks > 8);
	assert_true(storage_limit_ms(&c) == 30000 + WAIT_MS);
}

#define IN_TREE(test)                                                          \
	cmocka_unit_test_setup_teardown(test, tree_setup, tree_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_TREE(disk_that_comes_late_is_not_skipped),
		IN_TREE(disks_that_do_not_come_cost_the_wait_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
