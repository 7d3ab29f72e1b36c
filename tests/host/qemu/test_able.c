// SPDX-License-Identifier: Apache-2.0
#include "host/qemu/able.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/array.h"

#define GIB (1ULL << 30)

static char error[SENTENCE_MAX];

static struct appliance of(const char *arch, enum machine machine)
{
	struct appliance a = { .file = "x.conf",
			       .line = { .machine = 3, .secure = 4, .qemu = 5 },
			       .machine = machine,
			       .accel = ACCEL_KVM };

	snprintf(a.architecture, sizeof(a.architecture), "%s", arch);
	return a;
}

static const struct qemu_caps all = {
	.major = 9,
	.teardown = TEARDOWN_RUN_WITH,
	.sandbox = true,
	.pv_guest = true,
	.machine = { true, true, true },
	.path = "/q",
};

static const struct uv_host se = { .hosts = true, .async = true };
static const struct uv_host plain;

static void machine_is_that_of_architecture_and_word(void **state)
{
	const struct appliance q35 = of("x86_64", MACHINE_DEFAULT),
			       micro = of("x86_64", MACHINE_MICROVM),
			       ccw = of("s390x", MACHINE_DEFAULT);

	(void)state;
	assert_int_equal(able_machine(&q35), QEMU_Q35);
	assert_int_equal(able_machine(&micro), QEMU_MICROVM);
	assert_int_equal(able_machine(&ccw), QEMU_CCW);
}

static void qemu_without_the_machine_is_refused(void **state)
{
	struct appliance a = of("x86_64", MACHINE_MICROVM);
	struct qemu_caps caps = all;

	(void)state;
	assert_int_equal(able_check(&a, &caps, &se, error), 0);
	caps.machine[QEMU_MICROVM] = false;
	assert_int_equal(able_check(&a, &caps, &se, error), -ENOTSUP);
	assert_non_null(strstr(error, "x.conf:3: /q: QEMU 9.0.0"));
	assert_non_null(strstr(error, "write machine = default"));
	a = of("s390x", MACHINE_DEFAULT);
	a.line.machine = 0;
	caps.machine[QEMU_CCW] = false;
	assert_int_equal(able_check(&a, &caps, &se, error), -ENOTSUP);
	assert_non_null(strstr(error, "x.conf:5: "));
	assert_non_null(strstr(error, "write qemu = PATH"));
}

static void secure_without_object_or_host_is_refused(void **state)
{
	struct appliance a = of("s390x", MACHINE_DEFAULT);
	struct qemu_caps caps = all;

	(void)state;
	a.secure = SECURE_YES;
	assert_int_equal(able_check(&a, &caps, &se, error), 0);
	caps.pv_guest = false;
	assert_int_equal(able_check(&a, &caps, &se, error), -ENOTSUP);
	assert_non_null(strstr(error, "x.conf:4: secure = yes"));
	assert_int_equal(able_check(&a, &all, &plain, error), -ENOTSUP);
	assert_non_null(strstr(error, "prot_virt=1"));
	a.secure = SECURE_NO;
	assert_int_equal(able_check(&a, &caps, &plain, error), 0);
}

/* yes only where everything says so */
static void auto_is_yes_only_where_all_can(void **state)
{
	(void)state;
	for (unsigned int bits = 0; bits < 16; bits++) {
		struct appliance a =
			of(bits & 1 ? "s390x" : "x86_64", MACHINE_DEFAULT);
		struct qemu_caps caps = all;

		a.secure = SECURE_AUTO;
		a.accel = bits & 2 ? ACCEL_KVM : ACCEL_TCG;
		caps.pv_guest = bits & 4;
		able_settle(&a, &caps, bits & 8 ? &se : &plain);
		assert_int_equal(a.may_be_secure, bits == 15);
	}
}

/* facts 1.6: only with "destroy fast" are they back before the next set */
static void second_donations_are_settled_by_destroy_fast(void **state)
{
	const struct uv_host fast = { true, .async = true, .fast = true };
	const struct uv_host waits = { .hosts = true };
	struct appliance a = of("s390x", MACHINE_DEFAULT);

	(void)state;
	a.accel = ACCEL_KVM;
	a.memory = 3 * GIB;
	a.secure = SECURE_YES;
	able_settle(&a, &all, &se);
	assert_true(a.donates_again);
	able_settle(&a, &all, &fast);
	assert_false(a.donates_again);
	able_settle(&a, &all, &waits); /* destroyed before the next one */
	assert_false(a.donates_again);
	a.secure = SECURE_NO;
	able_settle(&a, &all, &se);
	assert_false(a.donates_again);
}

