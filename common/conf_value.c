// SPDX-License-Identifier: Apache-2.0
/*
 * common/conf_value.c - strict files of `[section]` and `key = value`: values
 *
 * A number with a unit needs its unit: "512" may mean anything.
 */
#include "common/conf.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/array.h"

struct unit {
	const char *name;
	uint64_t factor;
};

static const struct unit byte_units[] = {
	{ "KiB", 1ULL << 10 },
	{ "MiB", 1ULL << 20 },
	{ "GiB", 1ULL << 30 },
	{ "TiB", 1ULL << 40 },
};

static const struct unit ms_units[] = {
	{ "ms", 1 },
	{ "s", 1000 },
	{ "min", 60000 },
};

bool conf_digits(const char *s, const char **end, uint64_t *v)
{
	const char *p = s;

	*v = 0;
	for (; *p >= '0' && *p <= '9'; p++) {
		uint64_t d = (uint64_t)(*p - '0');

		if (*v > (UINT64_MAX - d) / 10)
			return false;
		*v = *v * 10 + d;
	}
	*end = p;
	return p != s;
}

static bool with_unit(const char *s, const struct unit *units, size_t count,
		      uint64_t *v)
{
	const char *rest;

	if (!conf_digits(s, &rest, v))
		return false;
	rest += strspn(rest, " ");
	for (size_t i = 0; i < count; i++) {
		if (strcmp(rest, units[i].name) != 0)
			continue;
		return !__builtin_mul_overflow(*v, units[i].factor, v);
	}
	return false;
}

static int out_of_range(const struct conf_key *k, uint64_t unit,
			const char *name, char *why)
{
	snprintf(why, CONF_ERROR_MAX, "write %llu to %llu%s",
		 (unsigned long long)(k->min / unit),
		 (unsigned long long)(k->max / unit), name);
	return -EINVAL;
}

static int text_value(const struct conf_key *k, const char *value, void *at,
		      char *why)
{
	if (*value && strlen(value) < k->max) {
		memcpy(at, value, strlen(value) + 1);
		return 0;
	}
	snprintf(why, CONF_ERROR_MAX, "write 1 to %llu characters%s%s",
		 (unsigned long long)(k->max - 1), k->text ? ": " : "",
		 k->text ? k->text : "");
	return -EINVAL;
}

/* It may stand in a path, in a sentence, and in JSON. */
static int word_value(const struct conf_key *k, const char *value, void *at,
		      char *why)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789._+~-";

	if (value[0] != '.' && !value[strspn(value, plain)])
		return text_value(k, value, at, why);
	snprintf(why, CONF_ERROR_MAX,
		 "write one word of letters, digits, . _ + ~ and -, and no . "
		 "first");
	return -EINVAL;
}

static int bytes_value(const struct conf_key *k, const char *value, void *at,
		       char *why)
{
	uint64_t v;

	if (!with_unit(value, byte_units, ARRAY_SIZE(byte_units), &v)) {
		snprintf(why, CONF_ERROR_MAX,
			 "write a number and a unit (KiB, MiB, GiB, TiB), "
			 "as in 512 MiB");
		return -EINVAL;
	}
	if (v < k->min || v > k->max)
		return out_of_range(k, 1 << 20, " MiB", why);
	memcpy(at, &v, sizeof(v));
	return 0;
}

static int ms_value(const struct conf_key *k, const char *value, void *at,
		    char *why)
{
	uint64_t v;
	uint32_t ms;

	if (!with_unit(value, ms_units, ARRAY_SIZE(ms_units), &v)) {
		snprintf(why, CONF_ERROR_MAX,
			 "write a number and a unit (ms, s, min), as in 30 s");
		return -EINVAL;
	}
	if (v < k->min || v > k->max || v > UINT32_MAX)
		return out_of_range(k, 1, " ms", why);
	ms = (uint32_t)v;
	memcpy(at, &ms, sizeof(ms));
	return 0;
}

static int number_value(const struct conf_key *k, const char *value, void *at,
			char *why)
{
	const char *end;
	uint64_t v;
	uint32_t n;

	if (!conf_digits(value, &end, &v) || *end || v < k->min || v > k->max ||
	    v > UINT32_MAX)
		return out_of_range(k, 1, ", a plain number", why);
	n = (uint32_t)v;
	memcpy(at, &n, sizeof(n));
	return 0;
}

static int flag_value(const struct conf_key *k, const char *value, void *at,
		      char *why)
{
	bool yes = strcmp(value, "yes") == 0;

	(void)k;
	if (!yes && strcmp(value, "no") != 0) {
		snprintf(why, CONF_ERROR_MAX, "write yes or no");
		return -EINVAL;
	}
	memcpy(at, &yes, sizeof(yes));
	return 0;
}

static int choice_value(const struct conf_key *k, const char *value, void *at,
			char *why)
{
	char list[256] = "";

	for (int i = 0; k->choices[i]; i++) {
		if (strcmp(k->choices[i], value) == 0) {
			memcpy(at, &i, sizeof(i));
			return 0;
		}
	}
	for (int i = 0; k->choices[i]; i++)
		conf_append(list, sizeof(list), k->choices[i]);
	snprintf(why, CONF_ERROR_MAX, "write one of: %s", list);
	return -EINVAL;
}

static int call_value(const struct conf_key *k, const char *value, void *into,
		      char *why)
{
	const char *wanted = k->add(into, value);

	if (!wanted)
		return 0;
	snprintf(why, CONF_ERROR_MAX, "%s", wanted);
	return -EINVAL;
}

int conf_value(const struct conf_key *k, const char *value, void *into,
	       char *why)
{
	static int (*const by_type[])(const struct conf_key *k,
				      const char *value, void *at,
				      char *why) = {
		[CONF_TEXT] = text_value,     [CONF_WORD] = word_value,
		[CONF_BYTES] = bytes_value,   [CONF_MS] = ms_value,
		[CONF_NUMBER] = number_value, [CONF_FLAG] = flag_value,
		[CONF_CHOICE] = choice_value, [CONF_CALL] = call_value,
	};
	char *base = into;

	return by_type[k->type](k, value, base + k->at, why);
}
