// SPDX-License-Identifier: Apache-2.0
/*
 * tests/guest/core/test_session.c - the life of an epoch, and what a hostile
 * host can make of it: nothing, or an orderly stop
 */
#include "guest/core/session.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "common/array.h"

enum { T0 = 1000, GRACE = 5000 };

static const struct session_rules open_rules = {
	.grace_ms = GRACE,
	.host_may_reboot = true,
	.host_may_poweroff = true,
	.restart = { .on_exit = INTENT_POWEROFF, .on_failure = INTENT_REBOOT },
};

static const struct session_id id = {
	.epoch = 0xe0e0,
	.image = "web 1.0",
	.init_ms = 77,
};

/* One guest under test: its session, the clock, what came out last. */
struct guest {
	struct session s;
	uint64_t now;
	struct session_out out;
};

static struct guest guest_new(const struct session_rules *rules)
{
	struct guest g = { .now = T0 };

	session_init(&g.s, rules, &id);
	return g;
}

static void step(struct guest *g, struct session_event ev)
{
	session_step(&g->s, &ev, g->now, &g->out);
}

static void happen(struct guest *g, enum session_event_kind kind)
{
	step(g, (struct session_event){ .kind = kind });
}

static void hear(struct guest *g, struct msg m)
{
	if (!m.epoch)
		m.epoch = id.epoch;
	step(g, (struct session_event){ .kind = SEV_MSG, .msg = &m });
}

static void exit_with(struct guest *g, uint32_t status)
{
	step(g, (struct session_event){ .kind = SEV_EXITED, .count = status });
}

static void wish(struct guest *g, enum intent intent)
{
	step(g, (struct session_event){ .kind = SEV_WISH,
					.intent = intent,
					.cause = ICAUSE_PAYLOAD });
}

/* Let time pass up to the deadline. */
static void wait_for_due(struct guest *g)
{
	assert_true(g->out.due_ms != SESSION_NEVER);
	g->now = g->out.due_ms;
	happen(g, SEV_TIMER);
}

static void welcome(struct guest *g)
{
	hear(g, (struct msg){ .type = MSG_WELCOME,
			      .welcome = { .heartbeat_ms = 5000,
					   .generation = 3,
					   .boot = 2 } });
}

static void request(struct guest *g, uint8_t intent, uint32_t grace_ms)
{
	hear(g, (struct msg){ .type = MSG_REQUEST,
			      .request = { intent, grace_ms } });
}

static void grant(struct guest *g, uint8_t intent)
{
	hear(g, (struct msg){ .type = MSG_GRANT, .grant = { intent, 0 } });
}

static void commit(struct guest *g, uint8_t intent)
{
	hear(g, (struct msg){ .type = MSG_COMMIT, .commit = { intent } });
}

/* The only way there is, with a payload that obeys. */
static struct guest guest_in(enum guest_phase phase, enum session_stop stop,
			     const struct session_rules *rules)
{
	struct guest g = guest_new(rules);

	happen(&g, SEV_LINKED);
	happen(&g, SEV_BOOTED);
	happen(&g, SEV_STARTED);
	if (phase >= GPHASE_SERVING)
		happen(&g, SEV_READY);
	if (phase >= GPHASE_WAITING)
		wish(&g, INTENT_REBOOT);
	if (phase >= GPHASE_QUIESCING)
		grant(&g, INTENT_REBOOT);
	if (phase > GPHASE_QUIESCING || stop >= STOP_KILL)
		exit_with(&g, 0);
	if (phase > GPHASE_QUIESCING || stop >= STOP_QUIET)
		happen(&g, SEV_ALONE);
	if (phase > GPHASE_QUIESCING || stop >= STOP_PROVE)
		happen(&g, SEV_QUIET);
	if (phase > GPHASE_QUIESCING)
		happen(&g, SEV_PROOF);
	if (phase > GPHASE_QUIESCED)
		commit(&g, INTENT_REBOOT);
	assert_int_equal(g.s.phase, phase);
	if (phase == GPHASE_QUIESCING)
		assert_int_equal(g.s.stop, stop);
	return g;
}

