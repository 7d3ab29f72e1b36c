/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/config/history.h - every start, restart and end of an appliance
 *
 *	/var/lib/reprise/NAME/  or  $XDG_STATE_HOME/reprise/NAME/
 *		history    JSON objects, one a line, the newest last
 *		history.1  those before them
 *
 * REPRISE_STATE_DIR names another directory than the first two; without
 * XDG_STATE_HOME it is $HOME/.local/state. Each of the two files has at most
 * HISTORY_BYTES; what is older is gone.
 */
#ifndef HOST_CONFIG_HISTORY_H
#define HOST_CONFIG_HISTORY_H

#include <jansson.h>

#include "host/sentence.h"

enum { HISTORY_BYTES = 256 * 1024, HISTORY_LINE = 4096 };

/*
 * history_append() - write one line, making directories as needed
 * @name:	the appliance's; its lock is held, so nobody else writes
 * @entry:	borrowed; as text below HISTORY_LINE bytes; NULL: no memory
 * Return: 0; else -errno and the sentence: the files are as they were
 */
int history_append(const char *name, const json_t *entry, char *error);

typedef void history_fn(void *ctx, const json_t *entry);

/*
 * history_each() - read all, the oldest first
 * @each:	gets every line that is a JSON object, borrowed
 * @damaged:	how many lines are none, and were left out
 * Return: 0, also if there is no history; else -errno and the sentence
 */
int history_each(const char *name, void (*each)(void *ctx, const json_t *entry),
		 void *ctx, unsigned int *damaged, char *error);

/*
 * history_names() - those who have one, in order of the alphabet
 * Return: 0; else -errno and the sentence
 */
int history_names(void (*each)(void *ctx, const char *name), void *ctx,
		  char *error);

#endif
