// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/test_model_pressure.c - memory is scarce while one drains
 *
 * On the stand-in (tests/pvmodel), but the trigger, and what it counts, are the
 * kernel's: readers in QEMU's own cgroup, whose file does not fit into a space
 * (tests/integration/readers.h). With QEMU and for want of the memory that
 * drains: test_pressure. It takes a cgroup2 with pressure stall information and
 * v1's memory controller, and the right to both; elsewhere it is skipped.
 */
#include <string.h>

#include "tests/integration/held.h"
#include "tests/integration/orphan.h"
#include "tests/integration/readers.h"
#include "tests/integration/stub_image.h"

enum { NARROW = 8 << 20 };

static const char name[] = "under-test";
static struct space narrow;

static int close_narrow(void **state)
{
	both_close(state);
	space_close(&narrow);
	return 0;
}

/* Generation 2 is paused. Return: the helper of generation 1, which is held */
static pid_t pause_second(struct rig *r)
{
	struct readers readers;
	pid_t helper;

	rig_run_model(r, "boot=6000", "");
	rig_await_ready(r);
	helper = (pid_t)rig_number(r, "helper");
	held_begin(helper);
	RIG_DO(r, "reboot", name, "--full");
	orphan_await_state(r, "booting");
	if (!space_open(&narrow, NARROW) ||
	    !readers_begin(&readers, r, &narrow, name,
			   (pid_t)rig_number(r, "pid")))
		skip();
	orphan_await_state(r, "paused for memory");
	readers_end(&readers);
	return helper;
}

/* It goes on, and has been paused, in its first boot. */
static void assert_goes_on(struct rig *r, pid_t helper)
{
	held_let_go(helper);
	rig_await_ready(r);
	assert_int_equal(rig_number(r, "generation"), 2);
	assert_int_equal(rig_number(r, "boot"), 1);
	assert_true(rig_last_has_phase(r, "paused for memory"));
	RIG_DO(r, "stop", name);
	rig_assert_end(r, 0);
	rig_assert_nothing_left(r);
}

static void pressure_beside_a_drain_pauses_the_newest(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;
	pid_t helper = pause_second(r);

	assert_string_equal(rig_word(r, "waits_for"),
			    "memory is scarce while generation 1 drains");
	assert_goes_on(r, helper);
}

static void paused_guest_stays_so_over_a_handover(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;
	pid_t helper = pause_second(r);

	RIG_DO(r, "handover", name);
	orphan_await_state(r, "paused for memory");
	assert_goes_on(r, helper);
}

#define NARROWED(test)                                                         \
	cmocka_unit_test_prestate_setup_teardown(test, both_open,              \
						 close_narrow, &both_x86_64)

int main(void)
{
	const struct CMUnitTest tests[] = {
		NARROWED(pressure_beside_a_drain_pauses_the_newest),
		NARROWED(paused_guest_stays_so_over_a_handover),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