static const struct {
	enum guest_phase phase;
	enum session_stop stop;
} places[] = {
	{ GPHASE_BOOTING, STOP_NONE },	  { GPHASE_SERVING, STOP_NONE },
	{ GPHASE_WAITING, STOP_NONE },	  { GPHASE_QUIESCING, STOP_TERM },
	{ GPHASE_QUIESCING, STOP_KILL },  { GPHASE_QUIESCING, STOP_QUIET },
	{ GPHASE_QUIESCING, STOP_PROVE }, { GPHASE_QUIESCED, STOP_NONE },
	{ GPHASE_ENDING, STOP_NONE },
};

static bool acts(const struct guest *g, enum session_action action)
{
	return g->out.actions == 1U << action;
}

static const struct msg *said(const struct guest *g, unsigned int i,
			      enum msg_type type)
{
	assert_true(i < g->out.msgs);
	assert_int_equal(g->out.msg[i].type, type);
	assert_true(g->out.msg[i].epoch == id.epoch);
	return &g->out.msg[i];
}

/* ---- the ordinary life */

static void session_of_an_operators_reboot_ends_in_reboot(void **state)
{
	struct guest g = guest_new(&open_rules);
	const struct msg *m;

	(void)state;
	happen(&g, SEV_LINKED);
	m = said(&g, 0, MSG_HELLO);
	assert_string_equal(m->hello.image, "web 1.0");
	assert_int_equal(m->hello.init_ms, 77);
	assert_int_equal(m->seq, 1);
	welcome(&g);
	assert_true(acts(&g, SACT_WELCOMED));
	assert_int_equal(g.s.generation, 3);
	happen(&g, SEV_BOOTED);
	assert_true(acts(&g, SACT_START));
	happen(&g, SEV_STARTED);
	m = said(&g, 0, MSG_STAGE);
	assert_int_equal(m->stage.stage, BOOT_PAYLOAD);
	assert_int_equal(m->stage.ms, T0);
	g.now += 50;
	happen(&g, SEV_READY);
	assert_int_equal(said(&g, 0, MSG_READY)->ready.ready_ms, T0 + 50);
	request(&g, INTENT_REBOOT, 0);
	m = said(&g, 0, MSG_INTENT);
	assert_int_equal(m->intent.intent, INTENT_REBOOT);
	assert_int_equal(m->intent.cause, ICAUSE_OPERATOR);
	grant(&g, INTENT_REBOOT);
	assert_true(acts(&g, SACT_TERM));
	g.now += 3;
	exit_with(&g, 0);
	assert_true(acts(&g, SACT_KILL));
	happen(&g, SEV_ALONE);
	assert_true(acts(&g, SACT_QUIET));
	happen(&g, SEV_QUIET);
	assert_true(acts(&g, SACT_PROVE));
	step(&g, (struct session_event){ .kind = SEV_PROOF,
					 .proof = { .dirty_kib = 4 } });
	m = said(&g, 0, MSG_QUIESCED);
	assert_int_equal(m->quiesced.proof.dirty_kib, 4);
	assert_int_equal(m->quiesced.took_ms, 3);
	commit(&g, INTENT_REBOOT);
	assert_true(acts(&g, SACT_REBOOT));
	assert_int_equal(g.s.phase, GPHASE_ENDING);
}

static void session_without_a_host_ends_by_itself(void **state)
{
	struct guest g = guest_new(&open_rules);
	uint64_t begun;

	(void)state;
	happen(&g, SEV_BOOTED);
	happen(&g, SEV_STARTED);
	happen(&g, SEV_READY);
	begun = g.now;
	wish(&g, INTENT_POWEROFF);
	assert_int_equal(g.out.answer, ANSWER_ACCEPTED);
	wait_for_due(&g);
	assert_true(acts(&g, SACT_TERM));
	assert_true(g.now - begun == SESSION_GRANT_MS);
	wait_for_due(&g);
	assert_true(acts(&g, SACT_KILL)); /* grace is over */
	assert_true(g.now - begun == SESSION_GRANT_MS + GRACE);
	wait_for_due(&g);
	assert_true(acts(&g, SACT_QUIET)); /* somebody cannot be killed */
	wait_for_due(&g);
	assert_true(acts(&g, SACT_PROVE)); /* a disk does not answer */
	happen(&g, SEV_PROOF);
	wait_for_due(&g);
	assert_true(acts(&g, SACT_REBOOT));
	wait_for_due(&g);
	assert_true(acts(&g, SACT_REBOOT_SELF));
	wait_for_due(&g);
	assert_true(acts(&g, SACT_REBOOT_SELF)); /* for ever */
}

