// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/core/test_donation.c - what is assumed of the ultravisor
 */
#include "host/core/donation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const uint64_t gib = UINT64_C(1) << 30;

static void donation_grows_with_each_page_and_each_cpu(void **state)
{
	uint64_t least = donation_assumed(4 * gib, 1);

	(void)state;
	assert_int_equal(donation_assumed(4 * gib, 3) - least,
			 2 * ((1 << 20) + 4096));
	assert_int_equal(donation_assumed(4 * gib + 4096, 1) - least, 64);
}

/* KVM's formula, with what is assumed: 16 KiB for each MiB of the guest. */
static void donation_of_a_large_guest_is_a_64th_of_it(void **state)
{
	uint64_t tib = donation_assumed(1024 * gib, 1);

	(void)state;
	assert_in_range(tib, 16 * gib, 16 * gib + (4 << 20));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(donation_grows_with_each_page_and_each_cpu),
		cmocka_unit_test(donation_of_a_large_guest_is_a_64th_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
