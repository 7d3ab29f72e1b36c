// SPDX-License-Identifier: Apache-2.0
/*
 * tests/guest/core/test_session_host.c - what a host can make of an epoch,
 * however hostile: nothing, or an orderly stop
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "common/array.h"
#include "tests/guest/core/session_drive.h"

static void request_against_the_rules_is_refused(void **state)
{
	struct session_rules rules = guest_rules;
	struct guest g;

	(void)state;
	rules.host_may_poweroff = false;
	g = guest_in(GPHASE_SERVING, STOP_NONE, &rules);
	host_requests(&g, INTENT_POWEROFF, 0);
	assert_int_equal(guest_said(&g, 0, MSG_REFUSED)->refused.reason,
			 REFUSAL_POLICY);
	assert_int_equal(g.s.phase, GPHASE_SERVING);
	rules.host_may_reboot = false;
	g = guest_in(GPHASE_SERVING, STOP_NONE, &rules);
	for (uint8_t i = INTENT_REBOOT; i < INTENTS; i++) {
		host_requests(&g, i, 0);
		assert_int_equal(guest_said(&g, 0, MSG_REFUSED)->refused.intent,
				 i);
	}
	assert_int_equal(g.s.intent, INTENT_NONE);
}

static void request_during_an_end_repeats_it_or_is_busy(void **state)
{
	(void)state;
	for (size_t i = 2; i < GUEST_PLACES; i++) {
		struct guest g = guest_in(guest_places[i].phase,
					  guest_places[i].stop, &guest_rules);

		host_requests(&g, INTENT_REBOOT, 1);
		assert_int_equal(guest_said(&g, 0, MSG_INTENT)->intent.intent,
				 INTENT_REBOOT);
		host_requests(&g, INTENT_POWEROFF, 0);
		assert_int_equal(guest_said(&g, 0, MSG_REFUSED)->refused.reason,
				 REFUSAL_BUSY);
		assert_int_equal(g.s.phase, guest_places[i].phase);
	}
}

static void grace_is_shortened_by_the_host_never_lengthened(void **state)
{
	static const struct {
		uint32_t asked, got;
	} graces[] = {
		{ 0, GRACE },
		{ 1, 1 },
		{ GRACE_MAX_MS, GRACE },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(graces); i++) {
		struct guest g =
			guest_in(GPHASE_SERVING, STOP_NONE, &guest_rules);

		host_requests(&g, INTENT_REBOOT, graces[i].asked);
		host_grants(&g, INTENT_REBOOT);
		assert_true(g.s.phase_due - g.now == graces[i].got);
	}
}

static void ask_is_answered_in_every_phase(void **state)
{
	static const enum msg_type also[GPHASES] = {
		[GPHASE_SERVING] = MSG_READY,
		[GPHASE_WAITING] = MSG_INTENT,
		[GPHASE_QUIESCED] = MSG_QUIESCED,
	};

	(void)state;
	for (size_t i = 0; i < GUEST_PLACES; i++) {
		struct guest g = guest_in(guest_places[i].phase,
					  guest_places[i].stop, &guest_rules);
		uint64_t due = g.s.phase_due;
		const struct msg *m;

		guest_hears(&g,
			    (struct msg){ .type = MSG_ASK, .epoch = 12345 });
		m = guest_said(&g, 0, MSG_HELLO);
		assert_int_equal(m->hello.phase, guest_places[i].phase);
		assert_int_equal(m->hello.intent, g.s.intent);
		if (also[guest_places[i].phase])
			guest_said(&g, 1, also[guest_places[i].phase]);
		assert_int_equal(g.out.msgs,
				 also[guest_places[i].phase] ? 2 : 1);
		assert_int_equal(g.out.actions, 0);
		assert_true(g.s.phase_due == due); /* asking delays nothing */
	}
}