static void hello_repeats_every_second_until_welcome(void **state)
{
	struct guest g = guest_new(&open_rules);

	(void)state;
	assert_int_equal(g.out.msgs, 0);
	happen(&g, SEV_LINKED);
	for (int i = 0; i < 5; i++) {
		uint64_t before = g.now;

		wait_for_due(&g);
		said(&g, 0, MSG_HELLO);
		assert_true(g.now - before == SESSION_HELLO_MS);
	}
	welcome(&g);
	wait_for_due(&g);
	assert_true(g.now - T0 == 5 * SESSION_HELLO_MS + 5000);
	assert_int_equal(g.out.msgs, 1);
	said(&g, 0, MSG_HEARTBEAT);
}

static void heartbeat_tells_of_the_payload_and_of_what_was_refused(void **state)
{
	struct guest g = guest_in(GPHASE_SERVING, STOP_NONE, &open_rules);
	const struct msg *m;

	(void)state;
	welcome(&g);
	step(&g, (struct session_event){ .kind = SEV_DROPPED, .count = 41 });
	hear(&g, (struct msg){ .type = MSG_GRANT, .epoch = 5 });
	wait_for_due(&g);
	m = said(&g, 0, MSG_HEARTBEAT);
	assert_int_equal(m->heartbeat.health, 0);
	assert_int_equal(m->heartbeat.dropped, 42);
	assert_int_equal(m->heartbeat.uptime_ms, g.now);
}

static void ready_at_start_needs_no_word_of_the_payload(void **state)
{
	struct session_rules rules = open_rules;
	struct guest g;

	(void)state;
	rules.ready_at_start = true;
	g = guest_new(&rules);
	happen(&g, SEV_BOOTED);
	happen(&g, SEV_STARTED);
	said(&g, 1, MSG_READY);
	assert_int_equal(g.s.phase, GPHASE_SERVING);
	happen(&g, SEV_READY); /* once is enough */
	assert_int_equal(g.out.msgs, 0);
}

static void stage_is_told_when_it_grows_and_again_after_welcome(void **state)
{
	struct guest g = guest_new(&open_rules);

	(void)state;
	step(&g, (struct session_event){ .kind = SEV_STAGE,
					 .count = BOOT_NETWORK });
	assert_int_equal(said(&g, 0, MSG_STAGE)->stage.stage, BOOT_NETWORK);
	step(&g,
	     (struct session_event){ .kind = SEV_STAGE, .count = BOOT_PORT });
	assert_int_equal(g.out.msgs, 0); /* the port came late */
	g.now += 10;
	welcome(&g);
	assert_int_equal(said(&g, 0, MSG_STAGE)->stage.stage, BOOT_NETWORK);
	assert_int_equal(said(&g, 0, MSG_STAGE)->stage.ms, T0);
}

static void step_that_fails_is_the_detail_of_the_intent(void **state)
{
	struct guest g = guest_new(&open_rules);
	const struct msg *m;

	(void)state;
	step(&g,
	     (struct session_event){ .kind = SEV_WISH,
				     .intent = INTENT_POWEROFF,
				     .cause = ICAUSE_INIT,
				     .detail = BOOT_NETWORK << 8 | ENODEV });
	m = said(&g, 0, MSG_INTENT);
	assert_int_equal(m->intent.cause, ICAUSE_INIT);
	assert_int_equal(m->intent.detail, BOOT_NETWORK << 8 | ENODEV);
}

/* ---- the payload */

static void exit_of_the_payload_is_an_intent_by_its_status(void **state)
{
	static const struct {
		uint32_t status;
		enum intent intent;
	} ends[] = {
		{ 0, INTENT_POWEROFF },	  /* exit(0) */
		{ 0x100, INTENT_REBOOT }, /* exit(1) */
		{ 11, INTENT_REBOOT },	  /* SIGSEGV */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		struct guest g =
			guest_in(GPHASE_SERVING, STOP_NONE, &open_rules);
		const struct msg *m;

		exit_with(&g, ends[i].status);
		m = said(&g, 0, MSG_INTENT);
		assert_int_equal(m->intent.intent, ends[i].intent);
		assert_int_equal(m->intent.cause, ICAUSE_PAYLOAD_EXIT);
		assert_int_equal(m->intent.detail, ends[i].status);
		grant(&g, (uint8_t)ends[i].intent);
		assert_true(acts(&g, SACT_KILL)); /* nobody to TERM */
	}
}

