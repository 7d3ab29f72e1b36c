/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/verbs/replay.h - print what a shim has kept of a guest's console
 */
#ifndef HOST_VERBS_REPLAY_H
#define HOST_VERBS_REPLAY_H

#include <stdbool.h>

/*
 * replay_console() - print the lines, oldest first
 * @timestamps:	before each when it began, in local time
 * Return: the verb's exit code
 */
int replay_console(const char *name, bool timestamps);

#endif
