// SPDX-License-Identifier: Apache-2.0
/*
 * tests/guest/core/test_supervise.c - a payload that hangs, dies, comes back
 */
#include "guest/core/session.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "common/array.h"

enum { T0 = 1000, READY_WITHIN = 3000, WATCHDOG = 2000, GRACE = 5000 };
enum { HEALTH = 10000, HEALTH_TIMEOUT = 500, DELAY = 100 };

static const struct session_id id = { .epoch = 0xe0e0, .image = "web 1.0" };

static struct session_rules rules_of(enum restart_when when)
{
	return (struct session_rules){
		.grace_ms = GRACE,
		.grace_max_ms = 2 * GRACE,
		.host_may_reboot = true,
		.host_may_poweroff = true,
		.ready_within_ms = READY_WITHIN,
		.watchdog_ms = WATCHDOG,
		.restart = { .when = when,
			     .delay_ms = DELAY,
			     .delay_max_ms = DELAY,
			     .limit = 2,
			     .interval_ms = 60000,
			     .on_exit = INTENT_POWEROFF,
			     .on_failure = INTENT_REBOOT,
			     .on_give_up = INTENT_POWEROFF },
	};
}

struct guest {
	struct session s;
	uint64_t now;
	struct session_out out;
};

static void step(struct guest *g, struct session_event ev)
{
	session_step(&g->s, &ev, g->now, &g->out);
}

static void happen(struct guest *g, enum session_event_kind kind)
{
	step(g, (struct session_event){ .kind = kind });
}

static void notify(struct guest *g, struct notify n)
{
	step(g, (struct session_event){ .kind = SEV_NOTIFY, .notify = n });
}

static void exit_with(struct guest *g, uint32_t status)
{
	step(g, (struct session_event){ .kind = SEV_EXITED, .count = status });
}

static void checked(struct guest *g, uint32_t status)
{
	step(g, (struct session_event){ .kind = SEV_CHECKED, .count = status });
}

static void wait_for_due(struct guest *g)
{
	assert_true(g->out.due_ms != SESSION_NEVER);
	g->now = g->out.due_ms;
	happen(g, SEV_TIMER);
}

static bool acts(const struct guest *g, enum session_action action)
{
	return g->out.actions == 1U << action;
}

static const struct msg_intent *intent_of(const struct guest *g)
{
	for (unsigned int i = 0; i < g->out.msgs; i++)
		if (g->out.msg[i].type == MSG_INTENT)
			return &g->out.msg[i].intent;
	fail_msg("no INTENT");
	return NULL;
}

/* The only way there is. */
static struct guest guest_at(enum payload_state pay,
			     const struct session_rules *rules)
{
	struct guest g = { .now = T0 };

	session_init(&g.s, rules, &id);
	if (pay >= PAY_STARTING)
		happen(&g, SEV_BOOTED);
	if (pay >= PAY_UP)
		happen(&g, SEV_STARTED);
	if (pay >= PAY_READY)
		happen(&g, SEV_READY);
	if (pay == PAY_STOPPING)
		notify(&g, (struct notify){ .stopping = true });
	if (pay >= PAY_KILLED)
		wait_for_due(&g);
	if (pay >= PAY_CLEARING)
		exit_with(&g, 9);
	if (pay >= PAY_RESTING)
		happen(&g, SEV_ALONE);
	assert_int_equal(g.s.pay, pay);
	return g;
}

static void payload_that_is_not_ready_in_time_is_killed(void **state)
{
	struct session_rules rules = rules_of(RESTART_NEVER);

	(void)state;
	for (int at = PAY_STARTING; at <= PAY_UP; at++) {
		struct guest g = guest_at((enum payload_state)at, &rules);

		wait_for_due(&g);
		assert_true(g.now == T0 + READY_WITHIN);
		assert_true(acts(&g, SACT_KILL));
		exit_with(&g, 9);
		assert_int_equal(intent_of(&g)->cause, ICAUSE_WATCHDOG);
		assert_int_equal(intent_of(&g)->intent, INTENT_REBOOT);
		assert_int_equal(intent_of(&g)->detail, 9);
	}
}

