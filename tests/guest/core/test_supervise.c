// SPDX-License-Identifier: Apache-2.0
/*
 * tests/guest/core/test_supervise.c - a payload that hangs, dies, comes back
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "common/array.h"
#include "tests/guest/core/supervise_drive.h"

enum { HEALTH = 10000, HEALTH_TIMEOUT = 500 };

static void payload_that_is_not_ready_in_time_is_killed(void **state)
{
	struct session_rules rules = supervise_rules(RESTART_NEVER);

	(void)state;
	for (int at = PAY_STARTING; at <= PAY_UP; at++) {
		struct guest g = supervise_at((enum payload_state)at, &rules);

		guest_waits(&g);
		assert_true(g.now == T0 + READY_WITHIN);
		assert_true(guest_acts(&g, SACT_KILL));
		guest_exits(&g, 9);
		assert_int_equal(guest_intent(&g)->cause, ICAUSE_WATCHDOG);
		assert_int_equal(guest_intent(&g)->intent, INTENT_REBOOT);
		assert_int_equal(guest_intent(&g)->detail, 9);
	}
}

static void payload_that_shows_life_lives_on(void **state)
{
	struct session_rules rules = supervise_rules(RESTART_NEVER);
	struct guest g = supervise_at(PAY_READY, &rules);

	(void)state;
	for (uint32_t i = 1; i <= 100; i++) {
		g.now += WATCHDOG - 1;
		guest_happens(&g, SEV_TIMER);
		assert_int_equal(g.out.actions, 0);
		assert_true(session_may_feed(&g.s));
		guest_notifies(&g, (struct notify){ .watchdog = true });
		assert_int_equal(g.s.progress, i);
	}
	guest_waits(&g);
	assert_true(guest_acts(&g, SACT_KILL));
	assert_false(session_may_feed(&g.s));
}

static void payload_comes_back_after_its_remains_are_gone(void **state)
{
	struct session_rules rules = supervise_rules(RESTART_ALWAYS);
	struct guest g = supervise_at(PAY_READY, &rules);

	(void)state;
	guest_exits(&g, 0);
	assert_true(guest_acts(&g, SACT_KILL));
	assert_int_equal(g.out.msgs, 0);
	assert_int_equal(g.s.phase, GPHASE_SERVING);
	guest_happens(&g, SEV_ALONE);
	assert_int_equal(g.out.actions, 0);
	guest_waits(&g);
	assert_true(guest_acts(&g, SACT_START));
	assert_true(g.now == T0 + DELAY);
	guest_happens(&g, SEV_STARTED);
	guest_happens(&g, SEV_READY);
	assert_int_equal(g.s.pay, PAY_READY);
	assert_int_equal(g.out.msgs, 0); /* READY is of the boot: said once */
}

static void payload_that_ends_too_often_is_given_up_with_a_cause(void **state)
{
	struct session_rules rules = supervise_rules(RESTART_ON_FAILURE);
	struct guest g = supervise_at(PAY_READY, &rules);

	(void)state;
	for (int i = 0; i < 2; i++) {
		guest_exits(&g, 11);
		guest_happens(&g, SEV_ALONE);
		guest_waits(&g);
		assert_true(guest_acts(&g, SACT_START));
		guest_happens(&g, SEV_STARTED);
		guest_happens(&g, SEV_READY);
	}
	guest_exits(&g, 11);
	assert_int_equal(guest_intent(&g)->cause, ICAUSE_GAVE_UP);
	assert_int_equal(guest_intent(&g)->intent, INTENT_POWEROFF);
	assert_int_equal(guest_intent(&g)->detail, 11);
}

static void payload_that_cannot_start_again_is_given_up_too(void **state)
{
	struct session_rules rules = supervise_rules(RESTART_ALWAYS);
	struct guest g = supervise_at(PAY_RESTING, &rules);

	(void)state;
	for (int i = 0; i < 2; i++) {
		guest_happens(&g, SEV_ALONE);
		guest_waits(&g);
		assert_true(guest_acts(&g, SACT_START));
		guest_step(&g, (struct session_event){ .kind = SEV_NOT_STARTED,
						       .count = EAGAIN });
	}
	assert_int_equal(guest_intent(&g)->cause, ICAUSE_GAVE_UP);
}

