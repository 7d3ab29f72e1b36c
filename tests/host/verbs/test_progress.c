// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/verbs/test_progress.c - the line of what is waited for
 */
#include "host/verbs/progress.h"

#include <pty.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { LONG_MS = 5000, DEADLINE_S = 60 };

/* What a terminal is told of @state, after it was waited for long. */
static void tell(const char *state, char *said, size_t size)
{
	int other, tty, before = dup(STDERR_FILENO);
	struct progress p;
	ssize_t n;

	alarm(DEADLINE_S);
	assert_int_equal(openpty(&other, &tty, NULL, NULL, NULL), 0);
	dup2(tty, STDERR_FILENO);
	progress_begin(&p, "web");
	p.since_ms -= LONG_MS;
	progress_tell(&p, state);
	dup2(before, STDERR_FILENO);
	n = read(other, said, size - 1);
	said[n > 0 ? n : 0] = '\0';
	close(before);
	close(tty);
	close(other);
}

static void shim_cannot_steer_the_terminal(void **state)
{
	static const char line[] = "\r\033[Kweb: asking?[2J??, ";
	char said[256];

	(void)state;
	tell("asking\033[2J\302\233", said, sizeof(said));
	assert_memory_equal(said, line, strlen(line));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shim_cannot_steer_the_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
