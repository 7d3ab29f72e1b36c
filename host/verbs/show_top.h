/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/verbs/show_top.h - the memory of this host, for people
 */
#ifndef HOST_VERBS_SHOW_TOP_H
#define HOST_VERBS_SHOW_TOP_H

#include <jansson.h>
#include <stdio.h>

/*
 * show_top() - a line of the host, and one of each generation
 * @top:	as `top --json` prints it (reprise(1))
 */
void show_top(FILE *out, const json_t *top);

#endif
