// SPDX-License-Identifier: Apache-2.0
/*
 * host/config/life.c - struct lc_saved as JSON, for the record
 *
 * Theory of operation: two tables say which member is which key: numbers and
 * truths by offset and width, enumerations by the function that names them.
 * Both directions walk the same tables, so they cannot disagree.
 */
#include "host/config/life.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "common/array.h"

struct number {
	char key[14];
	uint8_t width;
	uint16_t at;
};

typedef const char *name_fn(int value);

struct named {
	char key[10];
	uint16_t at;
	int count;
	name_fn *name;
};

#define NUMBER(type, member)                                                   \
	{                                                                      \
#member, sizeof(((struct type *)0)->member),                   \
			offsetof(struct type, member)                          \
	}
#define NAMED(type, member, count, fn)                                         \
	{                                                                      \
#member, offsetof(struct type, member), count, fn              \
	}

static const char *name_state(int v)
{
	return lc_state_name((enum lc_state)v);
}

static const char *name_cause(int v)
{
	return cause_name((enum cause)v);
}

static const char *name_strategy(int v)
{
	return strategy_name((enum strategy)v);
}

static const char *name_stage(int v)
{
	static const char names[EPOCH_STAGES][12] = {
		[STAGE_SILENT] = "silent",
		[STAGE_HELLO] = "hello",
		[STAGE_READY] = "ready",
		[STAGE_INTENT] = "intent",
		[STAGE_UNCOMMITTED] = "uncommitted",
		[STAGE_UNCLEAN] = "unclean",
		[STAGE_REBOOT] = "reboot",
		[STAGE_POWEROFF] = "poweroff",
		[STAGE_UPDATE] = "update",
	};

	return names[v];
}

static const char *name_wish(int v)
{
	static const char names[WISHES][10] = {
		[WISH_NONE] = "none",	      [WISH_REBOOT] = "reboot",
		[WISH_IN_PLACE] = "in place", [WISH_FULL] = "full",
		[WISH_STOP] = "stop",	      [WISH_STOP_NOW] = "stop now",
		[WISH_SHUTDOWN] = "shutdown",
	};

	return names[v];
}

static const struct number life_numbers[] = {
	NUMBER(lc_saved, generation), NUMBER(lc_saved, boot),
	NUMBER(lc_saved, secure),     NUMBER(lc_saved, intent),
	NUMBER(lc_saved, icause),     NUMBER(lc_saved, boot_stage),
	NUMBER(lc_saved, detail),     NUMBER(lc_saved, granted_ms),
	NUMBER(lc_saved, wish_acted), NUMBER(lc_saved, insist),
	NUMBER(lc_saved, wish_us),    NUMBER(lc_saved, wish_tries),
	NUMBER(lc_saved, cont_us),    NUMBER(lc_saved, crash_count),
	NUMBER(lc_saved, failures),   NUMBER(lc_saved, other_image),
	NUMBER(lc_saved, ending),     NUMBER(lc_saved, served_us),
	NUMBER(lc_saved, held),	      NUMBER(lc_saved, gave_way),
};

static const struct named life_names[] = {
	NAMED(lc_saved, state, LC_STATES, name_state),
	NAMED(lc_saved, stage, EPOCH_STAGES, name_stage),
	NAMED(lc_saved, wish, WISHES, name_wish),
};

static const struct number proof_numbers[] = {
	NUMBER(proof, dirty_kib), NUMBER(proof, writeback_kib),
	NUMBER(proof, inflight),  NUMBER(proof, rw_mounts),
	NUMBER(proof, processes),
};

static const struct number passage_numbers[] = {
	NUMBER(passage, wish_us),
	NUMBER(passage, tries),
	NUMBER(passage, failed),
};

static const struct named passage_names[] = {
	NAMED(passage, cause, CAUSES, name_cause),
	NAMED(passage, strategy, STRATEGIES, name_strategy),
};

/* All members here are unsigned, of one of these widths. */
static uint64_t get(const void *from, const struct number *n)
{
	const uint8_t *at = (const uint8_t *)from + n->at;
	uint64_t u64 = 0;
	uint32_t u32 = 0;

	if (n->width == sizeof(u64))
		memcpy(&u64, at, sizeof(u64));
	else if (n->width == sizeof(u32))
		memcpy(&u32, at, sizeof(u32));
	else
		u32 = *at;
	return n->width == sizeof(u64) ? u64 : u32;
}

static int put(void *to, const struct number *n, json_int_t value)
{
	uint8_t *at = (uint8_t *)to + n->at;
	uint64_t u64 = (uint64_t)value;
	uint32_t u32 = (uint32_t)u64;
	uint8_t u8 = (uint8_t)u64;

	if (value < 0 || (n->width == sizeof(u32) && u64 != u32) ||
	    (n->width == sizeof(u8) && u64 != u8))
		return -EBADMSG;
	if (n->width == sizeof(u64))
		memcpy(at, &u64, sizeof(u64));
	else if (n->width == sizeof(u32))
		memcpy(at, &u32, sizeof(u32));
	else
		*at = u8;
	return 0;
}

