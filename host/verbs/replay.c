// SPDX-License-Identifier: Apache-2.0
/*
 * host/verbs/replay.c - print what a shim has kept of a guest's console
 *
 * Theory of operation: the shim is asked for the lines from a position on,
 * again and again until its end is reached. What the guest says meanwhile does
 * not move that end: it is the one that the first answer told.
 */
#include "host/verbs/replay.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/utf8.h"

#include "host/link/client.h"
#include "host/verbs/show.h"
#include "host/verbs/verbs.h"

enum { ANSWER_MS = 10000 };

struct replay {
	bool timestamps;
	bool midway; /* the last line printed goes on */
	json_int_t next, end;
};

/* "2026-11-22 02:20:00.123 " */
static void print_time(json_int_t us)
{
	char text[32];

	if (show_time(text, sizeof(text), (time_t)(us / 1000000)))
		printf("%s.%03d ", text, (int)(us / 1000 % 1000));
}

static void print_text(const char *text)
{
	char *tame = strdup(text);

	if (!tame)
		return;
	utf8_tame(tame, strlen(tame));
	fputs(tame, stdout);
	free(tame);
}

static void print_lines(struct replay *r, const json_t *lines)
{
	json_t *line;
	size_t i;

	json_array_foreach(lines, i, line)
	{
		json_t *text = json_object_get(line, "text");

		if (r->timestamps && !r->midway)
			print_time(json_integer_value(
				json_object_get(line, "time_us")));
		if (json_is_string(text))
			print_text(json_string_value(text));
		r->midway = json_is_false(json_object_get(line, "ended"));
		if (!r->midway)
			putchar('\n');
	}
}

/* Return: 0; -EPROTO: the answer leads nowhere; else as client_call() */
static int ask(struct replay *r, const char *name, char *error)
{
	json_int_t next = -1, end = -1;
	json_t *reply;
	int code = client_call(name, "Console",
			       json_pack("{s:I}", "position", r->next),
			       ANSWER_MS, &reply, error);

	if (code < 0)
		return code;
	(void)json_unpack(reply, "{s:I, s:I}", "next", &next, "end", &end);
	if (r->end < 0)
		r->end = end;
	if (end < 0 || (next <= r->next && r->next < r->end))
		code = sentence(error, -EPROTO,
				"%s: its shim's answer leads nowhere", name);
	else
		print_lines(r, json_object_get(reply, "lines"));
	r->next = next;
	json_decref(reply);
	return code;
}

int replay_console(const char *name, bool timestamps)
{
	struct replay r = { .timestamps = timestamps, .end = -1 };
	char error[SENTENCE_MAX];
	int code;

	do
		code = ask(&r, name, error);
	while (code == 0 && r.next < r.end);
	if (r.midway)
		putchar('\n');
	return code < 0 ? verb_refuse(error) : VERB_DONE;
}
