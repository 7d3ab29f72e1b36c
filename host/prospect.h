/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/prospect.h - what a reboot would do now, of one appliance
 */
#ifndef HOST_PROSPECT_H
#define HOST_PROSPECT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "host/core/admission.h"
#include "host/core/lifecycle.h"
#include "host/core/outlook.h"

struct report;

/*
 * prospect_json() - as `reprise plan --json` and the method Plan give it
 * @wish:	a reboot in the way that is wished for
 * @budget_us:	0: none; else it says whether that would hold
 * Return: a new reference
 */
json_t *prospect_json(const struct report *r, enum wish wish,
		      uint64_t budget_us);

/*
 * prospect_spare() - the memory that a second generation beside it would find
 * @text:	the decision in words
 * Return: a new reference
 */
json_t *prospect_spare(const struct decision *d, const char *text);

/*
 * prospect_hold() - may a reboot be begun that is to hold a budget?
 * @wish:	WISH_REBOOT becomes the way that holds it, where need be
 * @text:	if not: the sentence
 */
bool prospect_hold(const struct report *r, uint64_t budget_us, enum wish *wish,
		   char text[OUTLOOK_TEXT]);

#endif
