// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/config/test_size.c - what is measured of an appliance
 */
#include "host/config/size.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/array.h"
#include "host/config/appliance.h"
#include "host/config/image.h"
#include "host/core/donation.h"

static const struct image image = { .kernel_bytes = 5, .initrd_bytes = 7 };

static void size_of_each_machine_is_its_own(void **state)
{
	static const struct {
		struct appliance a;
		enum machine_kind kind;
		bool kvm;
	} cases[] = {
		{ { .architecture = "x86_64" }, KIND_Q35, false },
		{ { .architecture = "x86_64", .machine = MACHINE_MICROVM },
		  KIND_MICROVM,
		  false },
		{ { .architecture = "s390x", .accel = ACCEL_KVM },
		  KIND_S390X,
		  true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct machine_size m = appliance_size(&cases[i].a, &image);

		assert_int_equal(m.kind, cases[i].kind);
		assert_int_equal(m.kvm, cases[i].kvm);
	}
}

static void size_has_memory_cpus_and_the_booted_image(void **state)
{
	static const struct appliance a = { .architecture = "s390x",
					    .cpus = 3,
					    .memory = 1 << 30 };
	struct machine_size m = appliance_size(&a, &image);

	(void)state;
	assert_int_equal(m.cpus, 3);
	assert_int_equal(m.memory, 1 << 30);
	assert_int_equal(m.image_bytes, 12);
}

static void size_counts_donations_of_who_may_be_secure(void **state)
{
	struct appliance a = { .architecture = "s390x",
			       .cpus = 1,
			       .memory = 1 << 30 };
	struct machine_size m = appliance_size(&a, &image);
	uint64_t plain = need_bytes(&m);

	(void)state;
	assert_int_equal(m.donated + m.again, 0);
	a.may_be_secure = true;
	m = appliance_size(&a, &image);
	assert_int_equal(m.donated, donation_assumed(1 << 30, 1));
	assert_int_equal(m.again, 0);
	assert_int_equal(need_bytes(&m), plain + m.donated);
	a.donates_again = true;
	a.admission.donation = 7 << 20; /* somebody has measured it */
	m = appliance_size(&a, &image);
	assert_int_equal(m.donated, 7 << 20);
	assert_int_equal(m.again, 7 << 20);
	assert_int_equal(need_bytes(&m), plain + m.donated); /* once */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(size_of_each_machine_is_its_own),
		cmocka_unit_test(size_has_memory_cpus_and_the_booted_image),
		cmocka_unit_test(size_counts_donations_of_who_may_be_secure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
