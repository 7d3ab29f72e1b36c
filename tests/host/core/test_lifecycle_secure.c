// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/core/test_lifecycle_secure.c - a secure guest's ways of its own
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/host/core/lifecycle_drive.h"

static void pv_failed(struct drive *d, enum pv_command command, int error)
{
	const struct lc_event ev = { .type = EV_PV_FAILED,
				     .pv = { true, command, 0, 0, error } };

	assert_int_equal(lifecycle_step(&d->lc, &ev, d->now_us), 0);
}

/* What fails after it is what QEMU does about it. */
static void first_pv_command_that_failed_is_the_cause(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_type(&d, EV_START);
	drive_type(&d, EV_UP);
	pv_failed(&d, PV_ENABLE, -ENOMEM);
	pv_failed(&d, PV_VERIFY, -EINVAL);
	drive_end(&d, END_PANIC);
	drive_type(&d, EV_STOP);
	drive_type(&d, EV_STATUS);
	assert_int_equal(d.lc.now.cause, CAUSE_UV_MEMORY);
}

/* PERFORM may fail before RESET is told. */
static void perform_that_failed_is_why_qemu_exited(void **state)
{
	(void)state;
	for (int before = 0; before < 2; before++) {
		struct drive d;

		drive_init(&d);
		drive_serving(&d);
		drive_quiesce(&d, INTENT_REBOOT);
		drive_type(&d, EV_STATUS);
		pv_failed(&d, PV_PREPARE, -EINVAL);
		if (before)
			pv_failed(&d, PV_PERFORM, -EIO);
		drive_type(&d, EV_RESET);
		if (!before)
			pv_failed(&d, PV_PERFORM, -EIO);
		drive_type(&d, EV_QMP_LOST);
		drive_exit(&d, 1 << 8);
		assert_int_equal(d.lc.now.cause, CAUSE_PV_FAILED);
	}
}

static void pv_command_that_failed_is_forgotten_with_its_boot(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_type(&d, EV_START);
	drive_type(&d, EV_UP);
	pv_failed(&d, PV_PERFORM, -EIO);
	drive_exit(&d, 1 << 8);
	assert_int_equal(d.lc.now.cause, CAUSE_PV_FAILED);
	drive_type(&d, EV_MEMORY_BACK);
	drive_type(&d, EV_UP);
	drive_exit(&d, 1 << 8);
	assert_int_equal(d.lc.now.cause, CAUSE_QEMU_FAILED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_pv_command_that_failed_is_the_cause),
		cmocka_unit_test(perform_that_failed_is_why_qemu_exited),
		cmocka_unit_test(
			pv_command_that_failed_is_forgotten_with_its_boot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
