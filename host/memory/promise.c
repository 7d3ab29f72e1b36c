// SPDX-License-Identifier: Apache-2.0
/*
 * host/memory/promise.c - a line of the ledger: one generation's memory
 */
#include "host/memory/promise.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static_assert(1 + 20 + 11 + 20 + 10 + 3 + APPLIANCE_NAME_SIZE - 1 + 6 +
			      PROMISE_GROUPS * 17 <
		      PROMISE_LINE,
	      "the longest line there can be has room for its newline");

void promise_write(const struct promised *m, char line[static PROMISE_LINE])
{
	size_t n = (size_t)snprintf(line, PROMISE_LINE,
				    "%d %" PRIu64 " %d %" PRIu64 " %d %" PRIu32
				    " %s",
				    (int)m->state, m->bytes, m->priority,
				    m->arrival, (int)m->pid, m->held, m->name);

	for (uint32_t i = 0; i < m->groups; i++)
		n += (size_t)snprintf(line + n, PROMISE_LINE - n, " %" PRIx64,
				      m->group[i]);
	memset(line + n, ' ', PROMISE_LINE - n);
	line[PROMISE_LINE - 1] = '\n';
}

/* The next word, if it is a number up to @max, without a sign. */
static bool number(const char **at, int base, uint64_t max, uint64_t *v)
{
	char *end;

	*at += strspn(*at, " ");
	if (!isxdigit((unsigned char)**at))
		return false;
	errno = 0;
	*v = strtoull(*at, &end, base);
	if (end == *at || errno || *v > max || (*end && *end != ' '))
		return false;
	*at = end;
	return true;
}

static bool signed_number(const char **at, int *v)
{
	uint64_t size;
	bool minus;

	*at += strspn(*at, " ");
	minus = **at == '-';
	*at += minus;
	if (!number(at, 10, INT_MAX, &size))
		return false;
	*v = minus ? -(int)size : (int)size;
	return true;
}

static bool word(const char **at, char name[static APPLIANCE_NAME_SIZE])
{
	size_t n;

	*at += strspn(*at, " ");
	n = strcspn(*at, " ");
	if (n >= APPLIANCE_NAME_SIZE)
		return false;
	memcpy(name, *at, n);
	name[n] = '\0';
	*at += n;
	return appliance_name_ok(name);
}

static bool read_groups(const char *at, struct promised *m)
{
	m->groups = 0;
	while (at[strspn(at, " ")])
		if (m->groups == PROMISE_GROUPS ||
		    !number(&at, 16, UINT64_MAX, &m->group[m->groups++]))
			return false;
	return true;
}

bool promise_read(const char line[static PROMISE_LINE], struct promised *m)
{
	uint64_t state, pid, held;
	char text[PROMISE_LINE];
	const char *at = text;

	memcpy(text, line, sizeof(text));
	if (text[PROMISE_LINE - 1] != '\n' || memchr(text, '\0', sizeof(text)))
		return false;
	text[PROMISE_LINE - 1] = '\0';
	if (!number(&at, 10, PROMISE_DRAINS, &state) ||
	    !number(&at, 10, UINT64_MAX, &m->bytes) ||
	    !signed_number(&at, &m->priority) ||
	    !number(&at, 10, UINT64_MAX, &m->arrival) ||
	    !number(&at, 10, INT_MAX, &pid) ||
	    !number(&at, 10, (1U << ADMISSION_DOMAINS) - 1, &held) ||
	    !word(&at, m->name))
		return false;
	m->state = (enum promise)state;
	m->pid = (pid_t)pid;
	m->held = (uint32_t)held;
	return read_groups(at, m);
}

uint32_t promise_common(const struct promised *mine,
			const struct promised *other, uint32_t set)
{
	uint32_t common = set & 1;

	for (uint32_t i = 0; i < other->groups; i++)
		for (uint32_t k = 0; k < mine->groups; k++)
			if (set & 2U << i && mine->group[k] == other->group[i])
				common |= 2U << k;
	return common;
}
