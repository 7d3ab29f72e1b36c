/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guest/core/restart.h - what follows when the payload has ended. Pure.
 */
#ifndef GUEST_CORE_RESTART_H
#define GUEST_CORE_RESTART_H

#include <stdbool.h>
#include <stdint.h>

#include "common/msg.h"

enum restart_when { RESTART_NEVER, RESTART_ON_FAILURE, RESTART_ALWAYS };

enum { STATUS_WORDS = 256 / 32 };

/* A set of exit statuses, 0 to 255. */
struct statuses {
	uint32_t bits[STATUS_WORDS];
};

static inline bool statuses_have(const struct statuses *s, unsigned int status)
{
	return s->bits[status / 32 % STATUS_WORDS] >> status % 32 & 1;
}

static inline void statuses_add(struct statuses *s, unsigned int status)
{
	s->bits[status / 32 % STATUS_WORDS] |= UINT32_C(1) << status % 32;
}

struct restart_rules {
	enum restart_when when;
	uint32_t delay_ms;     /* before the first restart; then doubled */
	uint32_t delay_max_ms; /* and no further than this */
	uint32_t limit;	       /* restarts within interval_ms */
	uint32_t interval_ms;
	struct statuses means[INTENTS]; /* exit statuses that are an intent */
	enum intent on_exit;		/* the payload ended with status 0 */
	enum intent on_failure;		/* in any other way */
	enum intent on_give_up;		/* the limit was reached */
};

/* How a payload ended. */
struct payload_exit {
	uint32_t status; /* wait status */
	bool oom;	 /* the kernel killed it for memory */
	bool overdue;	 /* PID 1 killed it: it showed no sign of life */
};

struct restart {
	uint64_t since;	   /* start of the interval */
	uint32_t count;	   /* restarts in it */
	uint32_t delay_ms; /* of the next one */
};

struct restart_verdict {
	enum intent intent; /* INTENT_NONE: start again after delay_ms */
	enum intent_cause cause;
	uint32_t delay_ms;
};

/*
 * restart_judge() - start it again, or end the epoch?
 * @r:	zeroed before the first; counts the restart
 */
struct restart_verdict restart_judge(struct restart *r,
				     const struct restart_rules *rules,
				     const struct payload_exit *end,
				     uint64_t now_ms);

#endif