static void add_numbers(json_t *object, const void *from,
			const struct number *table, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint64_t value = get(from, &table[i]);

		if (value)
			json_object_set_new(object, table[i].key,
					    json_integer((json_int_t)value));
	}
}

static int read_numbers(const json_t *object, void *to,
			const struct number *table, size_t count)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < count; i++)
		r = put(to, &table[i],
			json_integer_value(
				json_object_get(object, table[i].key)));
	return r;
}

/* Enumerations are unsigned int here: none has a negative member. */
static void add_names(json_t *object, const void *from,
		      const struct named *table, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		unsigned int value;

		memcpy(&value, (const uint8_t *)from + table[i].at,
		       sizeof(value));
		json_object_set_new(object, table[i].key,
				    json_string(table[i].name((int)value)));
	}
}

static int read_name(const json_t *object, void *to, const struct named *row)
{
	const char *text = json_string_value(json_object_get(object, row->key));

	for (int v = 0; text && v < row->count; v++) {
		unsigned int value = (unsigned int)v;

		if (!row->name(v) || strcmp(row->name(v), text) != 0)
			continue;
		memcpy((uint8_t *)to + row->at, &value, sizeof(value));
		return 0;
	}
	return -EBADMSG;
}

static int read_names(const json_t *object, void *to, const struct named *table,
		      size_t count)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < count; i++)
		r = read_name(object, to, &table[i]);
	return r;
}

static json_t *passage_json(const struct passage *p)
{
	json_t *object = json_object();
	json_t *marks = json_object();

	add_numbers(object, p, passage_numbers, ARRAY_SIZE(passage_numbers));
	add_names(object, p, passage_names, ARRAY_SIZE(passage_names));
	json_object_set_new(object, "evidence", json_string(p->evidence));
	for (int i = 0; i < MARKS; i++)
		if (p->marks.at_us[i])
			json_object_set_new(
				marks, mark_name((enum mark)i),
				json_integer((json_int_t)p->marks.at_us[i]));
	json_object_set_new(object, "marks", marks);
	return object;
}

static int read_passage(const json_t *object, struct passage *p)
{
	const json_t *marks = json_object_get(object, "marks");
	const char *evidence =
		json_string_value(json_object_get(object, "evidence"));

	for (int i = 0; i < MARKS; i++)
		p->marks.at_us[i] = (uint64_t)json_integer_value(
			json_object_get(marks, mark_name((enum mark)i)));
	snprintf(p->evidence, sizeof(p->evidence), "%s",
		 evidence ? evidence : "");
	return read_numbers(object, p, passage_numbers,
			    ARRAY_SIZE(passage_numbers)) < 0 ||
			       read_names(object, p, passage_names,
					  ARRAY_SIZE(passage_names)) < 0
		       ? -EBADMSG
		       : 0;
}

json_t *life_json(const struct lc_saved *s)
{
	json_t *object = json_object();
	json_t *crashes = json_array();
	json_t *proof = json_object();
	char epoch[17];

	add_names(object, s, life_names, ARRAY_SIZE(life_names));
	add_numbers(object, s, life_numbers, ARRAY_SIZE(life_numbers));
	add_numbers(proof, &s->proof, proof_numbers, ARRAY_SIZE(proof_numbers));
	snprintf(epoch, sizeof(epoch), "%016llx", (unsigned long long)s->epoch);
	json_object_set_new(object, "epoch", json_string(epoch));
	json_object_set_new(object, "proof", proof);
	for (int i = 0; i < LC_CRASHES; i++)
		json_array_append_new(
			crashes, json_integer((json_int_t)s->crashes_us[i]));
	json_object_set_new(object, "crashes_us", crashes);
	json_object_set_new(object, "now", passage_json(&s->now));
	json_object_set_new(object, "last", passage_json(&s->last));
	return object;
}

static int read_epoch(const json_t *object, struct lc_saved *s)
{
	const char *text = json_string_value(json_object_get(object, "epoch"));
	unsigned long long epoch;
	char rest;

	if (!text || sscanf(text, "%16llx%c", &epoch, &rest) != 1)
		return -EBADMSG;
	s->epoch = epoch;
	return 0;
}

static void read_crashes(const json_t *object, struct lc_saved *s)
{
	const json_t *crashes = json_object_get(object, "crashes_us");

	for (size_t i = 0; i < LC_CRASHES; i++)
		s->crashes_us[i] = (uint64_t)json_integer_value(
			json_array_get(crashes, i));
}

int life_read(const json_t *object, struct lc_saved *s)
{
	int r = read_names(object, s, life_names, ARRAY_SIZE(life_names));

	if (r == 0)
		r = read_numbers(object, s, life_numbers,
				 ARRAY_SIZE(life_numbers));
	if (r == 0)
		r = read_numbers(json_object_get(object, "proof"), &s->proof,
				 proof_numbers, ARRAY_SIZE(proof_numbers));
	if (r == 0)
		r = read_epoch(object, s);
	if (r == 0 && s->intent >= INTENTS)
		r = -EBADMSG;
	read_crashes(object, s);
	if (r == 0)
		r = read_passage(json_object_get(object, "now"), &s->now);
	if (r == 0)
		r = read_passage(json_object_get(object, "last"), &s->last);
	return r;
}
