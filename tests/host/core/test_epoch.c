// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/core/test_epoch.c - frames of this boot, and of no other
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "host/core/epoch.h"

static enum epoch_take take(struct epoch *e, enum msg_type type, uint64_t id)
{
	const struct msg m = { .type = (uint8_t)type, .epoch = id };

	return epoch_take(e, &m);
}

static void hello_first_begins_the_epoch(void **state)
{
	struct epoch e = { 0 };

	(void)state;
	assert_int_equal(take(&e, MSG_READY, 7), EPOCH_DROP);
	assert_int_equal(take(&e, MSG_HELLO, 7), EPOCH_NEW);
	assert_int_equal(take(&e, MSG_READY, 7), EPOCH_CURRENT);
	assert_int_equal(e.dropped, 1);
}

static void hello_of_a_past_epoch_is_dropped(void **state)
{
	struct epoch e = { 0 };

	(void)state;
	take(&e, MSG_HELLO, 7);
	epoch_over(&e);
	assert_int_equal(take(&e, MSG_HELLO, 7), EPOCH_DROP);
	assert_int_equal(take(&e, MSG_HELLO, 8), EPOCH_NEW);
	assert_int_equal(take(&e, MSG_HELLO, 7), EPOCH_DROP);
}

static void hello_of_epoch_zero_is_dropped(void **state)
{
	struct epoch e = { 0 };

	(void)state;
	assert_int_equal(take(&e, MSG_HELLO, 0), EPOCH_DROP);
	assert_int_equal(take(&e, MSG_INTENT, 0), EPOCH_DROP);
}

static void quiesced_is_judged_by_intent_time_and_proof(void **state)
{
	static const struct {
		uint8_t said, quiesced;
		uint32_t processes;
		bool in_time;
		enum epoch_stage stage;
	} cases[] = {
		{ INTENT_REBOOT, INTENT_REBOOT, 0, true, STAGE_REBOOT },
		{ INTENT_POWEROFF, INTENT_POWEROFF, 0, true, STAGE_POWEROFF },
		{ INTENT_UPDATE, INTENT_UPDATE, 0, true, STAGE_UPDATE },
		{ INTENT_REBOOT, INTENT_POWEROFF, 0, true, STAGE_UNCLEAN },
		{ INTENT_REBOOT, INTENT_REBOOT, 1, true, STAGE_UNCLEAN },
		{ INTENT_REBOOT, INTENT_REBOOT, 0, false, STAGE_UNCOMMITTED },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct epoch e = { .intent = cases[i].said };
		const struct msg_quiesced q = {
			.intent = cases[i].quiesced,
			.proof.processes = cases[i].processes,
		};

		epoch_quiesced(&e, &q, cases[i].in_time);
		assert_int_equal(e.stage, cases[i].stage);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hello_first_begins_the_epoch),
		cmocka_unit_test(hello_of_a_past_epoch_is_dropped),
		cmocka_unit_test(hello_of_epoch_zero_is_dropped),
		cmocka_unit_test(quiesced_is_judged_by_intent_time_and_proof),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
