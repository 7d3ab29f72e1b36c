/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/verbs/progress.h - wait for an answer, and show that it is waited for
 *
 * On a terminal, what takes over a second gets a line on standard error with
 * the appliance's state and the seconds so far, which is wiped at the end.
 * While it is memory that is waited for, its shim is asked how far that is.
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
	int64_t since_ms;
};

void progress_begin(struct progress *p, const char *name);

/* progress_tell() - @state: NULL: still the same */
void progress_tell(struct progress *p, const char *state);

void progress_end(struct progress *p);

/*
 * progress_call() - call a method whose answer may take long
 * @parameters:	stolen; NULL: none
 * @reply:	a new reference: the parameters of the last answer
 * Return: as client_call()
 */
int progress_call(const char *name, const char *method, json_t *parameters,
		  json_t **reply, char *error);

#endif
