/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/v2host/tests.h - the tests that need a host with cgroup v2: their names
 *
 * Each runs in the guest (tests/v2host/main.c) and is judged outside of it
 * (tests/integration/test_v2_host.c), in this order.
 */
#ifndef TESTS_V2HOST_TESTS_H
#define TESTS_V2HOST_TESTS_H

#define V2HOST_TESTS                                                           \
	/* leaf.c */                                                           \
	TEST(leaf_holds_qemu_and_its_helper)                                   \
	TEST(generation_has_a_leaf_of_its_own)                                 \
	TEST(leaf_in_the_group_of_its_shim_counts_no_memory)                   \
	TEST(leaf_is_made_without_rights_in_a_delegated_group)                 \
	/* leftover.c */                                                       \
	TEST(memory_of_dead_qemu_is_in_its_leaf_until_the_helper_ends)         \
	TEST(leaf_of_an_adopted_qemu_goes_with_it)                             \
	TEST(leaves_of_a_crash_go_at_the_next_start)                           \
	/* oom.c */                                                            \
	TEST(oom_kill_is_in_the_log)                                           \
	TEST(oom_kill_is_counted_by_the_leaf)                                  \
	TEST(oom_kill_is_counted_around_a_leaf_that_counts_nothing)            \
	/* scarce.c */                                                         \
	TEST(group_with_a_limit_is_a_domain)                                   \
	TEST(scarcity_in_a_group_is_told)                                      \
	/* doctor.c */                                                         \
	TEST(doctor_sees_where_memory_of_leaves_is_counted)                    \
	TEST(doctor_sees_that_pressure_is_counted)                             \
	/* guard.c */                                                          \
	TEST(guard_lets_nobody_be_killed_in_200_restarts)                      \
	TEST(guard_lets_overlap_what_fits_twice)                               \
	TEST(without_the_guard_whoever_starts_is_killed)

#define TEST(name) void name(void **state);
V2HOST_TESTS
#undef TEST

#endif