static void payload_that_cannot_start_is_a_poweroff(void **state)
{
	struct guest g = guest_new(&open_rules);
	const struct msg *m;

	(void)state;
	happen(&g, SEV_BOOTED);
	happen(&g, SEV_NOT_STARTED);
	m = said(&g, 0, MSG_INTENT);
	assert_int_equal(m->intent.intent, INTENT_POWEROFF);
	assert_int_equal(m->intent.cause, ICAUSE_INIT);
}

static void second_wish_is_accepted_only_if_it_is_the_same(void **state)
{
	struct guest g = guest_in(GPHASE_WAITING, STOP_NONE, &open_rules);

	(void)state;
	wish(&g, INTENT_REBOOT);
	assert_int_equal(g.out.answer, ANSWER_ACCEPTED);
	assert_int_equal(g.out.msgs, 0);
	wish(&g, INTENT_POWEROFF);
	assert_int_equal(g.out.answer, ANSWER_BUSY);
	assert_int_equal(g.s.intent, INTENT_REBOOT);
}

/* ---- the host's words */

static void request_against_the_rules_is_refused(void **state)
{
	struct session_rules rules = open_rules;
	struct guest g;

	(void)state;
	rules.host_may_poweroff = false;
	g = guest_in(GPHASE_SERVING, STOP_NONE, &rules);
	request(&g, INTENT_POWEROFF, 0);
	assert_int_equal(said(&g, 0, MSG_REFUSED)->refused.reason,
			 REFUSAL_POLICY);
	assert_int_equal(g.s.phase, GPHASE_SERVING);
	rules.host_may_reboot = false;
	g = guest_in(GPHASE_SERVING, STOP_NONE, &rules);
	for (uint8_t i = INTENT_REBOOT; i < INTENTS; i++) {
		request(&g, i, 0);
		assert_int_equal(said(&g, 0, MSG_REFUSED)->refused.intent, i);
	}
	assert_int_equal(g.s.intent, INTENT_NONE);
}

static void request_during_an_end_repeats_it_or_is_busy(void **state)
{
	(void)state;
	for (size_t i = 2; i < ARRAY_SIZE(places); i++) {
		struct guest g =
			guest_in(places[i].phase, places[i].stop, &open_rules);

		request(&g, INTENT_REBOOT, 1);
		assert_int_equal(said(&g, 0, MSG_INTENT)->intent.intent,
				 INTENT_REBOOT);
		request(&g, INTENT_POWEROFF, 0);
		assert_int_equal(said(&g, 0, MSG_REFUSED)->refused.reason,
				 REFUSAL_BUSY);
		assert_int_equal(g.s.phase, places[i].phase);
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
			guest_in(GPHASE_SERVING, STOP_NONE, &open_rules);

		request(&g, INTENT_REBOOT, graces[i].asked);
		grant(&g, INTENT_REBOOT);
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
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		struct guest g =
			guest_in(places[i].phase, places[i].stop, &open_rules);
		uint64_t due = g.s.phase_due;
		const struct msg *m;

		hear(&g, (struct msg){ .type = MSG_ASK, .epoch = 12345 });
		m = said(&g, 0, MSG_HELLO);
		assert_int_equal(m->hello.phase, places[i].phase);
		assert_int_equal(m->hello.intent, g.s.intent);
		if (also[places[i].phase])
			said(&g, 1, also[places[i].phase]);
		assert_int_equal(g.out.msgs, also[places[i].phase] ? 2 : 1);
		assert_int_equal(g.out.actions, 0);
		assert_true(g.s.phase_due == due); /* asking delays nothing */
	}
}

