// SPDX-License-Identifier: Apache-2.0
/*
 * tests/image/test_repro.c - equal inputs give equal bytes, and a difference
 * that somebody brings in is found: the script behind `make repro`, with
 * toolchain and kernel from the cache
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

/* Return: exit status; @out: what it printed, cut at @size */
static int repro(const char *arch, const char *plant, char *out, size_t size)
{
	char command[256];
	size_t n = 0;
	FILE *f;
	int status;

	snprintf(command, sizeof(command),
		 "KERNEL=cached PLANT=%s image/repro/run image/examples/web %s",
		 plant, arch);
	f = popen(command, "r");
	assert_non_null(f);
	while (n < size - 1 && !feof(f))
		n += fread(out + n, 1, size - 1 - n, f);
	out[n] = '\0';
	status = pclose(f);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void repro_in_two_places_is_same(void **state)
{
	char out[4096];

	(void)state;
	assert_int_equal(repro("x86_64", "", out, sizeof(out)), 0);
	assert_non_null(strstr(out, "reprise-init same\n"));
	assert_non_null(strstr(out, "image/web/kernel same\n"));
	assert_non_null(strstr(out, "image/web/initrd same\n"));
	assert_non_null(strstr(out, "image/web/manifest same\n"));
	assert_null(strstr(out, "DIFFERENT"));
}

static void repro_with_planted_time_is_different(void **state)
{
	char out[4096];

	(void)state;
	assert_int_equal(repro("s390x", "time", out, sizeof(out)), 1);
	assert_non_null(strstr(out, "reprise-init DIFFERENT\n"));
	assert_non_null(strstr(out, "image/web/initrd DIFFERENT\n"));
	assert_non_null(strstr(out, "image/web/kernel same\n"));
}

/* The order in which the manifest hashes what it was made from. */
static void repro_in_the_callers_locale_is_different(void **state)
{
	char out[4096];

	(void)state;
	assert_int_equal(repro("x86_64", "locale", out, sizeof(out)), 1);
	assert_non_null(strstr(out, "reprise-init same\n"));
	assert_non_null(strstr(out, "image/web/initrd same\n"));
	assert_non_null(strstr(out, "image/web/manifest DIFFERENT\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(repro_in_two_places_is_same),
		cmocka_unit_test(repro_with_planted_time_is_different),
		cmocka_unit_test(repro_in_the_callers_locale_is_different),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
