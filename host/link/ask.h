/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/link/ask.h - ask many shims for their status at once
 *
 * One that does not answer delays nobody else's answer.
 */
#ifndef HOST_LINK_ASK_H
#define HOST_LINK_ASK_H

#include <jansson.h>
#include <stddef.h>

struct ask {
	const char *dir; /* its runtime directory */
	json_t *status;	 /* a new reference, or NULL */
	int r;		 /* 0; -EACCES: it may not be asked; else -errno */
};

/* ask_all() - @timeout_ms: for so many at a time as may be open at once */
void ask_all(struct ask *list, size_t count, int timeout_ms);

#endif
