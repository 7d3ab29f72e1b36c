// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/test_model_secure.c - a Secure Execution guest's resets
 *
 * On the stand-in, for there is no such host to test on: it follows
 * tests/pvmodel/pv.h, which is a model of what docs/facts.md says.
 */
#include "tests/integration/both.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "tests/integration/stub_image.h"

static const char under_test[] = "under-test";

static void start(struct rig *r, const char *script)
{
	rig_run_model(r, script, "");
	rig_await_ready(r);
}

static void reboot(struct rig *r)
{
	RIG_DO(r, "reboot", under_test, "--wait");
	rig_await_ready(r);
}

static void stop(struct rig *r)
{
	RIG_DO(r, "stop", under_test);
	rig_assert_end(r, 0);
	rig_assert_nothing_left(r);
}

/* Is PERFORM at work? QEMU's name for its thread (facts 2.3) says so. */
static bool cleans_up(struct rig *r)
{
	char path[64], comm[32];
	bool found = false;
	struct dirent *d;
	DIR *tasks;

	snprintf(path, sizeof(path), "/proc/%d/task",
		 (int)rig_number(r, "pid"));
	tasks = opendir(path);
	assert_non_null(tasks);
	while ((d = readdir(tasks)) != NULL) {
		char of[sizeof(path) + sizeof(d->d_name) + 8];
		FILE *f;

		snprintf(of, sizeof(of), "%s/%s/comm", path, d->d_name);
		f = fopen(of, "re");
		if (f && fgets(comm, sizeof(comm), f))
			found |= strcmp(comm, "async_cleanup\n") == 0;
		if (f)
			fclose(f);
	}
	closedir(tasks);
	return found;
}

static void large_guest_reboots_in_place_and_cleans_up_behind(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;

	start(r, "version=10.2,secure,memory=65536,page-ns=500");
	assert_false(cleans_up(r));
	reboot(r);
	assert_string_equal(rig_last(r, "strategy"), "in place");
	assert_int_equal(rig_number(r, "generation"), 1);
	assert_true(cleans_up(r));
	stop(r);
}

/* PREPARE is not for it; all of it is destroyed while QMP is deaf. */
static void small_guest_is_destroyed_at_once(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;

	start(r, "version=10.2,secure,memory=2048,page-ns=1000");
	reboot(r);
	assert_string_equal(rig_last(r, "strategy"), "in place");
	assert_false(cleans_up(r));
	stop(r);
}

/* A second PREPARE before PERFORM began would end QEMU (facts 2.3, race). */
static void second_reboot_at_once_is_not_in_place(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;

	start(r, "version=10.2,secure,memory=65536,page-ns=100");
	reboot(r);
	assert_string_equal(rig_last(r, "strategy"), "in place");
	reboot(r);
	assert_string_equal(rig_last(r, "strategy"), "drain first");
	assert_int_equal(rig_number(r, "generation"), 2);
	stop(r);
}

static void qemu_whose_perform_fails_is_started_anew(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;

	start(r, "version=10.2,secure,memory=65536,page-ns=100,perform-fails");
	RIG_DO(r, "reboot", under_test);
	rig_await_said(r, "KVM_PV_ASYNC_CLEANUP_PERFORM");
	rig_await_ready(r);
	assert_string_equal(rig_last(r, "cause"), "secure teardown failed");
	assert_int_equal(rig_number(r, "generation"), 2);
	stop(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_MODEL(large_guest_reboots_in_place_and_cleans_up_behind),
		ON_MODEL(small_guest_is_destroyed_at_once),
		ON_MODEL(second_reboot_at_once_is_not_in_place),
		ON_MODEL(qemu_whose_perform_fails_is_started_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
