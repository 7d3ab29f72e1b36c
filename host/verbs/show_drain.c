// SPDX-License-Identifier: Apache-2.0
/*
 * host/verbs/show_drain.c - generations that drain, and who waits, for people
 */
#include "host/verbs/show_drain.h"

#include <stdint.h>
#include <string.h>

#include "common/utf8.h"
#include "host/core/admission.h"
#include "host/verbs/show.h"

/* Numbers of one teardown, or of several together. */
struct sum {
	uint64_t at_exit, held;
	struct drain_outlook outlook;
	bool endless; /* of one of them nobody can say when it will be back */
};

static uint64_t number(const json_t *object, const char *key)
{
	json_int_t n = json_integer_value(json_object_get(object, key));

	return n > 0 ? (uint64_t)n : 0;
}

/* They share the host: the last one to end takes as long as they all do. */
static void add(struct sum *s, const json_t *teardown)
{
	uint64_t left_us = number(teardown, "left_us");

	s->at_exit += number(teardown, "at_exit_bytes");
	s->held += number(teardown, "held_bytes");
	s->outlook.rate += number(teardown, "rate");
	if (left_us > s->outlook.left_us)
		s->outlook.left_us = left_us;
	s->endless |= number(teardown, "held_bytes") && !left_us;
}

static void say(const struct sum *s, char *text, size_t size)
{
	static const struct drain_outlook unknown;

	admission_progress(s->at_exit, s->held,
			   s->endless ? &unknown : &s->outlook, text, size);
}

void show_drain(const json_t *teardown, char text[static DRAIN_TEXT])
{
	char since[32];
	struct sum s = { 0 };

	add(&s, teardown);
	if (s.at_exit) {
		say(&s, text, DRAIN_TEXT);
		return;
	}
	show_duration(since, sizeof(since), number(teardown, "draining_us"));
	snprintf(text, DRAIN_TEXT, "for %s", since);
}

static void word(const json_t *object, const char *key,
		 char text[static DRAIN_TEXT])
{
	const char *is = json_string_value(json_object_get(object, key));

	snprintf(text, DRAIN_TEXT, "%s", is ? is : "");
	utf8_mend(text);
}

void show_wait(const json_t *status, char text[static DRAIN_TEXT])
{
	char state[DRAIN_TEXT], waits_for[DRAIN_TEXT], progress[128];
	const json_t *teardown;
	struct sum s = { 0 };
	bool ends;
	size_t i;

	word(status, "state", state);
	word(status, "waits_for", waits_for);
	ends = strcmp(state, "draining") == 0;
	json_array_foreach(json_object_get(status, "draining"), i, teardown)
		add(&s, teardown);
	say(&s, progress, sizeof(progress));
	if (ends)
		snprintf(text, DRAIN_TEXT, "%s", s.at_exit ? progress : "");
	else if (waits_for[0] && s.at_exit)
		snprintf(text, DRAIN_TEXT, "draining %s; %.200s", progress,
			 waits_for);
	else
		snprintf(text, DRAIN_TEXT, "%s", waits_for);
}

static void drain_row(FILE *out, const json_t *teardown, bool full,
		      drain_row_fn *row)
{
	char progress[DRAIN_TEXT], way[DRAIN_TEXT], text[2 * DRAIN_TEXT + 64];
	uint64_t helper = number(teardown, "helper");
	size_t n;

	show_drain(teardown, progress);
	n = (size_t)snprintf(text, sizeof(text), "generation %llu: %s",
			     (unsigned long long)number(teardown, "generation"),
			     progress);
	word(teardown, "way", way);
	if (full && way[0])
		n += (size_t)snprintf(text + n, sizeof(text) - n, "; %s", way);
	if (full && helper)
		snprintf(text + n, sizeof(text) - n, ", helper %llu",
			 (unsigned long long)helper);
	row(out, "draining", text);
}

void show_drain_rows(FILE *out, const json_t *status, bool full,
		     drain_row_fn *row)
{
	const json_t *teardown;
	char text[DRAIN_TEXT];
	size_t i;

	if (full && number(status, "memory_bytes"))
		row(out, "memory",
		    admission_size(number(status, "memory_bytes"), text));
	json_array_foreach(json_object_get(status, "draining"), i, teardown)
		drain_row(out, teardown, full, row);
	word(status, "waits_for", text);
	if (text[0])
		row(out, "waits", text);
}