static void message_of_another_epoch_does_nothing_but_ask(void **state)
{
	(void)state;
	for (size_t i = 0; i < GUEST_PLACES; i++) {
		for (unsigned int type = 0; type < 256; type++) {
			struct guest g =
				guest_in(guest_places[i].phase,
					 guest_places[i].stop, &guest_rules);
			struct session before = g.s;

			if (type == MSG_ASK)
				continue;
			guest_hears(
				&g,
				(struct msg){ .type = (uint8_t)type,
					      .epoch = guest_id.epoch + 1,
					      .grant = { INTENT_REBOOT, 0 } });
			assert_int_equal(g.out.msgs + g.out.actions, 0);
			before.dropped++;
			assert_memory_equal(&g.s, &before, sizeof(before));
		}
	}
}

/* What the host may cause: a start of an end, and its next step. */
static bool orderly(enum guest_phase from, const struct guest *g)
{
	const uint32_t may[GPHASES] = {
		[GPHASE_WAITING] = 1U << SACT_TERM,
		[GPHASE_QUIESCED] = 1U << SACT_REBOOT,
	};
	const enum guest_phase to[GPHASES] = {
		[GPHASE_BOOTING] = GPHASE_WAITING,
		[GPHASE_SERVING] = GPHASE_WAITING,
		[GPHASE_WAITING] = GPHASE_QUIESCING,
		[GPHASE_QUIESCING] = GPHASE_QUIESCING,
		[GPHASE_QUIESCED] = GPHASE_ENDING,
		[GPHASE_ENDING] = GPHASE_ENDING,
	};
	const uint32_t acts_allowed = may[from] | 1U << SACT_WELCOMED;

	return (g->out.actions & ~acts_allowed) == 0 &&
	       (g->s.phase == from || g->s.phase == to[from]) &&
	       g->out.msgs <= 2 && g->s.grace_ms <= GRACE;
}

static void any_bytes_in_any_phase_cause_an_orderly_stop_at_most(void **state)
{
	static const uint8_t fills[] = { 0, 1, 2, 3, 0x10, 0xff };
	unsigned int taken = 0;

	(void)state;
	for (size_t at = 0; at < GUEST_PLACES; at++) {
		const struct guest fresh =
			guest_in(guest_places[at].phase, guest_places[at].stop,
				 &guest_rules);

		for (unsigned int i = 0; i < 256 * ARRAY_SIZE(fills); i++) {
			uint8_t body[WIRE_BODY_MAX];
			struct frame f = { .type = (uint8_t)(i % 256),
					   .epoch = guest_id.epoch,
					   .body = body };

			memset(body, fills[i / 256], sizeof(body));
			for (f.len = 0; f.len <= WIRE_BODY_MAX; f.len++) {
				struct guest g = fresh;
				struct msg m;

				if (msg_parse(&f, &m) < 0)
					continue;
				guest_hears(&g, m);
				taken++;
				assert_true(
					orderly(guest_places[at].phase, &g));
			}
		}
	}
	assert_true(taken > 0);
}

static void every_host_message_in_every_phase_is_orderly(void **state)
{
	static const struct msg words[] = {
		{ .type = MSG_ASK },
		{ .type = MSG_WELCOME,
		  .welcome = { .heartbeat_ms = HEARTBEAT_MIN_MS } },
		{ .type = MSG_REQUEST, .request = { INTENT_REBOOT, 1 } },
		{ .type = MSG_REQUEST,
		  .request = { INTENT_POWEROFF, GRACE_MAX_MS } },
		{ .type = MSG_REQUEST, .request = { INTENT_UPDATE, 0 } },
		{ .type = MSG_GRANT, .grant = { INTENT_REBOOT, 1 } },
		{ .type = MSG_GRANT, .grant = { INTENT_POWEROFF, 0 } },
		{ .type = MSG_COMMIT, .commit = { INTENT_REBOOT } },
		{ .type = MSG_COMMIT, .commit = { INTENT_UPDATE } },
	};

	(void)state;
	for (size_t at = 0; at < GUEST_PLACES; at++) {
		for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
			struct guest g =
				guest_in(guest_places[at].phase,
					 guest_places[at].stop, &guest_rules);

			guest_hears(&g, words[i]);
			assert_true(orderly(guest_places[at].phase, &g));
		}
	}
}