static void payload_that_shows_life_lives_on(void **state)
{
	struct session_rules rules = rules_of(RESTART_NEVER);
	struct guest g = guest_at(PAY_READY, &rules);

	(void)state;
	for (uint32_t i = 1; i <= 100; i++) {
		g.now += WATCHDOG - 1;
		happen(&g, SEV_TIMER);
		assert_int_equal(g.out.actions, 0);
		assert_true(session_may_feed(&g.s));
		notify(&g, (struct notify){ .watchdog = true });
		assert_int_equal(g.s.progress, i);
	}
	wait_for_due(&g);
	assert_true(acts(&g, SACT_KILL));
	assert_false(session_may_feed(&g.s));
}

static void payload_comes_back_after_its_remains_are_gone(void **state)
{
	struct session_rules rules = rules_of(RESTART_ALWAYS);
	struct guest g = guest_at(PAY_READY, &rules);

	(void)state;
	exit_with(&g, 0);
	assert_true(acts(&g, SACT_KILL));
	assert_int_equal(g.out.msgs, 0);
	assert_int_equal(g.s.phase, GPHASE_SERVING);
	happen(&g, SEV_ALONE);
	assert_int_equal(g.out.actions, 0);
	wait_for_due(&g);
	assert_true(acts(&g, SACT_START));
	assert_true(g.now == T0 + DELAY);
	happen(&g, SEV_STARTED);
	happen(&g, SEV_READY);
	assert_int_equal(g.s.pay, PAY_READY);
	assert_int_equal(g.out.msgs, 0); /* READY is of the boot: said once */
}

static void payload_that_ends_too_often_is_given_up_with_a_cause(void **state)
{
	struct session_rules rules = rules_of(RESTART_ON_FAILURE);
	struct guest g = guest_at(PAY_READY, &rules);

	(void)state;
	for (int i = 0; i < 2; i++) {
		exit_with(&g, 11);
		happen(&g, SEV_ALONE);
		wait_for_due(&g);
		assert_true(acts(&g, SACT_START));
		happen(&g, SEV_STARTED);
		happen(&g, SEV_READY);
	}
	exit_with(&g, 11);
	assert_int_equal(intent_of(&g)->cause, ICAUSE_GAVE_UP);
	assert_int_equal(intent_of(&g)->intent, INTENT_POWEROFF);
	assert_int_equal(intent_of(&g)->detail, 11);
}

static void payload_that_cannot_start_again_is_given_up_too(void **state)
{
	struct session_rules rules = rules_of(RESTART_ALWAYS);
	struct guest g = guest_at(PAY_RESTING, &rules);

	(void)state;
	for (int i = 0; i < 2; i++) {
		happen(&g, SEV_ALONE);
		wait_for_due(&g);
		assert_true(acts(&g, SACT_START));
		step(&g, (struct session_event){ .kind = SEV_NOT_STARTED,
						 .count = EAGAIN });
	}
	assert_int_equal(intent_of(&g)->cause, ICAUSE_GAVE_UP);
}

static void payload_killed_for_memory_is_told_apart_from_a_crash(void **state)
{
	struct session_rules rules = rules_of(RESTART_NEVER);
	struct guest g = guest_at(PAY_READY, &rules);

	(void)state;
	step(&g, (struct session_event){
			 .kind = SEV_EXITED, .count = 9, .oom = true });
	assert_int_equal(intent_of(&g)->cause, ICAUSE_OOM);
	assert_int_equal(intent_of(&g)->intent, INTENT_REBOOT);
}

static void payload_that_cannot_be_killed_ends_the_epoch(void **state)
{
	struct session_rules rules = rules_of(RESTART_ALWAYS);
	struct guest g = guest_at(PAY_KILLED, &rules);

	(void)state;
	wait_for_due(&g);
	assert_int_equal(intent_of(&g)->cause, ICAUSE_WATCHDOG);
	g = guest_at(PAY_CLEARING, &rules);
	wait_for_due(&g);
	assert_int_equal(intent_of(&g)->cause, ICAUSE_GAVE_UP);
	assert_int_equal(intent_of(&g)->intent, INTENT_POWEROFF);
}

static void payload_that_says_it_stops_has_its_grace(void **state)
{
	struct session_rules rules = rules_of(RESTART_NEVER);
	struct guest g = guest_at(PAY_STOPPING, &rules);

	(void)state;
	assert_true(g.out.due_ms == T0 + GRACE);
	exit_with(&g, 0);
	assert_int_equal(intent_of(&g)->cause, ICAUSE_PAYLOAD_EXIT);
	assert_int_equal(intent_of(&g)->intent, INTENT_POWEROFF);
	g = guest_at(PAY_STOPPING, &rules);
	wait_for_due(&g);
	assert_true(acts(&g, SACT_KILL));
}