static void payload_killed_for_memory_is_told_apart_from_a_crash(void **state)
{
	struct session_rules rules = supervise_rules(RESTART_NEVER);
	struct guest g = supervise_at(PAY_READY, &rules);

	(void)state;
	guest_step(&g, (struct session_event){
			       .kind = SEV_EXITED, .count = 9, .oom = true });
	assert_int_equal(guest_intent(&g)->cause, ICAUSE_OOM);
	assert_int_equal(guest_intent(&g)->intent, INTENT_REBOOT);
}

static void payload_that_cannot_be_killed_ends_the_epoch(void **state)
{
	struct session_rules rules = supervise_rules(RESTART_ALWAYS);
	struct guest g = supervise_at(PAY_KILLED, &rules);

	(void)state;
	guest_waits(&g);
	assert_int_equal(guest_intent(&g)->cause, ICAUSE_WATCHDOG);
	g = supervise_at(PAY_CLEARING, &rules);
	guest_waits(&g);
	assert_int_equal(guest_intent(&g)->cause, ICAUSE_GAVE_UP);
	assert_int_equal(guest_intent(&g)->intent, INTENT_POWEROFF);
}

static void payload_that_says_it_stops_has_its_grace(void **state)
{
	struct session_rules rules = supervise_rules(RESTART_NEVER);
	struct guest g = supervise_at(PAY_STOPPING, &rules);

	(void)state;
	assert_true(g.out.due_ms == T0 + GRACE);
	guest_exits(&g, 0);
	assert_int_equal(guest_intent(&g)->cause, ICAUSE_PAYLOAD_EXIT);
	assert_int_equal(guest_intent(&g)->intent, INTENT_POWEROFF);
	g = supervise_at(PAY_STOPPING, &rules);
	guest_waits(&g);
	assert_true(guest_acts(&g, SACT_KILL));
}

static void extension_moves_the_payloads_deadline_and_no_other(void **state)
{
	struct session_rules rules = supervise_rules(RESTART_NEVER);
	const struct notify longer = { .extend_ms = 60000 };
	struct guest g = supervise_at(PAY_UP, &rules);

	(void)state;
	guest_notifies(&g, longer);
	assert_true(g.out.due_ms == T0 + 60000);
	guest_notifies(&g, (struct notify){ .extend_ms = 1 });
	assert_true(g.out.due_ms == T0 + 60000); /* never shorter */
	g = supervise_at(PAY_KILLED, &rules);
	guest_notifies(&g, longer);
	assert_true(g.out.due_ms == g.now + SESSION_KILL_MS);
	rules.ready_within_ms = 0;
	g = supervise_at(PAY_UP, &rules);
	guest_notifies(&g, longer);
	assert_true(g.out.due_ms == SESSION_NEVER);
}

static void payload_that_said_it_stops_gets_no_more_than_grace_max(void **state)
{
	struct session_rules rules = supervise_rules(RESTART_NEVER);
	struct guest g = supervise_at(PAY_STOPPING, &rules);

	(void)state;
	for (int n = 0; n < 5; n++) {
		g.now += GRACE / 5 - 1;
		guest_notifies(&g, (struct notify){ .stopping = true,
						    .extend_ms = 600000 });
		assert_true(g.out.due_ms == T0 + 2 * GRACE);
	}
	guest_waits(&g);
	assert_true(guest_acts(&g, SACT_KILL));
	rules.grace_max_ms = 0;
	g = supervise_at(PAY_STOPPING, &rules);
	guest_notifies(&g, (struct notify){ .extend_ms = 600000 });
	assert_true(g.out.due_ms == T0 + GRACE); /* nor any less */
}

