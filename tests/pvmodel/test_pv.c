// SPDX-License-Identifier: Apache-2.0
/*
 * tests/pvmodel/test_pv.c - the rules of a protected VM, each by its fact
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "host/core/verdict.h"
#include "tests/pvmodel/pv.h"

#define GIB (UINT64_C(1) << 30)
#define MIB (UINT64_C(1) << 20)

enum { FLOOR_US = 524288 }; /* 2 GiB at 1 us a page */

static struct pv vm(uint64_t memory)
{
	struct pv v = {
		.host = { .qemu = 1002, .page_ns = 1000, .donated = 64 * MIB },
		.memory = memory,
	};

	pv_enter(&v);
	return v;
}

/* 1.2: guest pages 0 to 2 GiB are destroyed in PREPARE itself */
static void prepare_destroys_two_gib_at_once(void **state)
{
	struct pv v = vm(64 * GIB);
	struct pv_cost c = pv_prepare(&v);

	(void)state;
	assert_int_equal(c.error, 0);
	assert_int_equal(c.us, FLOOR_US);
	assert_false(v.secure);
	assert_true(v.aside);
}

/* 1.2: a limit of exactly 2 GiB is refused, anything larger accepted */
static void prepare_of_two_gib_is_refused(void **state)
{
	struct pv v = vm(2 * GIB);

	(void)state;
	assert_int_equal(pv_prepare(&v).error, -EINVAL);
	assert_true(v.secure);
	v = vm(2 * GIB + MIB);
	assert_int_equal(pv_prepare(&v).error, 0);
}

/* 1.2: EINVAL: not protected; async_destroy=0 */
static void prepare_of_the_unprotected_is_refused(void **state)
{
	struct pv v = vm(64 * GIB);

	(void)state;
	v.secure = false;
	assert_int_equal(pv_prepare(&v).error, -EINVAL);
	v = vm(64 * GIB);
	v.host.no_async = true;
	assert_int_equal(pv_prepare(&v).error, -EINVAL);
}

/* 1.2: at most one is set aside; again as soon as its PERFORM has begun */
static void second_prepare_waits_for_perform_to_begin(void **state)
{
	struct pv v = vm(64 * GIB);

	(void)state;
	pv_prepare(&v);
	pv_enter(&v);
	assert_int_equal(pv_prepare(&v).error, -EINVAL);
	assert_int_equal(pv_perform(&v).error, 0);
	assert_int_equal(pv_prepare(&v).error, 0);
	assert_int_equal(pv_perform(&v).error, 0);
	assert_int_equal(v.performing, 2); /* several at once */
}

/* 1.3: nothing set aside is EINVAL; each page beyond the first 2 GiB costs */
static void perform_takes_what_was_set_aside(void **state)
{
	struct pv v = vm(64 * GIB);
	struct pv_cost c;

	(void)state;
	assert_int_equal(pv_perform(&v).error, -EINVAL);
	pv_prepare(&v);
	c = pv_perform(&v);
	assert_int_equal(c.us, 31 * (uint64_t)FLOOR_US);
	assert_int_equal(pv_perform(&v).error, -EINVAL);
}

/* 1.3: a fatal signal leaves it on the list, which the VM's end destroys */
static void killed_perform_is_left_to_the_end(void **state)
{
	struct pv v = vm(64 * GIB);

	(void)state;
	pv_prepare(&v);
	pv_perform(&v);
	pv_performed(&v, true);
	assert_int_equal(v.left, 1);
	assert_int_equal(pv_exit(&v).us, 32 * (uint64_t)FLOOR_US);
	assert_int_equal(v.left, 0);
}

/* 1.4: all of the memory, and whatever was set aside or left */
static void disable_destroys_everything(void **state)
{
	struct pv v = vm(64 * GIB);
	struct pv_cost c;

	(void)state;
	pv_prepare(&v);
	assert_int_equal(pv_disable(&v).error, -EINVAL); /* not protected */
	pv_enter(&v);
	c = pv_disable(&v);
	assert_int_equal(c.error, 0);
	assert_int_equal(c.us, 32 * (uint64_t)FLOOR_US);
	assert_false(v.aside);
}

/* 1.6: no double donation with "destroy fast"; one more set without it */
static void second_donation_only_without_destroy_fast(void **state)
{
	struct pv v = vm(64 * GIB);

	(void)state;
	assert_int_equal(pv_prepare(&v).returned, 64 * MIB);
	pv_enter(&v);
	assert_int_equal(pv_donated(&v), 64 * MIB);
	v = vm(64 * GIB);
	v.host.no_fast = true;
	assert_int_equal(pv_prepare(&v).returned, 0);
	pv_enter(&v);
	pv_perform(&v);
	assert_int_equal(pv_donated(&v), 128 * MIB);
	pv_performed(&v, false);
	assert_int_equal(pv_donated(&v), 64 * MIB);
}

