// SPDX-License-Identifier: Apache-2.0
/*
 * host/verbs/show.c - the shim's answers, for people
 */
#include "host/verbs/show.h"

#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "common/array.h"
#include "common/utf8.h"
#include "host/verbs/colour.h"
#include "host/verbs/show_drain.h"

enum { WORD = 128, LABEL = 16 };

void show_duration(char *buf, size_t size, uint64_t us)
{
	uint64_t s = us / 1000000;

	if (us < 1000)
		snprintf(buf, size, "%u us", (unsigned int)us);
	else if (us < 1000000)
		snprintf(buf, size, "%.1f ms", (double)us / 1e3);
	else if (s < 60)
		snprintf(buf, size, "%.2f s", (double)us / 1e6);
	else if (s < 3600)
		snprintf(buf, size, "%u min %u s", (unsigned int)(s / 60),
			 (unsigned int)(s % 60));
	else if (s < 86400)
		snprintf(buf, size, "%u h %u min", (unsigned int)(s / 3600),
			 (unsigned int)(s / 60 % 60));
	else
		snprintf(buf, size, "%llu d %u h",
			 (unsigned long long)(s / 86400),
			 (unsigned int)(s / 3600 % 24));
}

/* Not by strftime(3), which knows languages: 4 KiB of musl. */
bool show_time(char *buf, size_t size, time_t s)
{
	struct tm tm;

	if (!localtime_r(&s, &tm))
		return false;
	snprintf(buf, size, "%04d-%02d-%02d %02d:%02d:%02d", tm.tm_year + 1900,
		 tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
	return true;
}

void show_column(FILE *out, const char *text, unsigned int columns)
{
	char cell[64];
	size_t n;

	snprintf(cell, sizeof(cell), "%s", text);
	utf8_mend(cell);
	n = utf8_count(cell);
	fprintf(out, "%s%*s", cell, n < columns ? (int)(columns - n) : 0, "");
}

void show_json(FILE *out, const json_t *value, size_t layout)
{
	json_dumpf(value, out, layout | JSON_ENSURE_ASCII);
	fputc('\n', out);
}

/* A scalar as people read it. Return: false: there is nothing to say */
static bool word(const json_t *value, char *buf, size_t size)
{
	const char *text = json_string_value(value);

	if (text)
		snprintf(buf, size, "%s", text);
	else if (json_is_integer(value))
		snprintf(buf, size, "%lld",
			 (long long)json_integer_value(value));
	else if (json_is_boolean(value))
		snprintf(buf, size, "%s", json_is_true(value) ? "yes" : "no");
	else
		return false;
	utf8_mend(buf);
	return buf[0] != '\0';
}

static bool member(const json_t *object, const char *key, char *buf,
		   size_t size)
{
	return word(json_object_get(object, key), buf, size);
}

static bool member_duration(const json_t *object, const char *key, char *buf,
			    size_t size)
{
	const json_t *us = json_object_get(object, key);

	if (!json_is_integer(us) || json_integer_value(us) < 0)
		return false;
	show_duration(buf, size, (uint64_t)json_integer_value(us));
	return true;
}

static void row(FILE *out, const char *label, const char *value)
{
	fprintf(out, "  %-*s %s\n", LABEL, label, value);
}

static void image_row(FILE *out, const json_t *status)
{
	char name[WORD], version[WORD] = "", arch[WORD] = "?";
	char text[3 * WORD + 8];

	if (!member(status, "image", name, sizeof(name)))
		return;
	member(status, "version", version, sizeof(version));
	member(status, "architecture", arch, sizeof(arch));
	snprintf(text, sizeof(text), "%s %s (%s)", name, version, arch);
	row(out, "image", text);
}

/* What most appliances never need is not shown as not there. */
static void secure_rows(FILE *out, const json_t *status)
{
	char text[WORD];

	if (member(status, "secure", text, sizeof(text)) &&
	    strcmp(text, "yes") == 0)
		row(out, "secure", text);
	if (member(status, "cleanup", text, sizeof(text)) &&
	    strcmp(text, "none") != 0)
		row(out, "cleanup", text);
}

static void forward_rows(FILE *out, const json_t *status)
{
	const json_t *list = json_object_get(status, "forwards");
	const json_t *forward;
	size_t i;

	json_array_foreach(list, i, forward)
	{
		char address[WORD], port[WORD], guest[WORD], text[3 * WORD + 8];

		if (!member(forward, "address", address, sizeof(address)) ||
		    !member(forward, "port", port, sizeof(port)) ||
		    !member(forward, "guest", guest, sizeof(guest)))
			continue;
		snprintf(text, sizeof(text), "%s:%s -> %s", address, port,
			 guest);
		row(out, "forward", text);
	}
}

static void link_row(FILE *out, const json_t *status)
{
	const json_t *link = json_object_get(status, "link");
	char name[WORD], bridge[WORD], mac[WORD], text[3 * WORD + 8];

	if (!member(link, "name", name, sizeof(name)) ||
	    !member(link, "bridge", bridge, sizeof(bridge)) ||
	    !member(link, "mac", mac, sizeof(mac)))
		return;
	snprintf(text, sizeof(text), "%s on %s, %s", name, bridge, mac);
	row(out, "link", text);
}

static void passage_row(FILE *out, const json_t *status)
{
	const json_t *last = json_object_get(status, "last");
	char strategy[WORD], reason[WORD], took[WORD], text[3 * WORD + 8];

	if (!member(last, "strategy", strategy, sizeof(strategy)) ||
	    !member(last, "reason", reason, sizeof(reason)))
		return;
	if (!member_duration(last, "total_us", took, sizeof(took)))
		snprintf(took, sizeof(took), "?");
	snprintf(text, sizeof(text), "%s, %s: %s", strategy, took, reason);
	row(out, "last passage", text);
}

void show_status(FILE *out, const json_t *status)
{
	static const char *const keys[] = { "generation", "boot", "epoch",
					    "agent", "pid" };
	char text[WORD];

	if (!member(status, "name", text, sizeof(text)))
		snprintf(text, sizeof(text), "?");
	fprintf(out, "%s", text);
	if (member(status, "state", text, sizeof(text)))
		fprintf(out, ": %s", text);
	fprintf(out, "\n");
	image_row(out, status);
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (member(status, keys[i], text, sizeof(text)))
			row(out, keys[i], text);
	if (member(status, "failure", text, sizeof(text)))
		row(out, "failure", text);
	if (member(status, "boot_stage_name", text, sizeof(text)))
		row(out, "boot stage", text);
	if (member_duration(status, "uptime_us", text, sizeof(text)))
		row(out, "uptime", text);
	secure_rows(out, status);
	show_drain_rows(out, status, true, row);
	forward_rows(out, status);
	link_row(out, status);
	passage_row(out, status);
}

static void phase_row(FILE *out, const char *name, const json_t *object,
		      const char *key)
{
	char took[WORD];

	if (member_duration(object, key, took, sizeof(took)))
		fprintf(out, "  %-*s %12s\n", LABEL, name, took);
}

/* The guest's last words, where they belong to the cause. */
static void console_rows(FILE *out, const json_t *passage)
{
	const json_t *line;
	size_t i;

	json_array_foreach(json_object_get(passage, "console"), i, line)
	{
		char text[2 * WORD];

		if (word(line, text, sizeof(text)))
			row(out, i ? "" : "console", text);
	}
}

/* A wish that took more than one end: those before it failed. */
static void attempts_row(FILE *out, const json_t *passage)
{
	json_int_t n = json_integer_value(json_object_get(passage, "attempts"));
	char took[WORD], text[2 * WORD];

	if (n < 2 || !member_duration(passage, "waited_us", took, sizeof(took)))
		return;
	snprintf(text, sizeof(text), "%lld, %lld of them failed; %s altogether",
		 (long long)n, (long long)n - 1, took);
	row(out, "attempts", text);
}

void show_passage(FILE *out, const char *name, const json_t *passage)
{
	const json_t *phases = json_object_get(passage, "phases");
	char text[WORD];
	const json_t *phase;
	size_t i;

	if (!member(passage, "strategy", text, sizeof(text))) {
		fprintf(out, "%s: under way\n", name);
		return;
	}
	fprintf(out, "%s: %s", name, text);
	if (member(passage, "reason", text, sizeof(text)))
		fprintf(out, ": %s", text);
	fprintf(out, "\n");
	if (member(passage, "cause", text, sizeof(text)))
		row(out, "cause", text);
	if (member(passage, "evidence", text, sizeof(text)))
		row(out, "evidence", text);
	attempts_row(out, passage);
	json_array_foreach(phases, i, phase)
	{
		if (member(phase, "name", text, sizeof(text)))
			phase_row(out, text, phase, "us");
	}
	phase_row(out, "total", passage, "total_us");
	console_rows(out, passage);
}

enum { NAME_WIDTH = 16, STATE_WIDTH = 18 };

static void show_heads(FILE *out)
{
	fprintf(out, "%-*s %-*s %-16s %-8s %-4s %-4s %s\n", NAME_WIDTH, "NAME",
		STATE_WIDTH, "STATE", "IMAGE", "ARCH", "GEN", "BOOT", "UPTIME");
}

static void show_cell(FILE *out, const json_t *status, const char *key,
		      unsigned int width)
{
	char text[WORD];

	if (!member(status, key, text, sizeof(text)))
		snprintf(text, sizeof(text), "-");
	show_column(out, text, width);
	fputc(' ', out);
}

static void show_line(FILE *out, const json_t *entry, bool colour)
{
	const json_t *status = json_object_get(entry, "status");
	char state[WORD], uptime[WORD];

	if (!member(entry, "state", state, sizeof(state)))
		snprintf(state, sizeof(state), "-");
	if (!member_duration(status, "uptime_us", uptime, sizeof(uptime)))
		snprintf(uptime, sizeof(uptime), "-");
	show_cell(out, entry, "name", NAME_WIDTH);
	fputs(colour ? colour_of(state) : "", out);
	show_column(out, state, STATE_WIDTH);
	fprintf(out, "%s ", colour ? colour_end : "");
	show_cell(out, status, "image", 16);
	show_cell(out, status, "architecture", 8);
	show_cell(out, status, "generation", 4);
	show_cell(out, status, "boot", 4);
	fprintf(out, "%s\n", uptime);
}

/* Below its appliance, and what it is where that has its state. */
static void below(FILE *out, const char *label, const char *text)
{
	fprintf(out, "%-*s %-*s %s\n", NAME_WIDTH, "", STATE_WIDTH, label,
		text);
}

void show_list(FILE *out, const json_t *entries, bool colour)
{
	const json_t *entry;
	size_t i;

	show_heads(out);
	json_array_foreach(entries, i, entry)
	{
		show_line(out, entry, colour);
		show_drain_rows(out, json_object_get(entry, "status"), false,
				below);
	}
}
