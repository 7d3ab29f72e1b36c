// SPDX-License-Identifier: Apache-2.0
/*
 * host/verbs/show_plan.c - what a reboot would do now, for people
 */
#include "host/verbs/show.h"

#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include "common/utf8.h"
#include "host/core/admission.h"

enum { CELL = 32, TEXT = 512 };

static const char *word(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

/* A line of what the shim said, and a newline. */
__attribute__((format(printf, 2, 3))) static void line(FILE *out,
						       const char *fmt, ...)
{
	char text[TEXT];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	utf8_mend(text);
	fprintf(out, "%s\n", text);
}

static void time_cell(const json_t *object, const char *key, char text[CELL])
{
	const json_t *us = json_object_get(object, key);

	if (json_is_integer(us) && json_integer_value(us) >= 0)
		show_duration(text, CELL, (uint64_t)json_integer_value(us));
	else
		snprintf(text, CELL, "-");
}

static void show_option(FILE *out, const json_t *option, const char *plan)
{
	json_int_t samples =
		json_integer_value(json_object_get(option, "samples"));
	json_int_t peak =
		json_integer_value(json_object_get(option, "peak_bytes"));
	bool model = strcmp(word(option, "basis"), "model") == 0;
	const char *strategy = word(option, "strategy");
	char likely[CELL], worst[CELL], from[CELL];

	time_cell(option, "downtime_us", likely);
	time_cell(option, "worst_us", worst);
	if (model)
		snprintf(from, sizeof(from), "assumed");
	else
		snprintf(from, sizeof(from), "last %lld", (long long)samples);
	line(out, "%c %-12s %9s %9s  %-8s %7lld MiB  %s",
	     strcmp(strategy, plan) == 0 ? '*' : ' ', strategy, likely, worst,
	     from, (long long)(peak >> 20), word(option, "obstacle"));
}

/* Would a second one fit beside it? */
static void show_spare(FILE *out, const json_t *spare)
{
	json_int_t need =
		json_integer_value(json_object_get(spare, "need_bytes"));
	json_int_t has =
		json_integer_value(json_object_get(spare, "spare_bytes"));
	char missing[ADMISSION_SIZE] = "";

	if (!spare)
		return;
	if (has >= 0 && need > has)
		admission_size((uint64_t)(need - has), missing);
	line(out, "a second one beside it: %s%s%s%s", word(spare, "sentence"),
	     missing[0] ? ": " : "", missing, missing[0] ? " more" : "");
}

void show_plan(FILE *out, const json_t *plan)
{
	const json_t *better = json_object_get(plan, "better");
	const json_t *budget = json_object_get(plan, "budget");
	bool held = json_is_true(json_object_get(budget, "held"));
	const char *strategy = word(plan, "strategy");
	const json_t *option;
	size_t i;

	line(out, "%s: %s: %s", word(plan, "name"), strategy,
	     word(plan, "reason"));
	fprintf(out, "  %-12s %9s %9s  %-8s %11s  %s\n", "HOW", "DOWN",
		"AT WORST", "FROM", "PEAK", "WOULD NEED");
	json_array_foreach(json_object_get(plan, "options"), i, option)
		show_option(out, option, strategy);
	show_spare(out, json_object_get(plan, "memory"));
	if (better)
		line(out, "faster: %s: %s", word(better, "strategy"),
		     word(better, "how"));
	if (budget)
		line(out, "%s%s%s%s",
		     held ? "within the budget: " : "not within the budget",
		     held ? word(budget, "strategy") : "",
		     word(budget, "sentence")[0] ? ": " : "",
		     word(budget, "sentence"));
}