/* Two words in a row, of any kind, change no deadline for the worse. */
static void flood_of_the_hosts_words_delays_no_end(void **state)
{
	static const struct msg flood[] = {
		{ .type = MSG_ASK },
		{ .type = MSG_WELCOME, .welcome = { .heartbeat_ms = 1000 } },
		{ .type = MSG_REQUEST, .request = { INTENT_REBOOT, 0 } },
		{ .type = MSG_REQUEST, .request = { INTENT_POWEROFF, 0 } },
		{ .type = MSG_GRANT, .grant = { INTENT_UPDATE, 0 } },
		{ .type = MSG_COMMIT, .commit = { INTENT_UPDATE } },
	};

	(void)state;
	for (size_t at = 2; at < GUEST_PLACES; at++) {
		struct guest g = guest_in(guest_places[at].phase,
					  guest_places[at].stop, &guest_rules);
		uint64_t due = g.s.phase_due;

		for (int n = 0; n < 100; n++) {
			g.now++;
			guest_hears(&g, flood[(size_t)n % ARRAY_SIZE(flood)]);
			assert_true(g.s.phase_due == due);
		}
	}
}

static void grant_and_commit_of_another_intent_do_nothing(void **state)
{
	struct guest g = guest_in(GPHASE_WAITING, STOP_NONE, &guest_rules);

	(void)state;
	host_grants(&g, INTENT_POWEROFF);
	assert_int_equal(g.s.phase, GPHASE_WAITING);
	g = guest_in(GPHASE_QUIESCED, STOP_NONE, &guest_rules);
	host_commits(&g, INTENT_POWEROFF);
	assert_int_equal(g.s.phase, GPHASE_QUIESCED);
}

static void link_that_comes_late_hears_of_the_intent(void **state)
{
	struct guest g = guest_new(&guest_rules);

	(void)state;
	guest_happens(&g, SEV_NOT_STARTED);
	guest_happens(&g, SEV_LINKED);
	assert_int_equal(guest_said(&g, 0, MSG_HELLO)->hello.intent,
			 INTENT_POWEROFF);
	guest_said(&g, 1, MSG_INTENT);
}

static void host_that_leaves_is_talked_to_no_more(void **state)
{
	(void)state;
	for (size_t i = 0; i < GUEST_PLACES; i++) {
		struct guest g = guest_in(guest_places[i].phase,
					  guest_places[i].stop, &guest_rules);
		uint64_t due = g.s.phase_due;

		host_welcomes(&g);
		guest_happens(&g, SEV_UNLINKED);
		assert_int_equal(g.out.msgs + g.out.actions, 0);
		assert_true(g.out.due_ms == due); /* the end goes on */
		guest_happens(&g, SEV_LINKED);
		guest_said(&g, 0, MSG_HELLO);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(request_against_the_rules_is_refused),
		cmocka_unit_test(request_during_an_end_repeats_it_or_is_busy),
		cmocka_unit_test(
			grace_is_shortened_by_the_host_never_lengthened),
		cmocka_unit_test(ask_is_answered_in_every_phase),
		cmocka_unit_test(message_of_another_epoch_does_nothing_but_ask),
		cmocka_unit_test(
			any_bytes_in_any_phase_cause_an_orderly_stop_at_most),
		cmocka_unit_test(every_host_message_in_every_phase_is_orderly),
		cmocka_unit_test(flood_of_the_hosts_words_delays_no_end),
		cmocka_unit_test(grant_and_commit_of_another_intent_do_nothing),
		cmocka_unit_test(link_that_comes_late_hears_of_the_intent),
		cmocka_unit_test(host_that_leaves_is_talked_to_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
