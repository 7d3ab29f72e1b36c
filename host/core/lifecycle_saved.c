// SPDX-License-Identifier: Apache-2.0
/*
 * host/core/lifecycle_saved.c - what a lifecycle writes down, and takes back
 *
 * Theory of operation: see host/core/adopt.h. Only what nobody could be asked
 * again; both directions stand here, member by member. What it means is said in
 * lifecycle_adopt.c.
 */
#include <string.h>

#include "host/core/adopt.h"
#include "host/core/lifecycle_impl.h"

static void save_epoch(const struct epoch *e, struct lc_saved *s)
{
	s->epoch = e->id;
	s->stage = e->stage;
	s->secure = e->secure;
	s->intent = e->intent;
	s->icause = e->icause;
	s->detail = e->detail;
	s->boot_stage = e->boot_stage;
	s->proof = e->proof;
}

void lifecycle_save(const struct lifecycle *lc, struct lc_saved *s)
{
	memset(s, 0, sizeof(*s));
	s->state = lc->state == LC_ADOPTING ? lc->before : lc->state;
	s->generation = lc->generation;
	s->boot = lc->boot;
	save_epoch(&lc->epoch, s);
	s->granted_ms = lc->granted_ms;
	s->wish = lc->wish;
	s->wish_acted = lc->wish_acted;
	s->insist = lc->insist;
	s->wish_us = lc->wish_us;
	s->wish_tries = lc->wish_tries;
	s->cont_us = lc->cont_us;
	s->served_us = lc->served_us;
	s->crash_count = lc->crash_count;
	s->failures = lc->failures;
	memcpy(s->crashes_us, lc->crashes_us, sizeof(s->crashes_us));
	s->held = lc->held;
	s->gave_way = lc->gave_way;
	s->other_image = lc->other_image;
	s->ending = lc->ending;
	s->now = lc->now;
	s->last = lc->last;
	s->now.reason = s->last.reason = NULL;
}

static void take_epoch(struct epoch *e, const struct lc_saved *s)
{
	epoch_generation(e);
	e->id = s->epoch;
	e->stage = s->stage;
	e->secure = s->secure;
	e->intent = s->intent;
	e->icause = s->icause;
	e->detail = s->detail;
	e->boot_stage = s->boot_stage;
	e->proof = s->proof;
	if (e->id)
		e->met[e->met_count++] = e->id;
}

void lc_take_back(struct lifecycle *lc, const struct lc_saved *s)
{
	lc->before = s->state;
	lc->generation = s->generation;
	lc->boot = s->boot;
	take_epoch(&lc->epoch, s);
	lc->granted_ms = s->granted_ms;
	lc->wish = s->wish;
	lc->wish_acted = s->wish_acted;
	lc->insist = s->insist;
	lc->wish_us = s->wish_us;
	lc->wish_tries = s->wish_tries;
	lc->cont_us = s->cont_us;
	if (lc_is_secure(lc))
		cleanup_adopt(&lc->cleanup, s->cont_us);
	lc->served_us = s->served_us;
	lc->crash_count = s->crash_count;
	lc->failures = s->failures;
	memcpy(lc->crashes_us, s->crashes_us, sizeof(lc->crashes_us));
	lc->held = s->held;
	lc->gave_way = s->gave_way;
	lc->other_image = s->other_image;
	lc->ending = s->ending;
	lc->now = s->now;
	lc->last = s->last;
	lc->now.reason = lc->last.reason =
		"as the shim before this one decided";
}
