// SPDX-License-Identifier: Apache-2.0
/*
 * tests/guest/core/test_notify.c - what a payload may say, and anything else
 */
#include "guest/core/notify.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/array.h"

static void notify_of_each_word_is_understood(void **state)
{
	static const struct {
		const char *text;
		struct notify n;
		const char *status; /* "": none */
	} words[] = {
		{ "READY=1", { .ready = true }, "" },
		{ "READY=1\n", { .ready = true }, "" },
		{ "WATCHDOG=1", { .watchdog = true }, "" },
		{ "STOPPING=1", { .stopping = true }, "" },
		{ "READY=1\nSTATUS=well\nMAINPID=7\n",
		  { .ready = true },
		  "well" },
		{ "STATUS=\nSTATUS=b", { .ready = false }, "b" },
		{ "EXTEND_TIMEOUT_USEC=1500000", { .extend_ms = 1500 }, "" },
		{ "EXTEND_TIMEOUT_USEC=1", { .extend_ms = 1 }, "" },
		{ "EXTEND_TIMEOUT_USEC=99999999999999999999999999",
		  { .extend_ms = NOTIFY_EXTEND_MAX_MS },
		  "" },
		{ "EXTEND_TIMEOUT_USEC=-1", { .extend_ms = 0 }, "" },
		{ "EXTEND_TIMEOUT_USEC=", { .extend_ms = 0 }, "" },
		{ "READY=10", { .ready = false }, "" },
		{ "READY=0", { .ready = false }, "" },
		{ " READY=1", { .ready = false }, "" },
		{ "WATCHDOG=trigger", { .watchdog = false }, "" },
		{ "", { .ready = false }, "" },
		{ "\n\n\n", { .ready = false }, "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		const struct notify *want = &words[i].n;
		struct notify n;
		size_t len;
		const char *status = notify_parse(
			words[i].text, strlen(words[i].text), &n, &len);

		assert_int_equal(n.ready, want->ready);
		assert_int_equal(n.watchdog, want->watchdog);
		assert_int_equal(n.stopping, want->stopping);
		assert_int_equal(n.extend_ms, want->extend_ms);
		assert_int_equal(len, strlen(words[i].status));
		if (len)
			assert_memory_equal(status, words[i].status, len);
	}
}

/* Each prefix in memory of its own size: a byte too many is found out. */
static void notify_cut_anywhere_reads_no_byte_beyond(void **state)
{
	static const char text[] = "STATUS=x\nEXTEND_TIMEOUT_USEC=17\nREADY=1";

	(void)state;
	for (size_t cut = 1; cut < sizeof(text); cut++) {
		char *copy = malloc(cut);
		struct notify n;
		size_t len;

		memcpy(copy, text, cut);
		notify_parse(copy, cut, &n, &len);
		assert_int_equal(n.ready, cut == sizeof(text) - 1);
		free(copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(notify_of_each_word_is_understood),
		cmocka_unit_test(notify_cut_anywhere_reads_no_byte_beyond),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
