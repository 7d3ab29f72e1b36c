// SPDX-License-Identifier: Apache-2.0
/*
 * host/core/phases.c - where the time of a start, restart or stop went
 */
#include "host/core/phases.h"

#include <stdbool.h>

/* What was waited for when the mark was set. */
static const char waited_for[MARKS][18] = {
	[MARK_ASKED] = "begin",
	[MARK_INTENT] = "guest's intent",
	[MARK_QUIESCED] = "quiesce",
	[MARK_SHUTDOWN] = "guest's end",
	[MARK_STOP] = "VM stopped",
	[MARK_DECIDED] = "decision",
	[MARK_RESET] = "QEMU's reset",
	[MARK_CONT] = "continue",
	[MARK_EXITED] = "QEMU's end",
	[MARK_MEMORY] = "memory back",
	[MARK_WAITED] = "pause",
	[MARK_ADMITTED] = "admission",
	[MARK_LAUNCHED] = "launch",
	[MARK_RUNNING] = "QEMU's start",
	[MARK_HELLO] = "guest's kernel",
	[MARK_PAUSED] = "boot until paused",
	[MARK_CONTINUED] = "paused for memory",
	[MARK_READY] = "payload ready",
};

/*
 * The next mark after @last: later, or of the same moment and further down.
 * Return: MARKS: none
 */
static enum mark next_mark(const struct marks *m, enum mark last)
{
	uint64_t last_us = last == MARKS ? 0 : m->at_us[last];
	enum mark next = MARKS;

	for (int i = 0; i < MARKS; i++) {
		uint64_t at_us = m->at_us[i];
		bool after =
			at_us > last_us || (at_us == last_us && i > (int)last);

		if (at_us && after && (next == MARKS || at_us < m->at_us[next]))
			next = (enum mark)i;
	}
	return next;
}

size_t phases_list(const struct marks *m, struct phase list[static MARKS])
{
	enum mark last = next_mark(m, MARKS);
	size_t n = 0;

	if (last == MARKS)
		return 0;
	for (enum mark i = next_mark(m, last); i != MARKS;
	     i = next_mark(m, i)) {
		list[n++] = (struct phase){ waited_for[i],
					    m->at_us[i] - m->at_us[last] };
		last = i;
	}
	return n;
}

uint64_t phases_total(const struct marks *m)
{
	uint64_t first_us = 0, last_us = 0;

	for (int i = 0; i < MARKS; i++) {
		if (!m->at_us[i])
			continue;
		if (!first_us)
			first_us = m->at_us[i];
		last_us = m->at_us[i];
	}
	return last_us - first_us;
}

uint64_t phases_down(const struct marks *m)
{
	for (int i = MARK_INTENT; i < MARK_LAUNCHED; i++)
		if (m->at_us[i] && m->at_us[MARK_READY] > m->at_us[i])
			return m->at_us[MARK_READY] - m->at_us[i];
	return 0;
}

/* Whole pauses only: one that was not ended here says nothing. */
static uint64_t paused(const struct marks *m, uint64_t from_us)
{
	uint64_t paused_us = m->at_us[MARK_PAUSED];
	uint64_t on_us = m->at_us[MARK_CONTINUED];

	return paused_us > from_us && on_us > paused_us ? on_us - paused_us : 0;
}

uint64_t phases_boot(const struct marks *m)
{
	uint64_t from_us = m->at_us[MARK_RUNNING];
	uint64_t to_us = m->at_us[MARK_READY];

	return from_us && to_us > from_us ? to_us - from_us - paused(m, from_us)
					  : 0;
}

const char *mark_name(enum mark m)
{
	static const char names[MARKS][10] = {
		[MARK_ASKED] = "asked",		[MARK_INTENT] = "intent",
		[MARK_QUIESCED] = "quiesced",	[MARK_SHUTDOWN] = "shutdown",
		[MARK_STOP] = "stop",		[MARK_DECIDED] = "decided",
		[MARK_RESET] = "reset",		[MARK_CONT] = "cont",
		[MARK_EXITED] = "exited",	[MARK_MEMORY] = "memory",
		[MARK_WAITED] = "waited",	[MARK_ADMITTED] = "admitted",
		[MARK_LAUNCHED] = "launched",	[MARK_RUNNING] = "running",
		[MARK_HELLO] = "hello",		[MARK_PAUSED] = "paused",
		[MARK_CONTINUED] = "continued", [MARK_READY] = "ready",
	};

	return names[m];
}
