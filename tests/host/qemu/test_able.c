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
	assert_int_equal(able_check(&a, &caps, true, error), 0);
	caps.machine[QEMU_MICROVM] = false;
	assert_int_equal(able_check(&a, &caps, true, error), -ENOTSUP);
	assert_non_null(strstr(error, "x.conf:3: /q: QEMU 9.0.0"));
	assert_non_null(strstr(error, "write machine = default"));
	a = of("s390x", MACHINE_DEFAULT);
	a.line.machine = 0;
	caps.machine[QEMU_CCW] = false;
	assert_int_equal(able_check(&a, &caps, true, error), -ENOTSUP);
	assert_non_null(strstr(error, "x.conf:5: "));
	assert_non_null(strstr(error, "write qemu = PATH"));
}

static void secure_without_object_or_host_is_refused(void **state)
{
	struct appliance a = of("s390x", MACHINE_DEFAULT);
	struct qemu_caps caps = all;

	(void)state;
	a.secure = SECURE_YES;
	assert_int_equal(able_check(&a, &caps, true, error), 0);
	caps.pv_guest = false;
	assert_int_equal(able_check(&a, &caps, true, error), -ENOTSUP);
	assert_non_null(strstr(error, "x.conf:4: secure = yes"));
	assert_int_equal(able_check(&a, &all, false, error), -ENOTSUP);
	assert_non_null(strstr(error, "prot_virt=1"));
	a.secure = SECURE_NO;
	assert_int_equal(able_check(&a, &caps, false, error), 0);
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
		able_settle(&a, &caps, bits & 8);
		assert_int_equal(a.secure, bits == 15 ? SECURE_YES : SECURE_NO);
	}
}

static void what_was_said_is_not_settled_otherwise(void **state)
{
	struct appliance a = of("s390x", MACHINE_DEFAULT);

	(void)state;
	a.secure = SECURE_YES;
	able_settle(&a, &all, false);
	assert_int_equal(a.secure, SECURE_YES);
	a.secure = SECURE_NO;
	able_settle(&a, &all, true);
	assert_int_equal(a.secure, SECURE_NO);
}

static void warnings_are_what_it_lacks(void **state)
{
	struct qemu_caps caps = all;

	(void)state;
	assert_null(able_warning(&caps, 0));
	caps.sandbox = false;
	assert_non_null(strstr(able_warning(&caps, 0), "sandbox"));
	assert_null(able_warning(&caps, 1));
	caps.teardown = TEARDOWN_NONE;
	assert_non_null(strstr(able_warning(&caps, 0), "async teardown"));
	assert_non_null(strstr(able_warning(&caps, 1), "sandbox"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(machine_is_that_of_architecture_and_word),
		cmocka_unit_test(qemu_without_the_machine_is_refused),
		cmocka_unit_test(secure_without_object_or_host_is_refused),
		cmocka_unit_test(auto_is_yes_only_where_all_can),
		cmocka_unit_test(what_was_said_is_not_settled_otherwise),
		cmocka_unit_test(warnings_are_what_it_lacks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
