// SPDX-License-Identifier: Apache-2.0
/*
 * tests/guest/core/session_drive.c - one guest under test, event by event
 */
#include "tests/guest/core/session_drive.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

const struct session_rules guest_rules = {
	.grace_ms = GRACE,
	.host_may_reboot = true,
	.host_may_poweroff = true,
	.restart = { .on_exit = INTENT_POWEROFF, .on_failure = INTENT_REBOOT },
};

const struct session_id guest_id = {
	.epoch = 0xe0e0,
	.image = "web 1.0",
	.init_ms = 77,
};

struct guest guest_new(const struct session_rules *rules)
{
	struct guest g = { .now = T0 };

	session_init(&g.s, rules, &guest_id);
	return g;
}

void guest_step(struct guest *g, struct session_event ev)
{
	session_step(&g->s, &ev, g->now, &g->out);
}

void guest_happens(struct guest *g, enum session_event_kind kind)
{
	guest_step(g, (struct session_event){ .kind = kind });
}

void guest_hears(struct guest *g, struct msg m)
{
	if (!m.epoch)
		m.epoch = guest_id.epoch;
	guest_step(g, (struct session_event){ .kind = SEV_MSG, .msg = &m });
}

void guest_exits(struct guest *g, uint32_t status)
{
	guest_step(g, (struct session_event){ .kind = SEV_EXITED,
					      .count = status });
}

void guest_wishes(struct guest *g, enum intent intent)
{
	guest_step(g, (struct session_event){ .kind = SEV_WISH,
					      .intent = intent,
					      .cause = ICAUSE_PAYLOAD });
}

/* Let time pass up to the deadline. */
void guest_waits(struct guest *g)
{
	assert_true(g->out.due_ms != SESSION_NEVER);
	g->now = g->out.due_ms;
	guest_happens(g, SEV_TIMER);
}

void host_welcomes(struct guest *g)
{
	guest_hears(g, (struct msg){ .type = MSG_WELCOME,
				     .welcome = { .heartbeat_ms = 5000,
						  .generation = 3,
						  .boot = 2 } });
}

void host_requests(struct guest *g, uint8_t intent, uint32_t grace_ms)
{
	guest_hears(g, (struct msg){ .type = MSG_REQUEST,
				     .request = { intent, grace_ms } });
}

void host_grants(struct guest *g, uint8_t intent)
{
	guest_hears(g,
		    (struct msg){ .type = MSG_GRANT, .grant = { intent, 0 } });
}

void host_commits(struct guest *g, uint8_t intent)
{
	guest_hears(g,
		    (struct msg){ .type = MSG_COMMIT, .commit = { intent } });
}

/* The only way there is, with a payload that obeys. */
struct guest guest_in(enum guest_phase phase, enum session_stop stop,
		      const struct session_rules *rules)
{
	struct guest g = guest_new(rules);

	guest_happens(&g, SEV_LINKED);
	guest_happens(&g, SEV_BOOTED);
	guest_happens(&g, SEV_STARTED);
	if (phase >= GPHASE_SERVING)
		guest_happens(&g, SEV_READY);
	if (phase >= GPHASE_WAITING)
		guest_wishes(&g, INTENT_REBOOT);
	if (phase >= GPHASE_QUIESCING)
		host_grants(&g, INTENT_REBOOT);
	if (phase > GPHASE_QUIESCING || stop >= STOP_KILL)
		guest_exits(&g, 0);
	if (phase > GPHASE_QUIESCING || stop >= STOP_QUIET)
		guest_happens(&g, SEV_ALONE);
	if (phase > GPHASE_QUIESCING || stop >= STOP_PROVE)
		guest_happens(&g, SEV_QUIET);
	if (phase > GPHASE_QUIESCING)
		guest_happens(&g, SEV_PROOF);
	if (phase > GPHASE_QUIESCED)
		host_commits(&g, INTENT_REBOOT);
	assert_int_equal(g.s.phase, phase);
	if (phase == GPHASE_QUIESCING)
		assert_int_equal(g.s.stop, stop);
	return g;
}

const struct guest_place guest_places[GUEST_PLACES] = {
	{ GPHASE_BOOTING, STOP_NONE },	  { GPHASE_SERVING, STOP_NONE },
	{ GPHASE_WAITING, STOP_NONE },	  { GPHASE_QUIESCING, STOP_TERM },
	{ GPHASE_QUIESCING, STOP_KILL },  { GPHASE_QUIESCING, STOP_QUIET },
	{ GPHASE_QUIESCING, STOP_PROVE }, { GPHASE_QUIESCED, STOP_NONE },
	{ GPHASE_ENDING, STOP_NONE },
};

bool guest_acts(const struct guest *g, enum session_action action)
{
	return g->out.actions == 1U << action;
}

const struct msg *guest_said(const struct guest *g, unsigned int i,
			     enum msg_type type)
{
	assert_true(i < g->out.msgs);
	assert_int_equal(g->out.msg[i].type, type);
	assert_true(g->out.msg[i].epoch == guest_id.epoch);
	return &g->out.msg[i];
}

const struct msg_intent *guest_intent(const struct guest *g)
{
	for (unsigned int i = 0; i < g->out.msgs; i++)
		if (g->out.msg[i].type == MSG_INTENT)
			return &g->out.msg[i].intent;
	fail_msg("no INTENT");
	return NULL;
}