static void extension_moves_the_payloads_deadline_and_no_other(void **state)
{
	struct session_rules rules = rules_of(RESTART_NEVER);
	const struct notify longer = { .extend_ms = 60000 };
	struct guest g = guest_at(PAY_UP, &rules);

	(void)state;
	notify(&g, longer);
	assert_true(g.out.due_ms == T0 + 60000);
	notify(&g, (struct notify){ .extend_ms = 1 });
	assert_true(g.out.due_ms == T0 + 60000); /* never shorter */
	g = guest_at(PAY_KILLED, &rules);
	notify(&g, longer);
	assert_true(g.out.due_ms == g.now + SESSION_KILL_MS);
	rules.ready_within_ms = 0;
	g = guest_at(PAY_UP, &rules);
	notify(&g, longer);
	assert_true(g.out.due_ms == SESSION_NEVER);
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
	struct session_rules rules = rules_of(RESTART_NEVER);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(graces); i++) {
		const struct msg m = { .type = MSG_GRANT,
				       .epoch = id.epoch,
				       .grant = { INTENT_REBOOT,
						  graces[i].granted } };
		struct guest g = guest_at(PAY_READY, &rules);

		step(&g, (struct session_event){ .kind = SEV_WISH,
						 .intent = INTENT_REBOOT });
		step(&g, (struct session_event){ .kind = SEV_MSG, .msg = &m });
		assert_true(acts(&g, SACT_TERM));
		for (int n = 0; n < 5; n++)
			notify(&g, (struct notify){ .extend_ms = 600000 });
		assert_true(g.out.due_ms == T0 + graces[i].due);
	}
}

/* ---- health */

static struct guest guest_in_health(uint32_t failures)
{
	struct session_rules rules = rules_of(RESTART_NEVER);

	rules.watchdog_ms = 0;
	rules.health_ms = HEALTH;
	rules.health_timeout_ms = HEALTH_TIMEOUT;
	rules.health_failures = failures;
	return guest_at(PAY_READY, &rules);
}

static void health_command_runs_in_its_period_while_it_is_well(void **state)
{
	struct guest g = guest_in_health(1);

	(void)state;
	for (int i = 0; i < 10; i++) {
		uint64_t before = g.now;

		wait_for_due(&g);
		assert_true(acts(&g, SACT_HEALTH));
		assert_true(g.now - before == HEALTH);
		checked(&g, 0);
	}
	assert_int_equal(g.s.progress, 10);
}

static void health_command_that_fails_in_a_row_kills_the_payload(void **state)
{
	struct guest g = guest_in_health(3);

	(void)state;
	for (int i = 0; i < 5; i++) { /* not in a row */
		wait_for_due(&g);
		checked(&g, i % 2 ? 0 : 0x100);
	}
	for (int i = 0; i < 2; i++) {
		assert_int_equal(g.out.actions, 0);
		wait_for_due(&g);
		checked(&g, 0x100);
	}
	assert_true(acts(&g, SACT_KILL));
	exit_with(&g, 9);
	assert_int_equal(intent_of(&g)->cause, ICAUSE_WATCHDOG);
}

static void health_command_that_hangs_is_stopped_and_has_failed(void **state)
{
	struct guest g = guest_in_health(2);

	(void)state;
	for (int i = 0; i < 2; i++) {
		wait_for_due(&g);
		assert_true(acts(&g, SACT_HEALTH));
		wait_for_due(&g);
		assert_true(g.out.actions & 1U << SACT_HEALTH_STOP);
		checked(&g, 9); /* its end comes late, and counts no more */
	}
	assert_int_equal(g.s.pay, PAY_KILLED);
}

/* ---- an end, whatever the payload does */

