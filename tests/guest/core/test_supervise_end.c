// SPDX-License-Identifier: Apache-2.0
/*
 * tests/guest/core/test_supervise_end.c - an end, whatever the payload does
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "common/array.h"
#include "tests/guest/core/supervise_drive.h"

static void wish_at_any_place_ends_in_time(void **state)
{
	struct session_rules rules = supervise_rules(RESTART_ALWAYS);

	(void)state;
	for (int at = PAY_NONE; at <= PAY_RESTING; at++) {
		struct guest g = supervise_at((enum payload_state)at, &rules);
		uint64_t begun = g.now;

		guest_step(&g,
			   (struct session_event){ .kind = SEV_WISH,
						   .intent = INTENT_REBOOT });
		while (g.s.phase != GPHASE_ENDING) {
			assert_true(session_may_feed(&g.s));
			if (g.s.stop == STOP_PROVE)
				guest_happens(&g, SEV_PROOF);
			else
				guest_waits(&g);
			assert_false(g.out.actions & 1U << SACT_START);
			assert_true(g.s.phase >= GPHASE_WAITING);
		}
		assert_true(g.now - begun <=
			    SESSION_GRANT_MS + GRACE + SESSION_KILL_MS +
				    SESSION_QUIET_MS + SESSION_COMMIT_MS);
		assert_false(session_may_feed(&g.s));
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
	struct session_rules rules = supervise_rules(RESTART_ALWAYS);

	(void)state;
	for (int at = PAY_NONE; at <= PAY_RESTING; at++) {
		for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
			struct guest g =
				supervise_at((enum payload_state)at, &rules);
			uint64_t due = g.s.pay_due;
			struct msg m = words[i];

			m.epoch = guest_id.epoch;
			guest_step(&g, (struct session_event){ .kind = SEV_MSG,
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
	struct session_rules rules = supervise_rules(RESTART_ALWAYS);
	const struct msg m = { .type = MSG_ASK };

	(void)state;
	for (int i = 0; i <= PAY_RESTING * SEV_KINDS * SEV_KINDS; i++) {
		struct guest g = supervise_at(
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
			guest_step(&g, ev);
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
		cmocka_unit_test(wish_at_any_place_ends_in_time),
		cmocka_unit_test(any_word_of_the_host_leaves_the_payload_alone),
		cmocka_unit_test(
			any_two_events_at_any_place_keep_what_is_promised),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
