// SPDX-License-Identifier: Apache-2.0
/*
 * tests/guest/payload/test_output.c - a console that takes little, or nothing
 */
#include "guest/payload/output.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { CONSOLE_ROOM = 4096 };

struct bench {
	struct output o;
	int console[2]; /* a pipe of CONSOLE_ROOM bytes */
	char seen[8 * OUTPUT_BYTES];
	size_t len;
};

static int setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	if (!b || output_open(&b->o) < 0 ||
	    pipe2(b->console, O_CLOEXEC | O_NONBLOCK) < 0 ||
	    fcntl(b->console[1], F_SETPIPE_SZ, CONSOLE_ROOM) != CONSOLE_ROOM)
		return -1;
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	struct bench *b = *state;

	close(b->o.read_fd);
	close(b->o.write_fd);
	close(b->console[0]);
	close(b->console[1]);
	free(b);
	return 0;
}

/* The payload's write(2) must never have to wait. */
static void print(struct bench *b, const char *text, size_t n)
{
	assert_int_equal(write(b->o.write_fd, text, n), n);
	assert_int_equal(output_read(&b->o), 0);
}

static void look(struct bench *b)
{
	ssize_t n;

	while ((n = read(b->console[0], b->seen + b->len,
			 sizeof(b->seen) - 1 - b->len)) > 0)
		b->len += (size_t)n;
	b->seen[b->len] = '\0';
}

static void output_of_a_line_is_on_the_console_as_it_was(void **state)
{
	struct bench *b = *state;

	print(b, "hello\n", 6);
	assert_false(output_write(&b->o, b->console[1]));
	look(b);
	assert_string_equal(b->seen, "hello\n");
}

static void output_to_a_stuck_console_is_dropped_and_counted(void **state)
{
	struct bench *b = *state;
	char line[1000];

	memset(line, 'x', sizeof(line));
	assert_true(fcntl(b->console[1], F_SETPIPE_SZ, CONSOLE_ROOM) > 0);
	for (int i = 0; i < 100; i++) {
		print(b, line, sizeof(line));
		output_write(&b->o, b->console[1]);
	}
	assert_int_equal(b->o.len, OUTPUT_BYTES);
	assert_int_equal(b->o.dropped,
			 100 * sizeof(line) - OUTPUT_BYTES - CONSOLE_ROOM);
}

static void
output_that_was_dropped_is_told_when_the_console_is_back(void **state)
{
	struct bench *b = *state;
	char line[1000];
	bool waits = true;

	memset(line, 'x', sizeof(line));
	for (int i = 0; i < 100; i++) {
		print(b, line, sizeof(line));
		output_write(&b->o, b->console[1]);
	}
	for (int i = 0; i < 100 && waits; i++) {
		look(b);
		waits = output_write(&b->o, b->console[1]);
	}
	look(b);
	assert_false(waits);
	assert_int_equal(strspn(b->seen, "x"), OUTPUT_BYTES + CONSOLE_ROOM);
	assert_string_equal(b->seen + OUTPUT_BYTES + CONSOLE_ROOM,
			    "\nreprise-init: 79520 bytes of the payload's "
			    "output were dropped\n");
	print(b, "again\n", 6);
	assert_false(output_write(&b->o, b->console[1]));
}

static void output_without_a_console_waits_for_nobody(void **state)
{
	struct bench *b = *state;

	print(b, "hello\n", 6);
	assert_false(output_write(&b->o, -1));
	assert_int_equal(b->o.len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			output_of_a_line_is_on_the_console_as_it_was, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			output_to_a_stuck_console_is_dropped_and_counted, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			output_that_was_dropped_is_told_when_the_console_is_back,
			setup, teardown),
		cmocka_unit_test_setup_teardown(
			output_without_a_console_waits_for_nobody, setup,
			teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
