// SPDX-License-Identifier: Apache-2.0
/*
 * host/record.c - what a line of the history says, and what is learned from it
 */
#include "host/record.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "host/config/appliance.h"
#include "host/config/image.h"
#include "host/config/running_record.h"
#include "host/report.h"

/* Longer was no restart: a day, microseconds. */
static const json_int_t longest_us = 86400LL * 1000000;

static const char *accel_word(const struct appliance *a)
{
	return a->accel == ACCEL_KVM ? "kvm" : "tcg";
}

static const char *machine_word(const struct appliance *a)
{
	return a->machine == MACHINE_MICROVM ? "microvm" : "default";
}

/* What a line says of any start, restart or end. */
static json_t *line_of(const struct passage *p, int64_t at_ms,
		       unsigned int generation, unsigned int boot,
		       const char *image, const char *version)
{
	json_t *entry = report_passage(p, NULL);
	json_t *more = json_pack("{s:I, s:b, s:i, s:i, s:s, s:s}", "at_ms",
				 (json_int_t)at_ms, "clean",
				 (int)cause_clean(p->cause), "generation",
				 (int)generation, "boot", (int)boot, "image",
				 image, "version", version);

	json_object_del(entry, "marks");
	json_object_update(entry, more);
	json_decref(more);
	return entry;
}

/* Return: NULL: nothing secure was reset */
static const char *cleanup_word(const struct lifecycle *lc)
{
	bool reset = lc->last.strategy == STRATEGY_IN_PLACE &&
		     lc->cleanup.kind != CLEANUP_NONE;

	return reset ? cleanup_name(lc->cleanup.kind) : NULL;
}

json_t *record_entry(const struct report *r, int64_t at_ms)
{
	const struct passage *p = &r->lc->last;
	const struct appliance *a = r->appliance;
	json_t *entry = line_of(p, at_ms, r->lc->generation, r->lc->boot,
				r->image->name, r->image->version);
	json_t *more = json_pack(
		"{s:I, s:I, s:i, s:s, s:s, s:s, s:s*}", "boot_us",
		(json_int_t)phases_boot(&p->marks), "memory",
		(json_int_t)a->memory, "cpus", (int)a->cpus, "accel",
		accel_word(a), "architecture", r->image->arch, "machine",
		machine_word(a), "cleanup", cleanup_word(r->lc));

	json_object_update(entry, more);
	json_decref(more);
	return entry;
}

/* Had the shim judged it already, when it died? */
static bool was_judged(const struct lc_saved *s)
{
	return (s->state == LC_QUITTING || s->state == LC_DRAINING) &&
	       s->now.strategy != STRATEGY_NONE;
}

json_t *record_release(const struct record *kept, bool lived,
		       const struct marks *marks, int64_t at_ms)
{
	const struct lc_saved *s = &kept->life;
	struct passage p = { .cause = CAUSE_OPERATOR };

	if (!lived)
		p.cause = CAUSE_UNOBSERVED;
	snprintf(p.evidence, sizeof(p.evidence), "its shim had gone, and %s",
		 lived ? "it was ended by `reprise release`"
		       : "it had ended before `reprise release` looked");
	if (was_judged(s)) {
		p.cause = s->now.cause;
		memcpy(p.evidence, s->now.evidence, sizeof(p.evidence));
	}
	p.strategy = STRATEGY_STOP;
	p.reason = "what a shim had left was released";
	p.marks = *marks;
	return line_of(&p, at_ms, s->generation, s->boot, kept->image,
		       kept->version);
}

static bool says(const json_t *entry, const char *key, const char *word)
{
	const char *value = json_string_value(json_object_get(entry, key));

	return value && strcmp(value, word) == 0;
}

static uint64_t duration(const json_t *entry, const char *key)
{
	json_int_t us = json_integer_value(json_object_get(entry, key));

	return us > 0 && us <= longest_us ? (uint64_t)us : 0;
}

static bool is_alike(const json_t *entry, const struct appliance *a)
{
	const json_t *memory = json_object_get(entry, "memory");
	const json_t *cpus = json_object_get(entry, "cpus");

	return json_integer_value(memory) == (json_int_t)a->memory &&
	       json_integer_value(cpus) == (json_int_t)a->cpus &&
	       says(entry, "accel", accel_word(a)) &&
	       says(entry, "architecture", a->architecture) &&
	       says(entry, "machine", machine_word(a));
}

void record_learn(const json_t *entry, const struct appliance *a,
		  struct past *p)
{
	const char *name =
		json_string_value(json_object_get(entry, "strategy"));
	bool clean = json_is_true(json_object_get(entry, "clean"));

	if (name && is_alike(entry, a))
		past_add(p, strategy_find(name),
			 clean ? duration(entry, "down_us") : 0,
			 duration(entry, "boot_us"));
}
