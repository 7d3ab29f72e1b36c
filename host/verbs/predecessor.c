// SPDX-License-Identifier: Apache-2.0
/*
 * host/verbs/predecessor.c - the shim that has charge of what is to be run
 *
 * Theory of operation: its lock says whether it is there, its status what it
 * does. Between its last answer and the end of its process nobody answers, just
 * as before a shim's first one, and on a busy host it may be late with one: for
 * as long as leaving takes that is no reason to refuse.
 */
#include "host/verbs/predecessor.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/log.h"

#include "host/clock.h"
#include "host/config/lock.h"
#include "host/link/ask.h"
#include "host/sentence.h"
#include "host/verbs/progress.h"

enum { ANSWER_MS = 2000, TICK_MS = 1000, LOOK_MS = 50, LEAVE_MS = 5000 };

struct wait {
	const char *name, *dir;
	int lock;
	int64_t end_ms;	  /* of our patience */
	int64_t leave_ms; /* until then it may be silent */
	bool told;
	struct progress progress;
};

/* It leaves, does not listen yet, or is not run: nobody says what it does. */
static bool may_be_silent(int r)
{
	return r == -ENOENT || r == -ECONNREFUSED || r == -ECONNRESET ||
	       r == -ETIMEDOUT;
}

/* Return: it drains, or leaves */
static bool will_go(struct wait *w)
{
	struct ask a = { .dir = w->dir };
	const char *state;
	bool drains;

	ask_all(&a, 1, ANSWER_MS);
	if (!a.status)
		return may_be_silent(a.r) && clock_ms() < w->leave_ms;
	state = json_string_value(json_object_get(a.status, "state"));
	drains = state && (strcmp(state, "draining") == 0 ||
			   strcmp(state, "ended") == 0);
	if (drains && w->told)
		progress_show(&w->progress, a.status);
	json_decref(a.status);
	if (!drains)
		return false;
	if (!w->told)
		log_line(STDERR_FILENO, w->name,
			 "its last generation drains: this run begins when "
			 "that has ended");
	w->told = true;
	w->leave_ms = clock_ms() + LEAVE_MS;
	return true;
}

static int await(struct wait *w, char *error)
{
	int64_t since_ms = w->progress.since_ms;

	for (;;) {
		int r = -EBUSY;

		if (will_go(w))
			r = lock_await(w->lock, w->told ? TICK_MS : LOOK_MS);
		if (r != -ETIMEDOUT)
			return r == 0 ? 0 : -EBUSY;
		if (clock_ms() >= w->end_ms)
			return sentence(error, r,
					"%s: after %" PRId64 " s its last "
					"generation still drains: `reprise "
					"status %s` says who holds its memory",
					w->name, (clock_ms() - since_ms) / 1000,
					w->name);
	}
}

int predecessor_await(const char *name, const char *dir, uint32_t ms,
		      char *error)
{
	struct wait w = { .name = name,
			  .dir = dir,
			  .end_ms = clock_ms() + ms,
			  .leave_ms = clock_ms() + LEAVE_MS };
	char path[PATH_MAX + 8];
	int r;

	snprintf(path, sizeof(path), "%s/lock", dir);
	w.lock = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (w.lock < 0) /* it went just now */
		return errno == ENOENT ? 0 : -EBUSY;
	progress_begin(&w.progress, name);
	r = await(&w, error);
	progress_end(&w.progress);
	if (r == 0 && w.told)
		log_line(STDERR_FILENO, name,
			 "its last generation has ended, after %" PRId64 " ms",
			 clock_ms() - w.progress.since_ms);
	close(w.lock);
	return r;
}