/* 2.3: by version: never, always, only above 2 GiB */
static void reset_by_version(void **state)
{
	static const struct {
		unsigned int qemu;
		uint64_t memory;
		bool thread, complains;
	} resets[] = {
		{ 702, 64 * GIB, false, false }, { 800, 64 * GIB, true, false },
		{ 800, 2 * GIB, false, true },	 { 801, 2 * GIB, false, false },
		{ 900, 64 * GIB, true, false },	 { 1002, GIB, false, false },
		{ 1002, 64 * GIB, true, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(resets) / sizeof(resets[0]); i++) {
		struct pv v = vm(resets[i].memory);
		struct pv_reset r;

		v.host.qemu = resets[i].qemu;
		r = pv_reset(&v);
		assert_int_equal(r.thread, resets[i].thread);
		assert_int_equal(r.prepare_error,
				 resets[i].complains ? -EINVAL : 0);
		assert_int_equal(r.disable_error, 0);
		assert_int_equal(r.deaf_us, r.thread ? FLOOR_US
						     : resets[i].memory / GIB *
							       FLOOR_US / 2);
		assert_false(v.secure);
	}
}

/* 2.3: a failed PREPARE is told, and all is destroyed synchronously */
static void reset_whose_prepare_fails_is_synchronous(void **state)
{
	struct pv v = vm(64 * GIB);
	struct pv_reset r;

	(void)state;
	v.host.prepare_fails = true;
	r = pv_reset(&v);
	assert_int_equal(r.prepare_error, -EIO);
	assert_false(r.thread);
	assert_int_equal(r.deaf_us, 32 * (uint64_t)FLOOR_US);
}

/*
 * 2.3, the race: PREPARE is refused, DISABLE disposes of what was set aside,
 * and the late PERFORM finds nothing
 */
static void second_reset_before_perform_is_the_race(void **state)
{
	struct pv v = vm(64 * GIB);
	struct pv_reset r = pv_reset(&v);

	(void)state;
	assert_true(r.thread);
	pv_enter(&v);
	r = pv_reset(&v);
	assert_int_equal(r.prepare_error, -EINVAL);
	assert_false(r.thread);
	assert_int_equal(pv_perform(&v).error, -EINVAL);
}

/* 1.6: a configuration's donation, of which a second may be one too many */
static void enter_without_memory_to_donate_is_refused(void **state)
{
	struct pv v = vm(64 * GIB);
	struct pv_refusal r;

	(void)state;
	v.host.no_fast = true;
	v.host.donatable = 100 * MIB;
	pv_prepare(&v);
	pv_perform(&v);
	r = pv_enter(&v);
	assert_int_equal(r.command, PV_ENABLE);
	assert_int_equal(r.error, -ENOMEM);
	assert_false(v.secure);
	pv_performed(&v, false);
	assert_int_equal(pv_enter(&v).error, 0);
	assert_true(v.secure);
}

/* 2.4: rc 108 is no matching host key; 1.7: huge pages are EFAULT */
static void enter_of_what_cannot_be_secure_is_refused(void **state)
{
	struct pv v = vm(64 * GIB);
	struct pv_refusal r;

	(void)state;
	v.secure = false;
	v.host.no_key = true;
	r = pv_enter(&v);
	assert_int_equal(r.command, PV_SET_SEC_PARMS);
	assert_int_equal(r.rc, 0x108);
	assert_int_equal(r.error, -EINVAL);
	v.host.no_key = false;
	v.host.huge_pages = true;
	r = pv_enter(&v);
	assert_int_equal(r.command, PV_UNPACK);
	assert_int_equal(r.error, -EFAULT);
	assert_false(v.secure);
}

/* 1.4: EIO; 2.3: then QEMU exits */
static void reset_whose_disable_fails_is_qemus_end(void **state)
{
	struct pv v = vm(2 * GIB);

	(void)state;
	v.host.disable_fails = true;
	assert_int_equal(pv_reset(&v).disable_error, -EIO);
}

static void guest_that_is_not_secure_costs_nothing(void **state)
{
	struct pv v = vm(64 * GIB);

	(void)state;
	v.secure = false;
	assert_int_equal(pv_reset(&v).deaf_us, 0);
	assert_int_equal(pv_exit(&v).us, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prepare_destroys_two_gib_at_once),
		cmocka_unit_test(prepare_of_two_gib_is_refused),
		cmocka_unit_test(prepare_of_the_unprotected_is_refused),
		cmocka_unit_test(second_prepare_waits_for_perform_to_begin),
		cmocka_unit_test(perform_takes_what_was_set_aside),
		cmocka_unit_test(killed_perform_is_left_to_the_end),
		cmocka_unit_test(disable_destroys_everything),
		cmocka_unit_test(second_donation_only_without_destroy_fast),
		cmocka_unit_test(reset_by_version),
		cmocka_unit_test(reset_whose_prepare_fails_is_synchronous),
		cmocka_unit_test(second_reset_before_perform_is_the_race),
		cmocka_unit_test(enter_without_memory_to_donate_is_refused),
		cmocka_unit_test(enter_of_what_cannot_be_secure_is_refused),
		cmocka_unit_test(reset_whose_disable_fails_is_qemus_end),
		cmocka_unit_test(guest_that_is_not_secure_costs_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
