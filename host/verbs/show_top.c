// SPDX-License-Identifier: Apache-2.0
/*
 * host/verbs/show_top.c - the memory of this host, for people
 *
 *	the host: 12.3 GiB of 64.0 GiB to spare; 2 run, promised 24.0 GiB; ...
 *	NAME              GEN STATE                MEMORY  DRAINED, OR WAITS FOR
 *	web                 3 serving             2.1 GiB
 *	web                 2 draining           51.6 GiB  [##--------] 12.4 of
 *	db                  1 waiting for memory        -  it needs 2.1 GiB, ...
 */
#include "host/verbs/show_top.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "common/utf8.h"
#include "host/core/admission.h"
#include "host/verbs/show.h"
#include "host/verbs/show_drain.h"

static const char empty_bar[] = "[------------] ";
enum { BAR = sizeof(empty_bar) - 4 };

struct line {
	const char *name, *state, *more;
	uint64_t generation, bytes; /* 0: none, or not known */
};

static uint64_t number(const json_t *object, const char *key)
{
	json_int_t n = json_integer_value(json_object_get(object, key));

	return n > 0 ? (uint64_t)n : 0;
}

/* Return: of what nobody says: "" */
static const char *word(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static void show_line(FILE *out, const struct line *l)
{
	char size[ADMISSION_SIZE] = "-", generation[24] = "-", text[512];

	if (l->bytes)
		admission_size(l->bytes, size);
	if (l->generation)
		snprintf(generation, sizeof(generation), "%llu",
			 (unsigned long long)l->generation);
	show_column(out, l->name, 17);
	fprintf(out, " %3s ", generation);
	show_column(out, l->state, 18);
	snprintf(text, sizeof(text), "%s%s", l->more[0] ? "  " : "", l->more);
	utf8_mend(text);
	fprintf(out, " %9s%s\n", size, text);
}

/* "[####--------] " of what is back; "" where nobody can tell. */
static void draw(const json_t *teardown, char bar[static sizeof(empty_bar)])
{
	double at_exit = (double)number(teardown, "at_exit_bytes");
	double held = (double)number(teardown, "held_bytes");

	bar[0] = '\0';
	if (at_exit < 1)
		return;
	strcpy(bar, empty_bar);
	if (held < at_exit)
		memset(bar + 1, '#',
		       (size_t)(BAR * (at_exit - held) / at_exit));
}

static void drain_line(FILE *out, const char *name, const json_t *teardown)
{
	char bar[sizeof(empty_bar)], progress[DRAIN_TEXT];
	char more[sizeof(bar) + sizeof(progress)];

	draw(teardown, bar);
	show_drain(teardown, progress);
	snprintf(more, sizeof(more), "%s%s", bar, progress);
	show_line(out, &(struct line){
			       .name = name,
			       .state = "draining",
			       .more = more,
			       .generation = number(teardown, "generation"),
			       .bytes = number(teardown, "held_bytes"),
		       });
}

/* An appliance whose end is waited for has no other generation any more. */
static void appliance_lines(FILE *out, const json_t *entry)
{
	const json_t *status = json_object_get(entry, "status");
	const json_t *draining = json_object_get(status, "draining");
	const json_t *teardown;
	size_t i;

	if (strcmp(word(entry, "state"), "draining") != 0 ||
	    !json_array_size(draining))
		show_line(out,
			  &(struct line){
				  .name = word(entry, "name"),
				  .state = word(entry, "state"),
				  .more = word(status, "waits_for"),
				  .generation = number(status, "generation"),
				  .bytes = number(status, "memory_bytes"),
			  });
	json_array_foreach(draining, i, teardown)
		drain_line(out, word(entry, "name"), teardown);
}

static void part(FILE *out, const json_t *host, const char *key,
		 const char *what)
{
	const json_t *of = json_object_get(host, key);
	char size[ADMISSION_SIZE];

	if (number(of, "count"))
		fprintf(out, "; %llu %s %s",
			(unsigned long long)number(of, "count"), what,
			admission_size(number(of, "bytes"), size));
}

static void head(FILE *out, const json_t *host)
{
	char total[ADMISSION_SIZE], headroom[ADMISSION_SIZE], text[512];

	if (json_object_get(host, "error")) {
		snprintf(text, sizeof(text), "%s", word(host, "error"));
		utf8_mend(text);
		fprintf(out, "the host: %s\n", text);
		return;
	}
	fprintf(out, "the host: %s of %s to spare",
		admission_size(number(host, "headroom_bytes"), headroom),
		admission_size(number(host, "total_bytes"), total));
	part(out, host, "live", "live, promised");
	part(out, host, "draining", "draining, of");
	part(out, host, "waiting", "waiting for");
	fputc('\n', out);
}

void show_top(FILE *out, const json_t *top)
{
	const json_t *entry;
	size_t i;

	head(out, json_object_get(top, "host"));
	fprintf(out, "%-17s %3s %-18s %9s  %s\n", "NAME", "GEN", "STATE",
		"MEMORY", "DRAINED, OR WAITS FOR");
	json_array_foreach(json_object_get(top, "appliances"), i, entry)
		appliance_lines(out, entry);
}
