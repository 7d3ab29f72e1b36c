// SPDX-License-Identifier: Apache-2.0
/*
 * tests/image/test_fetch.c - a package against its lock, by image/toolchain/fetch
 *
 * apt is a stand-in, whose archive has one package of six bytes.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>

#define SUM "c5aa1db676ac061cd8e7e7c80a4fa52cc67fa98ad791728be5f1a013f062838f"

enum { PATH = 128, TEXT = 1024 };

static char dir[] = "/tmp/reprise-fetch.XXXXXX";
static char output[TEXT];

static const char apt[] =
	"#!/bin/sh\n"
	"case $* in\n"
	"indextargets*) echo http://archive/debian one main;;\n"
	"*download*) printf bytes. >package.deb ;;\n"
	"esac\n";

static const char *path_of(const char *name)
{
	static char path[PATH];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static void put(const char *name, const char *text)
{
	FILE *f = fopen(path_of(name), "we");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static int make_archive(void **state)
{
	char path[TEXT];

	(void)state;
	strcpy(dir + sizeof(dir) - sizeof("XXXXXX"), "XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	put("apt-get", apt);
	snprintf(path, sizeof(path), "%s:%s", dir, getenv("PATH"));
	return chmod(path_of("apt-get"), 0755) < 0 ||
			       setenv("PATH", path, 1) < 0 ||
			       setenv("REPRISE_CACHE", path_of("cache"), 1) <
				       0 ||
			       setenv("REPRISE_LOCK", path_of("lock"), 1) < 0
		       ? -1
		       : 0;
}

static int remove_archive(void **state)
{
	char command[PATH];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

/* Return: exit status; both outputs are @output */
static int fetch(const char *words)
{
	char command[PATH];
	FILE *f;

	snprintf(command, sizeof(command), "image/toolchain/fetch %s 2>&1",
		 words);
	f = popen(command, "re");
	assert_non_null(f);
	output[fread(output, 1, sizeof(output) - 1, f)] = '\0';
	return WEXITSTATUS(pclose(f));
}

static void package_as_locked_is_told(void **state)
{
	char line[2 * PATH];

	(void)state;
	put("lock", "it amd64 1:2 " SUM "\n");
	assert_int_equal(fetch("it amd64"), 0);
	snprintf(line, sizeof(line),
		 "%s/cache/download/it_amd64/1_2 it 1:2 " SUM "\n", dir);
	assert_non_null(strstr(output, line));
}

static void package_of_another_hash_is_refused_aloud(void **state)
{
	(void)state;
	put("lock", "it amd64 1:2 0123\n");
	for (int i = 0; i < 2; i++) { /* just taken, and there already */
		assert_int_not_equal(fetch("it amd64"), 0);
		assert_non_null(strstr(output, "has the hash " SUM));
		assert_non_null(strstr(output, "correct the lock"));
	}
}

static void package_of_another_suite_has_a_line_of_its_own(void **state)
{
	(void)state;
	put("lock", "it amd64 1 0123\nit amd64 2 " SUM " two\n");
	assert_int_equal(fetch("it amd64 two"), 0);
	assert_non_null(strstr(output, "it_amd64/2 it 2 " SUM));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(package_as_locked_is_told,
						make_archive, remove_archive),
		cmocka_unit_test_setup_teardown(
			package_of_another_hash_is_refused_aloud, make_archive,
			remove_archive),
		cmocka_unit_test_setup_teardown(
			package_of_another_suite_has_a_line_of_its_own,
			make_archive, remove_archive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
