// SPDX-License-Identifier: Apache-2.0
/*
 * host/verbs/show_history.c - the table of what an appliance did
 *
 * A column stands for what people would call one step, which may be more than
 * one phase; a step that no line has is left out.
 */
#include "host/verbs/show.h"

#include <stdbool.h>
#include <string.h>

#include "common/array.h"

enum { CELL = 32 };

static const struct step {
	char head[8];
	char phases[3][16]; /* "": none */
} steps[] = {
	{ "ASK", { "guest's intent" } },
	{ "QUIESCE", { "quiesce" } },
	{ "END", { "guest's end", "VM stopped", "decision" } },
	{ "RESET", { "QEMU's reset", "continue" } },
	{ "EXIT", { "QEMU's end" } },
	{ "DRAIN", { "memory back" } },
	{ "LAUNCH", { "launch", "QEMU's start" } },
	{ "KERNEL", { "guest's kernel" } },
	{ "PAYLOAD", { "payload ready" } },
	{ "OTHER", { "" } },
};
enum { STEPS = ARRAY_SIZE(steps), OTHER = STEPS - 1 };

static size_t step_of(const char *phase)
{
	for (size_t i = 0; i < OTHER; i++)
		for (size_t j = 0; j < ARRAY_SIZE(steps[i].phases); j++)
			if (phase[0] && strcmp(steps[i].phases[j], phase) == 0)
				return i;
	return OTHER;
}

/* Add up the steps of @entry. */
static void add_steps(const json_t *entry, uint64_t us[STEPS])
{
	const json_t *phase;
	size_t i;

	json_array_foreach(json_object_get(entry, "phases"), i, phase)
	{
		const char *name =
			json_string_value(json_object_get(phase, "name"));
		json_int_t n = json_integer_value(json_object_get(phase, "us"));

		if (name && n > 0)
			us[step_of(name)] += (uint64_t)n;
	}
}

static void cell(FILE *out, uint64_t us)
{
	char text[CELL] = "-";

	if (us)
		show_duration(text, sizeof(text), us);
	fprintf(out, " %9s", text);
}

static const char *word(const json_t *entry, const char *key)
{
	const char *value = json_string_value(json_object_get(entry, key));

	return value ? value : "-";
}

static void when(const json_t *entry, char text[CELL])
{
	time_t s =
		(time_t)(json_integer_value(json_object_get(entry, "at_ms")) /
			 1000);

	if (s <= 0 || !show_time(text, CELL, s))
		snprintf(text, CELL, "-");
}

static void show_entry(FILE *out, const json_t *entry,
		       const uint64_t all[STEPS])
{
	json_int_t down = json_integer_value(json_object_get(entry, "down_us"));
	const char *strategy = word(entry, "strategy");
	bool start = strcmp(strategy, "none") == 0;
	uint64_t us[STEPS] = { 0 };
	char at[CELL];

	when(entry, at);
	fprintf(out, "%-19s ", at);
	show_column(out, start ? "start" : strategy, 11);
	fputc(' ', out);
	show_column(out, start ? "-" : word(entry, "cause"), 26);
	cell(out, down > 0 ? (uint64_t)down : 0);
	add_steps(entry, us);
	for (size_t i = 0; i < STEPS; i++)
		if (all[i])
			cell(out, us[i]);
	fputc('\n', out);
}

void show_history(FILE *out, const json_t *entries)
{
	uint64_t all[STEPS] = { 0 };
	const json_t *entry;
	size_t i;

	json_array_foreach(entries, i, entry) add_steps(entry, all);
	fprintf(out, "%-19s %-11s %-26s %9s", "WHEN", "HOW", "CAUSE", "DOWN");
	for (i = 0; i < STEPS; i++)
		if (all[i])
			fprintf(out, " %9s", steps[i].head);
	fputc('\n', out);
	json_array_foreach(entries, i, entry) show_entry(out, entry, all);
}
