// SPDX-License-Identifier: Apache-2.0
/*
 * tests/v2host/leftover.c - the leaves of a shim that died
 */
#include "tests/v2host/bed.h"
#include "tests/v2host/tests.h"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/cgroup/cgroup.h"
#include "host/memory/gauge.h"

#define LEAF "vm-under-test-1"

enum { TOUCHED = 64 << 20 };

static char here[] = "";

struct pids {
	pid_t qemu, helper;
};

/* The shim is killed; its QEMU and the helper become the test's children. */
static struct pids crash(struct rig *r)
{
	struct pids p = {
		.qemu = (pid_t)rig_number(r, "pid"),
		.helper = (pid_t)rig_number(r, "helper"),
	};

	assert_true(p.qemu > 0 && p.helper > 0);
	assert_int_equal(kill(r->shim.pid, SIGKILL), 0);
	assert_int_equal(rig_await_end(r), -SIGKILL);
	child_close(&r->shim);
	return p;
}

static void end(pid_t pid)
{
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_true(child_await_pid(pid));
}

static void run_again(struct rig *r)
{
	char file[128];

	snprintf(file, sizeof(file), "%s/under-test.conf", r->dir);
	close(r->ready);
	bed_enter();
	rig_run(r, file, "under-test");
	bed_leave();
	rig_await_ready(r);
}

/* Of the shim's own leaf, as the shim finds it. */
static void open_gauge(struct gauge *g, pid_t helper)
{
	struct cgroup_leaf leaf[CGROUP_HIERARCHIES];

	cgroup_leaf_of("", helper, "under-test", leaf);
	assert_true(leaf[0].fd >= 0);
	assert_int_equal(gauge_open(g, &leaf[0], &leaf[1], helper, here), 0);
	assert_int_equal(g->kind, GAUGE_CGROUP);
	close(leaf[0].fd);
}

/* A helper that is stopped cannot see that QEMU has gone; a nudge ends it. */
void memory_of_dead_qemu_is_in_its_leaf_until_the_helper_ends(void **state)
{
	struct rig *r = *state;
	uint64_t held;
	struct gauge g;
	struct pids p;

	bed_run(r, "touch=64", "");
	rig_await_ready(r);
	p = crash(r);
	open_gauge(&g, p.helper);
	assert_int_equal(kill(p.helper, SIGSTOP), 0);
	end(p.qemu);
	assert_int_equal(bed_count(LEAF "/cgroup.events", "populated"), 1);
	assert_int_equal(gauge_read(&g, &held), 0);
	assert_in_range(held, TOUCHED, 2 * TOUCHED);
	end(p.helper);
	assert_int_equal(bed_count(LEAF "/cgroup.events", "populated"), 0);
	assert_int_equal(gauge_read(&g, &held), 0);
	assert_in_range(held, 0, TOUCHED / 8);
	gauge_close(&g);
	run_again(r);
	bed_stop(r);
	assert_false(bed_has(LEAF));
}

void leaf_of_an_adopted_qemu_goes_with_it(void **state)
{
	struct rig *r = *state;
	struct pids p;

	bed_run(r, "touch=64", "");
	rig_await_ready(r);
	p = crash(r);
	run_again(r);
	assert_int_equal(rig_number(r, "pid"), p.qemu);
	assert_int_equal(rig_number(r, "generation"), 1);
	RIG_DO(r, "stop", r->name);
	assert_int_equal(rig_await_end(r), 0);
	assert_true(child_await_pid(p.qemu));
	assert_true(child_await_pid(p.helper));
	assert_false(bed_has(LEAF));
	rig_assert_nothing_left(r);
}

static void make(const char *group)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/fs/cgroup/bed/%s", group);
	assert_int_equal(mkdir(path, 0755), 0);
}

static void remove_group(const char *group)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/fs/cgroup/bed/%s", group);
	assert_int_equal(rmdir(path), 0);
}

void leaves_of_a_crash_go_at_the_next_start(void **state)
{
	struct rig *r = *state;
	struct pids p;

	make("vm-under-test-7");
	make("vm-under-test-8.2");
	make("vm-under-test-2-1"); /* of another appliance, under-test-2 */
	make("vm-other-1");
	bed_run(r, "touch=64", "");
	rig_await_ready(r);
	assert_false(bed_has("vm-under-test-7"));
	assert_false(bed_has("vm-under-test-8.2"));
	RIG_DO(r, "reboot", r->name, "--full", "--wait");
	rig_await_ready(r);
	p = crash(r);
	kill(p.helper, SIGSTOP);
	end(p.qemu);
	assert_true(bed_has("vm-under-test-2"));
	run_again(r); /* it ends the helper first */
	assert_true(child_await_pid(p.helper));
	assert_false(bed_has("vm-under-test-2"));
	bed_stop(r);
	remove_group("vm-under-test-2-1");
	remove_group("vm-other-1");
}
