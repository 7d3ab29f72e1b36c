// SPDX-License-Identifier: Apache-2.0
/*
 * guest/core/restart.c - what follows when the payload has ended
 *
 * Theory of operation: an exit status that the image gave a meaning is that
 * intent. Otherwise the policy says whether this end calls for a restart; if
 * not, the end of the payload is the end of the epoch. Restarts are counted in
 * intervals, each of which begins with the first restart after the last one is
 * over; a new interval also forgets the backoff.
 */
#include "guest/core/restart.h"

static bool failed(const struct payload_exit *end)
{
	return end->status != 0 || end->oom || end->overdue;
}

static enum intent_cause cause_of(const struct payload_exit *end)
{
	if (end->oom)
		return ICAUSE_OOM;
	return end->overdue ? ICAUSE_WATCHDOG : ICAUSE_PAYLOAD_EXIT;
}

/* What the image says that this exit status means, if it exited at all. */
static enum intent meaning(const struct restart_rules *rules,
			   const struct payload_exit *end)
{
	if ((end->status & 0x7f) != 0 || end->overdue)
		return INTENT_NONE;
	for (int i = INTENT_NONE + 1; i < INTENTS; i++)
		if (statuses_have(&rules->means[i], end->status >> 8 & 0xff))
			return (enum intent)i;
	return INTENT_NONE;
}

static bool wanted(const struct restart_rules *rules,
		   const struct payload_exit *end)
{
	return rules->when == RESTART_ALWAYS ||
	       (rules->when == RESTART_ON_FAILURE && failed(end));
}

/* Return: false: there were too many */
static bool count(struct restart *r, const struct restart_rules *rules,
		  uint64_t now_ms)
{
	if (!r->count || now_ms - r->since > rules->interval_ms) {
		r->since = now_ms;
		r->count = 0;
		r->delay_ms = rules->delay_ms;
	}
	return ++r->count <= rules->limit;
}

static uint32_t next_delay(struct restart *r, const struct restart_rules *rules)
{
	uint32_t ms = r->delay_ms;

	if (ms > rules->delay_max_ms)
		ms = rules->delay_max_ms;
	r->delay_ms =
		ms > rules->delay_max_ms / 2 ? rules->delay_max_ms : 2 * ms;
	return ms;
}

struct restart_verdict restart_judge(struct restart *r,
				     const struct restart_rules *rules,
				     const struct payload_exit *end,
				     uint64_t now_ms)
{
	struct restart_verdict v = { .intent = meaning(rules, end),
				     .cause = cause_of(end) };

	if (v.intent != INTENT_NONE) {
		v.cause = ICAUSE_PAYLOAD; /* it asked, by its status */
		return v;
	}
	if (!wanted(rules, end)) {
		v.intent = failed(end) ? rules->on_failure : rules->on_exit;
	} else if (count(r, rules, now_ms)) {
		v.delay_ms = next_delay(r, rules);
	} else {
		v.intent = rules->on_give_up;
		v.cause = ICAUSE_GAVE_UP;
	}
	return v;
}
