/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/verbs/progress.h - show that something is waited for, and how far it is
 *
 * On a terminal, what takes over a second gets a line on standard error with
 * the appliance's state and the seconds so far, or how far its memory is where
 * it is that which is waited for:
 *
 *	web: draining 12.4 of 64.0 GiB, 1.3 GiB/s, 9 s left
 *
 * It is drawn anew once a second at most, in place, and wiped at the end: who
 * has something else to write there ends it before. Elsewhere nothing is shown.
 */
#ifndef HOST_VERBS_PROGRESS_H
#define HOST_VERBS_PROGRESS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct progress {
	const char *name;
	bool shown;
	char state[32];
	int64_t since_ms, drawn_ms;
};

/* progress_wanted() - does anybody look? */
bool progress_wanted(void);

/* progress_begin() - @name: of the appliance, borrowed */
void progress_begin(struct progress *p, const char *name);

/*
 * progress_tell() - it waits; where that is for memory, its shim is asked
 * @state:	NULL: still the same
 */
void progress_tell(struct progress *p, const char *state);

/* progress_show() - the same, of a status that is known: ApplianceStatus */
void progress_show(struct progress *p, const json_t *status);

/* progress_end() - wipe it */
void progress_end(struct progress *p);

/*
 * progress_step() - the same line for what has steps: this one is under way
 * @what:	shown at once; NULL: wipe it
 */
void progress_step(const char *what);

/*
 * progress_call() - call a method whose answer may take long
 * @parameters:	stolen; NULL: none
 * @reply:	a new reference: the parameters of the last answer
 * Return: as client_call()
 */
int progress_call(const char *name, const char *method, json_t *parameters,
		  json_t **reply, char *error);

#endif
