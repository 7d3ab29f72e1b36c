// SPDX-License-Identifier: Apache-2.0
/*
 * host/core/cleanup.c - was the reset of a secure guest a fast one?
 */
#include "host/core/cleanup.h"

#include "common/array.h"

enum {
	SPACING_US = 2000000, /* after a reset whose thread nobody saw */
	HOLD_LOOK_US = 20000, /* between looks while a reset is held back */
};

/* After each look but the last. Altogether less than SPACING_US. */
static const uint32_t looks_us[] = { 5000, 20000, 80000, 320000, 1280000 };

void cleanup_none(struct cleanup *c)
{
	*c = (struct cleanup){ .thread = c->thread };
}

void cleanup_begin(struct cleanup *c, bool waited, int32_t refused,
		   uint64_t now_us)
{
	cleanup_none(c);
	c->kind = waited || refused ? CLEANUP_SYNC : CLEANUP_WATCHED;
	c->refused = refused;
	c->reset_us = now_us;
}

void cleanup_adopt(struct cleanup *c, uint64_t reset_us)
{
	*c = (struct cleanup){ .reset_us = reset_us };
	c->kind = reset_us ? CLEANUP_UNKNOWN : CLEANUP_NONE;
}

bool cleanup_due(struct cleanup *c, uint64_t now_us)
{
	if (!c->look_us || now_us < c->look_us)
		return false;
	c->look_us = 0;
	return true;
}

static void look_again(struct cleanup *c, uint64_t now_us)
{
	if (c->held)
		c->look_us = now_us + HOLD_LOOK_US;
	else if (c->looks < ARRAY_SIZE(looks_us))
		c->look_us = now_us + looks_us[c->looks++];
	else if (!c->seen)
		c->kind = CLEANUP_UNKNOWN;
}

bool cleanup_saw(struct cleanup *c, const struct cleanup_sight *s,
		 uint64_t now_us)
{
	const enum cleanup_kind before = c->kind;
	const bool other = s->thread != c->thread;

	if (c->kind == CLEANUP_NONE || c->kind == CLEANUP_SYNC)
		return false;
	c->begun |= c->seen && (other || s->cpu_us); /* gone, or at work */
	if (!c->seen && other && s->thread) {
		c->kind = CLEANUP_ASYNC;
		c->thread = s->thread;
		c->seen = true;
		c->begun = s->cpu_us;
	}
	if (!c->begun)
		look_again(c, now_us);
	return c->kind != before;
}

void cleanup_hold(struct cleanup *c, uint64_t now_us)
{
	c->held = true;
	c->look_us = now_us + HOLD_LOOK_US;
}

bool cleanup_rested(const struct cleanup *c, uint64_t now_us)
{
	if (c->kind == CLEANUP_NONE || c->kind == CLEANUP_SYNC || c->begun)
		return true;
	return !c->seen && now_us - c->reset_us >= SPACING_US;
}

const char *cleanup_name(enum cleanup_kind k)
{
	static const char *const names[CLEANUPS] = {
		[CLEANUP_NONE] = "none",
		[CLEANUP_WATCHED] = "watched",
		[CLEANUP_ASYNC] = "asynchronous",
		[CLEANUP_SYNC] = "synchronous",
		[CLEANUP_UNKNOWN] = "unknown",
	};

	return names[k];
}
