/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/verbs/budget.h - how long a reboot may take at most
 */
#ifndef HOST_VERBS_BUDGET_H
#define HOST_VERBS_BUDGET_H

#include <jansson.h>
#include <stdbool.h>

struct verb;

/*
 * budget_add() - put a budget into the parameters of a call
 * @word:	"5 s", "800 ms", "2 min", also without the blank; NULL: no
 * budget Return: 0; -EINVAL: it was said on stderr what is wrong
 */
int budget_add(const struct verb *verb, const char *word, json_t *parameters);

/*
 * budget_tell() - ask for what a budget rests on; if on little, say so on
 * stderr
 * @parameters:	of the Reboot that is to follow, and refuses by itself
 * Return: as client_call()
 */
int budget_tell(const char *name, const json_t *parameters, char *error);

/*
 * budget_kept() - did a restart hold its budget? If not, say so on stderr
 * @parameters:	as budget_add() left them
 * @restart:	the passage; NULL: it is not over yet
 */
bool budget_kept(const char *name, const json_t *parameters,
		 const json_t *restart);

#endif