static void wish_at_any_place_ends_in_time(void **state)
{
	struct session_rules rules = rules_of(RESTART_ALWAYS);

	(void)state;
	for (int at = PAY_NONE; at <= PAY_RESTING; at++) {
		struct guest g = guest_at((enum payload_state)at, &rules);
		uint64_t begun = g.now;

		step(&g, (struct session_event){ .kind = SEV_WISH,
						 .intent = INTENT_REBOOT });
		while (g.s.phase != GPHASE_ENDING) {
			if (g.s.stop == STOP_PROVE)
				happen(&g, SEV_PROOF);
			else
				wait_for_due(&g);
			assert_false(g.out.actions & 1U << SACT_START);
			assert_true(g.s.phase >= GPHASE_WAITING);
		}
		assert_true(g.now - begun <=
			    SESSION_GRANT_MS + GRACE + SESSION_KILL_MS +
				    SESSION_QUIET_MS + SESSION_COMMIT_MS);
	}
}

/* The host's words start an end, or do nothing to a payload. */
static void any_word_of_the_host_leaves_the_payload_alone(void **state)
{
	static const struct msg words[] = {
		{ .type = MSG_ASK },
		{ .type = MSG_WELCOME,
		  .welcome = { .heartbeat_ms = HEARTBEAT_MIN_MS } },
		{ .type = MSG_REQUEST, .request = { INTENT_REBOOT, 1 } },
		{ .type = MSG_REQUEST, .request = { INTENT_POWEROFF, 0 } },
		{ .type = MSG_GRANT, .grant = { INTENT_REBOOT, 1 } },
		{ .type = MSG_COMMIT, .commit = { INTENT_REBOOT } },
		{ .type = MSG_HELLO },
		{ .type = 255 },
	};
	struct session_rules rules = rules_of(RESTART_ALWAYS);

	(void)state;
	for (int at = PAY_NONE; at <= PAY_RESTING; at++) {
		for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
			struct guest g =
				guest_at((enum payload_state)at, &rules);
			uint64_t due = g.s.pay_due;
			struct msg m = words[i];

			m.epoch = id.epoch;
			step(&g, (struct session_event){ .kind = SEV_MSG,
							 .msg = &m });
			assert_int_equal(g.s.pay, at);
			assert_int_equal(g.out.actions & ~(1U << SACT_WELCOMED),
					 0);
			if (g.s.intent == INTENT_NONE)
				assert_true(g.s.pay_due == due);
			else
				assert_int_equal(m.type, MSG_REQUEST);
		}
	}
}

/* With what follows from it: nothing starts again once an end is wanted. */
static void any_two_events_at_any_place_keep_what_is_promised(void **state)
{
	struct session_rules rules = rules_of(RESTART_ALWAYS);
	const struct msg m = { .type = MSG_ASK };

	(void)state;
	for (int i = 0; i <= PAY_RESTING * SEV_KINDS * SEV_KINDS; i++) {
		struct guest g = guest_at(
			(enum payload_state)(i % (PAY_RESTING + 1)), &rules);
		const int kinds[] = { i % SEV_KINDS,
				      i / SEV_KINDS % SEV_KINDS };

		for (int n = 0; n < 2; n++) {
			bool ending = g.s.intent != INTENT_NONE;
			struct session_event ev = {
				.kind = (enum session_event_kind)kinds[n]
			};

			if (ev.kind == SEV_MSG)
				ev.msg = &m;
			if (ev.kind == SEV_WISH)
				ev.intent = INTENT_REBOOT;
			g.now += 1;
			step(&g, ev);
			assert_true(g.out.msgs <= SESSION_OUT_MAX);
			if (ending)
				assert_false(g.out.actions & 1U << SACT_START);
			if (g.s.intent != INTENT_NONE) {
				assert_true(g.s.pay_due == SESSION_NEVER);
				assert_true(g.s.health_due == SESSION_NEVER);
			}
			assert_int_equal(g.s.intent != INTENT_NONE,
					 g.s.phase >= GPHASE_WAITING);
		}
	}
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
		cmocka_unit_test(grace_is_extended_as_far_as_the_image_allows),
		cmocka_unit_test(
			health_command_runs_in_its_period_while_it_is_well),
		cmocka_unit_test(
			health_command_that_fails_in_a_row_kills_the_payload),
		cmocka_unit_test(
			health_command_that_hangs_is_stopped_and_has_failed),
		cmocka_unit_test(wish_at_any_place_ends_in_time),
		cmocka_unit_test(any_word_of_the_host_leaves_the_payload_alone),
		cmocka_unit_test(
			any_two_events_at_any_place_keep_what_is_promised),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