static void grace_is_extended_as_far_as_the_image_allows(void **state)
{
	static const struct {
		uint32_t granted, due;
	} graces[] = {
		{ 0, 2 * GRACE },	  /* the image's word */
		{ GRACE + 1, GRACE + 1 }, /* the host's */
		{ 7, 7 },
	};
	struct session_rules rules = supervise_rules(RESTART_NEVER);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(graces); i++) {
		const struct msg m = { .type = MSG_GRANT,
				       .epoch = guest_id.epoch,
				       .grant = { INTENT_REBOOT,
						  graces[i].granted } };
		struct guest g = supervise_at(PAY_READY, &rules);

		guest_step(&g,
			   (struct session_event){ .kind = SEV_WISH,
						   .intent = INTENT_REBOOT });
		guest_step(&g, (struct session_event){ .kind = SEV_MSG,
						       .msg = &m });
		assert_true(guest_acts(&g, SACT_TERM));
		for (int n = 0; n < 5; n++)
			guest_notifies(&g,
				       (struct notify){ .extend_ms = 600000 });
		assert_true(g.out.due_ms == T0 + graces[i].due);
	}
}

/* ---- health */

static struct guest guest_in_health(uint32_t failures)
{
	struct session_rules rules = supervise_rules(RESTART_NEVER);

	rules.watchdog_ms = 0;
	rules.health_ms = HEALTH;
	rules.health_timeout_ms = HEALTH_TIMEOUT;
	rules.health_failures = failures;
	return supervise_at(PAY_READY, &rules);
}

static void health_command_runs_in_its_period_while_it_is_well(void **state)
{
	struct guest g = guest_in_health(1);

	(void)state;
	for (int i = 0; i < 10; i++) {
		uint64_t before = g.now;

		guest_waits(&g);
		assert_true(guest_acts(&g, SACT_HEALTH));
		assert_true(g.now - before == HEALTH);
		guest_checked(&g, 0);
	}
	assert_int_equal(g.s.progress, 10);
}

static void health_command_that_fails_in_a_row_kills_the_payload(void **state)
{
	struct guest g = guest_in_health(3);

	(void)state;
	for (int i = 0; i < 5; i++) { /* not in a row */
		guest_waits(&g);
		guest_checked(&g, i % 2 ? 0 : 0x100);
	}
	for (int i = 0; i < 2; i++) {
		assert_int_equal(g.out.actions, 0);
		guest_waits(&g);
		guest_checked(&g, 0x100);
	}
	assert_true(guest_acts(&g, SACT_KILL));
	guest_exits(&g, 9);
	assert_int_equal(guest_intent(&g)->cause, ICAUSE_WATCHDOG);
}

static void health_command_that_hangs_is_stopped_and_has_failed(void **state)
{
	struct guest g = guest_in_health(2);

	(void)state;
	for (int i = 0; i < 2; i++) {
		guest_waits(&g);
		assert_true(guest_acts(&g, SACT_HEALTH));
		guest_waits(&g);
		assert_true(g.out.actions & 1U << SACT_HEALTH_STOP);
		guest_checked(&g,
			      9); /* its end comes late, and counts no more */
	}
	assert_int_equal(g.s.pay, PAY_KILLED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(payload_that_is_not_ready_in_time_is_killed),
		cmocka_unit_test(payload_that_shows_life_lives_on),
		cmocka_unit_test(payload_comes_back_after_its_remains_are_gone),
		cmocka_unit_test(
			payload_that_ends_too_often_is_given_up_with_a_cause),
		cmocka_unit_test(
			payload_that_cannot_start_again_is_given_up_too),
		cmocka_unit_test(
			payload_killed_for_memory_is_told_apart_from_a_crash),
		cmocka_unit_test(payload_that_cannot_be_killed_ends_the_epoch),
		cmocka_unit_test(payload_that_says_it_stops_has_its_grace),
		cmocka_unit_test(
			extension_moves_the_payloads_deadline_and_no_other),
		cmocka_unit_test(
			payload_that_said_it_stops_gets_no_more_than_grace_max),
		cmocka_unit_test(grace_is_extended_as_far_as_the_image_allows),
		cmocka_unit_test(
			health_command_runs_in_its_period_while_it_is_well),
		cmocka_unit_test(
			health_command_that_fails_in_a_row_kills_the_payload),
		cmocka_unit_test(
			health_command_that_hangs_is_stopped_and_has_failed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
