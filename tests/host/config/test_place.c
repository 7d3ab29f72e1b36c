// SPDX-License-Identifier: Apache-2.0
#include "host/config/place.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/host/scratch.h"

static char path[PATH_MAX], error[SENTENCE_MAX];

static int set_up(void **state)
{
	(void)state;
	unsetenv("REPRISE_CONFIG_DIR");
	return 0;
}

static void file_of_a_name_is_that_of_the_service(void **state)
{
	(void)state;
	assert_int_equal(place_file("no-such", path, error), 0);
	assert_string_equal(path, "/etc/reprise/no-such.conf");
	setenv("REPRISE_CONFIG_DIR", "/srv/conf", 1);
	assert_int_equal(place_file("no-such", path, error), 0);
	assert_string_equal(path, "/srv/conf/no-such.conf");
}

static void file_of_a_path_is_itself(void **state)
{
	static const char *const words[] = { "./web", "web.conf", "a/web",
					     "/web",  "Web",	  "" };

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		assert_int_equal(place_file(words[i], path, error), 0);
		assert_string_equal(path, words[i]);
	}
}

/* An image's directory, say, in which somebody works. */
static void file_that_is_here_comes_first(void **state)
{
	struct scratch s;
	char here[PATH_MAX];

	(void)state;
	assert_non_null(getcwd(here, sizeof(here)));
	scratch_make(&s);
	scratch_write(&s, "web", "", 0, 0600);
	assert_int_equal(chdir(s.dir), 0);
	assert_int_equal(place_file("web", path, error), 0);
	assert_string_equal(path, "web");
	assert_int_equal(chdir(here), 0);
	scratch_remove(&s);
}

static void file_without_an_absolute_place_is_refused(void **state)
{
	static char deep[PATH_MAX];

	(void)state;
	setenv("REPRISE_CONFIG_DIR", "conf", 1);
	assert_int_equal(place_file("no-such", path, error), -EINVAL);
	assert_non_null(strstr(error, "REPRISE_CONFIG_DIR"));
	assert_int_equal(place_file("./web", path, error), 0);
	memset(deep, '/', sizeof(deep) - 1);
	setenv("REPRISE_CONFIG_DIR", deep, 1);
	assert_int_equal(place_file("no-such", path, error), -ENAMETOOLONG);
}

#define TEST(t) cmocka_unit_test_setup(t, set_up)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(file_of_a_name_is_that_of_the_service),
		TEST(file_of_a_path_is_itself),
		TEST(file_that_is_here_comes_first),
		TEST(file_without_an_absolute_place_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
