// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/test_pressure.c - memory is scarce while one drains
 *
 * Theory of operation: QEMU in a space (tests/integration/space.h) that has
 * room for two generations. While the first drains and the second boots, it is
 * made so narrow that a file which others in it read does not fit beside both:
 * now memory is scarce, because of what drains, and the kernel says so. As soon
 * as the drain is over there is enough again, with the readers still there.
 *
 * It takes a cgroup2 with pressure stall information and v1's memory
 * controller, and the right to both; elsewhere it is skipped. On a
 * busy machine the kernel may kill the newest before it says that memory is
 * scarce: so this is part of `make soak`, not of `make check`.
 */
#include <stdio.h>

#include "tests/integration/held.h"
#include "tests/integration/orphan.h"
#include "tests/integration/readers.h"

#define MIB (UINT64_C(1) << 20)

enum { GUEST_MIB = 512, SPACE_MIB = 4 * GUEST_MIB, LEFT_MIB = 128 };

static const char name[] = "under-test";
static struct space space;

static int close_space(void **state)
{
	both_close(state);
	space_close(&space);
	return 0;
}

/* Generation 2 boots, generation 1 is held. Return: the helper of this one */
static pid_t boot_beside_a_drain(struct both *b)
{
	struct rig *r = &b->rig;
	char lines[256];
	pid_t helper;

	snprintf(lines, sizeof(lines),
		 "memory = %d MiB\n"
		 "[unsupported]\nqemu-argument = -mem-prealloc\n",
		 GUEST_MIB);
	space_enter(&space);
	rig_run_file(r, rig_image(b->arch, "late"), lines);
	space_leave(&space);
	rig_await_ready(r);
	helper = (pid_t)rig_number(r, "helper");
	held_begin(helper);
	RIG_DO(r, "reboot", name, "--full");
	orphan_await_state(r, "booting");
	return helper;
}

static void newest_waits_until_the_drain_is_over(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;
	struct readers readers;
	pid_t helper, qemu;

	if (!space_open(&space, SPACE_MIB * MIB))
		skip();
	helper = boot_beside_a_drain(b);
	qemu = (pid_t)rig_number(r, "pid");
	if (!readers_begin(&readers, r, &space, name, qemu))
		skip();
	space_narrow(&space, LEFT_MIB * MIB);
	orphan_await_state(r, "paused for memory");
	assert_string_equal(rig_word(r, "waits_for"),
			    "memory is scarce while generation 1 drains");
	held_let_go(helper);
	rig_await_ready(r);
	readers_end(&readers);
	assert_int_equal(rig_number(r, "pid"), qemu);
	assert_int_equal(rig_number(r, "boot"), 1);
	assert_true(rig_last_has_phase(r, "paused for memory"));
	assert_int_equal(space_kills(&space), 0);
	RIG_DO(r, "stop", name);
	rig_assert_end(r, 0);
	rig_assert_nothing_left(r);
}

#define IN_SPACE(test, which)                                                  \
	{                                                                      \
#test "@" #which, test, both_open, close_space, &both_##which  \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SPACE(newest_waits_until_the_drain_is_over, x86_64),
		IN_SPACE(newest_waits_until_the_drain_is_over, s390x),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
