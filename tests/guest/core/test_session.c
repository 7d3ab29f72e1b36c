// SPDX-License-Identifier: Apache-2.0
/*
 * tests/guest/core/test_session.c - the life of an epoch
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "common/array.h"
#include "tests/guest/core/session_drive.h"

/* ---- the ordinary life */

static void session_of_an_operators_reboot_ends_in_reboot(void **state)
{
	struct guest g = guest_new(&guest_rules);
	const struct msg *m;

	(void)state;
	guest_happens(&g, SEV_LINKED);
	m = guest_said(&g, 0, MSG_HELLO);
	assert_string_equal(m->hello.image, "web 1.0");
	assert_int_equal(m->hello.init_ms, 77);
	assert_int_equal(m->seq, 1);
	host_welcomes(&g);
	assert_true(guest_acts(&g, SACT_WELCOMED));
	assert_int_equal(g.s.generation, 3);
	guest_happens(&g, SEV_BOOTED);
	assert_true(guest_acts(&g, SACT_START));
	guest_happens(&g, SEV_STARTED);
	m = guest_said(&g, 0, MSG_STAGE);
	assert_int_equal(m->stage.stage, BOOT_PAYLOAD);
	assert_int_equal(m->stage.ms, T0);
	g.now += 50;
	guest_happens(&g, SEV_READY);
	assert_int_equal(guest_said(&g, 0, MSG_READY)->ready.ready_ms, T0 + 50);
	host_requests(&g, INTENT_REBOOT, 0);
	m = guest_said(&g, 0, MSG_INTENT);
	assert_int_equal(m->intent.intent, INTENT_REBOOT);
	assert_int_equal(m->intent.cause, ICAUSE_OPERATOR);
	host_grants(&g, INTENT_REBOOT);
	assert_true(guest_acts(&g, SACT_TERM));
	g.now += 3;
	guest_exits(&g, 0);
	assert_true(guest_acts(&g, SACT_KILL));
	guest_happens(&g, SEV_ALONE);
	assert_true(guest_acts(&g, SACT_QUIET));
	guest_happens(&g, SEV_QUIET);
	assert_true(guest_acts(&g, SACT_PROVE));
	guest_step(&g, (struct session_event){ .kind = SEV_PROOF,
					       .proof = { .dirty_kib = 4 } });
	m = guest_said(&g, 0, MSG_QUIESCED);
	assert_int_equal(m->quiesced.proof.dirty_kib, 4);
	assert_int_equal(m->quiesced.took_ms, 3);
	host_commits(&g, INTENT_REBOOT);
	assert_true(guest_acts(&g, SACT_REBOOT));
	assert_int_equal(g.s.phase, GPHASE_ENDING);
}

static void session_without_a_host_ends_by_itself(void **state)
{
	struct guest g = guest_new(&guest_rules);
	uint64_t begun;

	(void)state;
	guest_happens(&g, SEV_BOOTED);
	guest_happens(&g, SEV_STARTED);
	guest_happens(&g, SEV_READY);
	begun = g.now;
	guest_wishes(&g, INTENT_POWEROFF);
	assert_int_equal(g.out.answer, ANSWER_ACCEPTED);
	guest_waits(&g);
	assert_true(guest_acts(&g, SACT_TERM));
	assert_true(g.now - begun == SESSION_GRANT_MS);
	guest_waits(&g);
	assert_true(guest_acts(&g, SACT_KILL)); /* grace is over */
	assert_true(g.now - begun == SESSION_GRANT_MS + GRACE);
	guest_waits(&g);
	assert_true(guest_acts(&g, SACT_QUIET)); /* somebody cannot be killed */
	guest_waits(&g);
	assert_true(guest_acts(&g, SACT_PROVE)); /* a disk does not answer */
	guest_happens(&g, SEV_PROOF);
	guest_waits(&g);
	assert_true(guest_acts(&g, SACT_REBOOT));
	guest_waits(&g);
	assert_true(guest_acts(&g, SACT_REBOOT_SELF));
	guest_waits(&g);
	assert_true(guest_acts(&g, SACT_REBOOT_SELF)); /* for ever */
}

/* On a busy host its shim may be late; one that has left is not waited for. */
static void commit_of_a_host_that_is_there_is_waited_for(void **state)
{
	static const struct {
		bool welcomed, left;
		uint64_t ms;
	} rows[] = {
		{ false, false, SESSION_GRANT_MS },
		{ true, false, SESSION_COMMIT_MS },
		{ true, true, SESSION_GRANT_MS },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct guest g =
			guest_in(GPHASE_QUIESCING, STOP_PROVE, &guest_rules);
		uint64_t begun = g.now;

		if (rows[i].welcomed)
			host_welcomes(&g);
		if (rows[i].left)
			guest_happens(&g, SEV_UNLINKED);
		guest_happens(&g, SEV_PROOF);
		while (g.s.phase == GPHASE_QUIESCED)
			guest_waits(&g); /* HELLO, heartbeats */
		assert_true(guest_acts(&g, SACT_REBOOT));
		assert_true(g.now - begun == rows[i].ms);
	}
}

static void hello_repeats_every_second_until_welcome(void **state)
{
	struct guest g = guest_new(&guest_rules);

	(void)state;
	assert_int_equal(g.out.msgs, 0);
	guest_happens(&g, SEV_LINKED);
	for (int i = 0; i < 5; i++) {
		uint64_t before = g.now;

		guest_waits(&g);
		guest_said(&g, 0, MSG_HELLO);
		assert_true(g.now - before == SESSION_HELLO_MS);
	}
	host_welcomes(&g);
	guest_waits(&g);
	assert_true(g.now - T0 == 5 * SESSION_HELLO_MS + 5000);
	assert_int_equal(g.out.msgs, 1);
	guest_said(&g, 0, MSG_HEARTBEAT);
}

