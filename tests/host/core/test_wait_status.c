// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/core/test_wait_status.c - how a process ended, in words
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "host/core/wait_status.h"

enum { EXITED = 256, DUMPED = 0x80 };

static void status_is_told_by_its_name(void **state)
{
	static const struct {
		int status;
		const char *text;
	} rows[] = {
		{ 0, "exit status 0" },
		{ 3 * EXITED, "exit status 3" },
		{ 255 * EXITED, "exit status 255" },
		{ SIGKILL, "SIGKILL" },
		{ SIGSEGV | DUMPED, "SIGSEGV" },
		{ 64, "signal 64" },
	};
	char text[WAIT_STATUS_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(wait_status_text(rows[i].status, text),
				    rows[i].text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(status_is_told_by_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