static void destroy_fast_is_bit_23_of_the_first_word(void **state)
{
	(void)state;
	assert_true(uv_destroys_fast("10000000000\n0\n0\n0\n"));
	assert_true(uv_destroys_fast("ffffffffffffffff\n"));
	assert_false(uv_destroys_fast("fffffeffffffffff\n1\n"));
	assert_false(uv_destroys_fast("0\nffffffffffffffff\n"));
	assert_false(uv_destroys_fast("none"));
	assert_false(uv_destroys_fast(""));
}

static void what_was_said_is_not_settled_otherwise(void **state)
{
	struct appliance a = of("s390x", MACHINE_DEFAULT);

	(void)state;
	a.secure = SECURE_YES;
	able_settle(&a, &all, &plain);
	assert_true(a.may_be_secure);
	a.secure = SECURE_NO;
	able_settle(&a, &all, &se);
	assert_false(a.may_be_secure);
}

static void warnings_are_what_it_lacks(void **state)
{
	const struct appliance a = of("s390x", MACHINE_DEFAULT);
	struct qemu_caps caps = all;

	(void)state;
	assert_null(able_warning(&a, &caps, &plain, 0));
	caps.sandbox = false;
	assert_non_null(strstr(able_warning(&a, &caps, &plain, 0), "sandbox"));
	assert_null(able_warning(&a, &caps, &plain, 1));
	caps.teardown = TEARDOWN_NONE;
	assert_non_null(
		strstr(able_warning(&a, &caps, &plain, 0), "async teardown"));
	assert_non_null(strstr(able_warning(&a, &caps, &plain, 1), "sandbox"));
}

static void auto_without_protection_is_warned_of(void **state)
{
	struct appliance a = of("s390x", MACHINE_DEFAULT);

	(void)state;
	a.secure = SECURE_AUTO;
	a.memory = 3 * GIB;
	able_settle(&a, &all, &plain);
	assert_non_null(strstr(able_warning(&a, &all, &plain, 0),
			       "without protection"));
	assert_null(able_warning(&a, &all, &plain, 1));
	able_settle(&a, &all, &se);
	assert_null(able_warning(&a, &all, &se, 0));
}

/* facts 1.2, 1.5, 2.3: the first of them counts, each is warned of */
static void reset_of_a_secure_guest_that_waits_is_warned_of(void **state)
{
	const struct uv_host waits = { .hosts = true };
	struct appliance a = of("s390x", MACHINE_DEFAULT);
	struct qemu_caps old = all;

	(void)state;
	old.major = 7;
	a.secure = SECURE_YES;
	a.memory = 2 * GIB + 1;
	able_settle(&a, &all, &se);
	assert_null(able_hindrance(&a, &all, &se));
	assert_null(able_hindrance(&a, NULL, &se));
	assert_null(able_warning(&a, &all, &se, 0));
	a.memory--;
	assert_non_null(strstr(able_hindrance(&a, &all, &se)->found, "2 GiB"));
	assert_non_null(strstr(able_hindrance(&a, &old, &se)->found, "8.0"));
	assert_non_null(strstr(able_hindrance(&a, &old, &waits)->found, "KVM"));
	assert_non_null(strstr(able_warning(&a, &old, &waits, 0), "6.2"));
	assert_non_null(strstr(able_warning(&a, &old, &waits, 1), "8.0"));
	assert_non_null(strstr(able_warning(&a, &old, &waits, 2), "2 GiB"));
	assert_null(able_warning(&a, &old, &waits, 3));
	a.may_be_secure = false;
	assert_null(able_warning(&a, &old, &waits, 0));
}

static void huge_pages_of_a_secure_guest_are_warned_of(void **state)
{
	struct appliance a = of("s390x", MACHINE_DEFAULT);

	(void)state;
	a.secure = SECURE_YES;
	a.memory = 3 * GIB;
	able_settle(&a, &all, &se);
	strcpy(a.argument[a.arguments++], "-mem-path");
	assert_non_null(strstr(able_warning(&a, &all, &se, 0), "huge pages"));
	a.may_be_secure = false;
	assert_null(able_warning(&a, &all, &se, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(machine_is_that_of_architecture_and_word),
		cmocka_unit_test(qemu_without_the_machine_is_refused),
		cmocka_unit_test(secure_without_object_or_host_is_refused),
		cmocka_unit_test(auto_is_yes_only_where_all_can),
		cmocka_unit_test(what_was_said_is_not_settled_otherwise),
		cmocka_unit_test(second_donations_are_settled_by_destroy_fast),
		cmocka_unit_test(destroy_fast_is_bit_23_of_the_first_word),
		cmocka_unit_test(warnings_are_what_it_lacks),
		cmocka_unit_test(auto_without_protection_is_warned_of),
		cmocka_unit_test(
			reset_of_a_secure_guest_that_waits_is_warned_of),
		cmocka_unit_test(huge_pages_of_a_secure_guest_are_warned_of),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