static void heartbeat_tells_of_the_payload_and_of_what_was_refused(void **state)
{
	struct guest g = guest_in(GPHASE_SERVING, STOP_NONE, &guest_rules);
	const struct msg *m;

	(void)state;
	host_welcomes(&g);
	guest_step(&g,
		   (struct session_event){ .kind = SEV_DROPPED, .count = 41 });
	guest_hears(&g, (struct msg){ .type = MSG_GRANT, .epoch = 5 });
	guest_waits(&g);
	m = guest_said(&g, 0, MSG_HEARTBEAT);
	assert_int_equal(m->heartbeat.health, 0);
	assert_int_equal(m->heartbeat.dropped, 42);
	assert_int_equal(m->heartbeat.uptime_ms, g.now);
}

static void ready_at_start_needs_no_word_of_the_payload(void **state)
{
	struct session_rules rules = guest_rules;
	struct guest g;

	(void)state;
	rules.ready_at_start = true;
	g = guest_new(&rules);
	guest_happens(&g, SEV_BOOTED);
	guest_happens(&g, SEV_STARTED);
	guest_said(&g, 1, MSG_READY);
	assert_int_equal(g.s.phase, GPHASE_SERVING);
	guest_happens(&g, SEV_READY); /* once is enough */
	assert_int_equal(g.out.msgs, 0);
}

static void stage_is_told_when_it_grows_and_again_after_welcome(void **state)
{
	struct guest g = guest_new(&guest_rules);

	(void)state;
	guest_step(&g, (struct session_event){ .kind = SEV_STAGE,
					       .count = BOOT_NETWORK });
	assert_int_equal(guest_said(&g, 0, MSG_STAGE)->stage.stage,
			 BOOT_NETWORK);
	guest_step(&g, (struct session_event){ .kind = SEV_STAGE,
					       .count = BOOT_PORT });
	assert_int_equal(g.out.msgs, 0); /* the port came late */
	g.now += 10;
	host_welcomes(&g);
	assert_int_equal(guest_said(&g, 0, MSG_STAGE)->stage.stage,
			 BOOT_NETWORK);
	assert_int_equal(guest_said(&g, 0, MSG_STAGE)->stage.ms, T0);
}

static void step_that_fails_is_the_detail_of_the_intent(void **state)
{
	struct guest g = guest_new(&guest_rules);
	const struct msg *m;

	(void)state;
	guest_step(&g, (struct session_event){ .kind = SEV_WISH,
					       .intent = INTENT_POWEROFF,
					       .cause = ICAUSE_INIT,
					       .detail = BOOT_NETWORK << 8 |
							 ENODEV });
	m = guest_said(&g, 0, MSG_INTENT);
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
			guest_in(GPHASE_SERVING, STOP_NONE, &guest_rules);
		const struct msg *m;

		guest_exits(&g, ends[i].status);
		m = guest_said(&g, 0, MSG_INTENT);
		assert_int_equal(m->intent.intent, ends[i].intent);
		assert_int_equal(m->intent.cause, ICAUSE_PAYLOAD_EXIT);
		assert_int_equal(m->intent.detail, ends[i].status);
		host_grants(&g, (uint8_t)ends[i].intent);
		assert_true(guest_acts(&g, SACT_KILL)); /* nobody to TERM */
	}
}

static void payload_that_cannot_start_is_a_poweroff(void **state)
{
	struct guest g = guest_new(&guest_rules);
	const struct msg *m;

	(void)state;
	guest_happens(&g, SEV_BOOTED);
	guest_happens(&g, SEV_NOT_STARTED);
	m = guest_said(&g, 0, MSG_INTENT);
	assert_int_equal(m->intent.intent, INTENT_POWEROFF);
	assert_int_equal(m->intent.cause, ICAUSE_INIT);
}

static void second_wish_is_accepted_only_if_it_is_the_same(void **state)
{
	struct guest g = guest_in(GPHASE_WAITING, STOP_NONE, &guest_rules);

	(void)state;
	guest_wishes(&g, INTENT_REBOOT);
	assert_int_equal(g.out.answer, ANSWER_ACCEPTED);
	assert_int_equal(g.out.msgs, 0);
	guest_wishes(&g, INTENT_POWEROFF);
	assert_int_equal(g.out.answer, ANSWER_BUSY);
	assert_int_equal(g.s.intent, INTENT_REBOOT);
}

static void any_event_at_any_place_keeps_the_phases_in_order(void **state)
{
	(void)state;
	for (size_t at = 0; at < GUEST_PLACES; at++) {
		for (int kind = 0; kind < SEV_KINDS; kind++) {
			struct guest g =
				guest_in(guest_places[at].phase,
					 guest_places[at].stop, &guest_rules);
			struct msg m = { .type = MSG_COMMIT };
			struct session_event ev = {
				.kind = (enum session_event_kind)kind
			};

			if (kind == SEV_MSG)
				ev.msg = &m;
			if (kind == SEV_WISH)
				ev.intent = INTENT_UPDATE;
			guest_step(&g, ev);
			assert_true(g.s.phase >= guest_places[at].phase);
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
		cmocka_unit_test(commit_of_a_host_that_is_there_is_waited_for),
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
		cmocka_unit_test(
			any_event_at_any_place_keeps_the_phases_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