static void message_of_another_epoch_does_nothing_but_ask(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		for (unsigned int type = 0; type < 256; type++) {
			struct guest g = guest_in(places[i].phase,
						  places[i].stop, &open_rules);
			struct session before = g.s;

			if (type == MSG_ASK)
				continue;
			hear(&g, (struct msg){ .type = (uint8_t)type,
					       .epoch = id.epoch + 1,
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
	for (size_t at = 0; at < ARRAY_SIZE(places); at++) {
		const struct guest fresh = guest_in(
			places[at].phase, places[at].stop, &open_rules);

		for (unsigned int i = 0; i < 256 * ARRAY_SIZE(fills); i++) {
			uint8_t body[WIRE_BODY_MAX];
			struct frame f = { .type = (uint8_t)(i % 256),
					   .epoch = id.epoch,
					   .body = body };

			memset(body, fills[i / 256], sizeof(body));
			for (f.len = 0; f.len <= WIRE_BODY_MAX; f.len++) {
				struct guest g = fresh;
				struct msg m;

				if (msg_parse(&f, &m) < 0)
					continue;
				hear(&g, m);
				taken++;
				assert_true(orderly(places[at].phase, &g));
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
	for (size_t at = 0; at < ARRAY_SIZE(places); at++) {
		for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
			struct guest g = guest_in(places[at].phase,
						  places[at].stop, &open_rules);

			hear(&g, words[i]);
			assert_true(orderly(places[at].phase, &g));
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
	for (size_t at = 2; at < ARRAY_SIZE(places); at++) {
		struct guest g = guest_in(places[at].phase, places[at].stop,
					  &open_rules);
		uint64_t due = g.s.phase_due;

		for (int n = 0; n < 100; n++) {
			g.now++;
			hear(&g, flood[(size_t)n % ARRAY_SIZE(flood)]);
			assert_true(g.s.phase_due == due);
		}
	}
}

static void grant_and_commit_of_another_intent_do_nothing(void **state)
{
	struct guest g = guest_in(GPHASE_WAITING, STOP_NONE, &open_rules);

	(void)state;
	grant(&g, INTENT_POWEROFF);
	assert_int_equal(g.s.phase, GPHASE_WAITING);
	g = guest_in(GPHASE_QUIESCED, STOP_NONE, &open_rules);
	commit(&g, INTENT_POWEROFF);
	assert_int_equal(g.s.phase, GPHASE_QUIESCED);
}

static void link_that_comes_late_hears_of_the_intent(void **state)
{
	struct guest g = guest_new(&open_rules);

	(void)state;
	happen(&g, SEV_NOT_STARTED);
	happen(&g, SEV_LINKED);
	assert_int_equal(said(&g, 0, MSG_HELLO)->hello.intent, INTENT_POWEROFF);
	said(&g, 1, MSG_INTENT);
}

static void any_event_at_any_place_keeps_the_phases_in_order(void **state)
{
	(void)state;
	for (size_t at = 0; at < ARRAY_SIZE(places); at++) {
		for (int kind = 0; kind < SEV_KINDS; kind++) {
			struct guest g = guest_in(places[at].phase,
						  places[at].stop, &open_rules);
			struct msg m = { .type = MSG_COMMIT };
			struct session_event ev = {
				.kind = (enum session_event_kind)kind
			};

			if (kind == SEV_MSG)
				ev.msg = &m;
			if (kind == SEV_WISH)
				ev.intent = INTENT_UPDATE;
			step(&g, ev);
			assert_true(g.s.phase >= places[at].phase);
			assert_true(g.out.msgs <= SESSION_OUT_MAX);
			assert_true((g.s.intent != INTENT_NONE) ==
				    (g.s.phase >= GPHASE_WAITING));
			if (g.s.phase >= GPHASE_WAITING &&
			    g.s.stop != STOP_PROVE)
				assert_true(g.out.due_ms != SESSION_NEVER);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(session_of_an_operators_reboot_ends_in_reboot),
		cmocka_unit_test(session_without_a_host_ends_by_itself),
		cmocka_unit_test(hello_repeats_every_second_until_welcome),
		cmocka_unit_test(
			heartbeat_tells_of_the_payload_and_of_what_was_refused),
		cmocka_unit_test(ready_at_start_needs_no_word_of_the_payload),
		cmocka_unit_test(
			stage_is_told_when_it_grows_and_again_after_welcome),
		cmocka_unit_test(step_that_fails_is_the_detail_of_the_intent),
		cmocka_unit_test(
			exit_of_the_payload_is_an_intent_by_its_status),
		cmocka_unit_test(payload_that_cannot_start_is_a_poweroff),
		cmocka_unit_test(
			second_wish_is_accepted_only_if_it_is_the_same),
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
		cmocka_unit_test(
			any_event_at_any_place_keeps_the_phases_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
