/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/guest/core/session_drive.h - one guest under test, event by event
 *
 * A session, the clock, and what came out of the last step. Each guest_*() is
 * one event inside it, each host_*() one message from the host.
 */
#ifndef TESTS_GUEST_CORE_SESSION_DRIVE_H
#define TESTS_GUEST_CORE_SESSION_DRIVE_H

#include "guest/core/session.h"

enum { T0 = 1000, GRACE = 5000, GUEST_PLACES = 9 };

struct guest {
	struct session s;
	uint64_t now;
	struct session_out out;
};

extern const struct session_rules guest_rules; /* all is allowed */
extern const struct session_id guest_id;

/* Every place at which an epoch can be, in order. */
struct guest_place {
	enum guest_phase phase;
	enum session_stop stop;
};
extern const struct guest_place guest_places[GUEST_PLACES];

/* guest_new() - nothing has happened yet, at T0 */
struct guest guest_new(const struct session_rules *rules);

/* guest_in() - led there the only way there is, by a payload that obeys */
struct guest guest_in(enum guest_phase phase, enum session_stop stop,
		      const struct session_rules *rules);

void guest_step(struct guest *g, struct session_event ev);
void guest_happens(struct guest *g, enum session_event_kind kind);
void guest_exits(struct guest *g, uint32_t status);
void guest_wishes(struct guest *g, enum intent intent);

/* guest_waits() - let time pass up to the deadline, which must be there */
void guest_waits(struct guest *g);

/* guest_hears() - @m of its own epoch, unless it has one */
void guest_hears(struct guest *g, struct msg m);
void host_welcomes(struct guest *g);
void host_requests(struct guest *g, uint8_t intent, uint32_t grace_ms);
void host_grants(struct guest *g, uint8_t intent);
void host_commits(struct guest *g, uint8_t intent);

/* guest_acts() - was that, and nothing else, the last step's action? */
bool guest_acts(const struct guest *g, enum session_action action);

/* guest_said() - the last step's @i-th message, which must be a @type */
const struct msg *guest_said(const struct guest *g, unsigned int i,
			     enum msg_type type);

/* guest_intent() - the INTENT that the last step must have said */
const struct msg_intent *guest_intent(const struct guest *g);

#endif
