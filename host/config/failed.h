/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/config/failed.h - appliances that failed too often to start again
 *
 * Theory of operation: a crash loop ends `reprise run` with the code of its
 * last cause, as a service manager and a script expect; so that it does not go
 * on under whoever starts it again, and is not forgotten, NAME.failed beside
 * the runtime directories says why. While it is there no `run` begins. It goes
 * by `reprise reset-failed`, or with the machine's next boot.
 */
#ifndef HOST_CONFIG_FAILED_H
#define HOST_CONFIG_FAILED_H

#include "host/sentence.h"

/*
 * failed_write() - keep why @name stays down
 * @why:	one line; cut at SENTENCE_MAX
 * Return: 0; else -errno, with the sentence in @error
 */
int failed_write(const char *name, const char *why, char *error);

/*
 * failed_read() - has @name failed?
 * @why:	SENTENCE_MAX bytes; "" if the file says nothing
 * Return: 0: it has; -ENOENT: it has not; else -errno of reading the file, as
 *	if it had not
 */
int failed_read(const char *name, char *why);

/*
 * failed_refuse() - for what cannot be while @name has failed
 * Return: 0: it has not; -EPERM: it has, @error has the sentence
 */
int failed_refuse(const char *name, char *error);

/*
 * failed_clear() - let it start again
 * Return: 0; -ENOENT: it has not failed; else -errno; @error has the sentence
 */
int failed_clear(const char *name, char *error);

/* failed_list() - call @each for all that failed, sorted by name */
void failed_list(void (*each)(void *ctx, const char *name), void *ctx);

#endif
