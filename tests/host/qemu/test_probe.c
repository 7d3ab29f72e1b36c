// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/qemu/test_probe.c - scripts that answer as QEMUs of all kinds
 */
#include "host/qemu/probe.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/host/scratch.h"

#define SAY "#!/bin/sh\ncat >/dev/null; cat <<'EOF'\n"
#define GREETING(major, minor)                                                 \
	"{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 3, \"minor\": " minor  \
	", \"major\": " major "}, \"package\": \"\"}, "                        \
	"\"capabilities\": [\"oob\"]}}\n{\"return\": {}, \"id\": 0}\n"
#define TARGET(arch) "{\"return\": {\"arch\": \"" arch "\"}, \"id\": 1}\n"
#define NO_RUN_WITH                                                            \
	"{\"id\": 2, \"error\": {\"class\": \"GenericError\", "                \
	"\"desc\": \"invalid option name: run-with\"}}\n"
#define RUN_WITH(name)                                                         \
	"{\"return\": [{\"parameters\": [{\"name\": \"chroot\", "              \
	"\"type\": \"string\"}, {\"name\": \"" name "\", "                     \
	"\"type\": \"boolean\"}], \"option\": \"run-with\"}], \"id\": 2}\n"
#define END "{\"return\": {}, \"id\": 6}\nEOF\n"

enum { PATIENCE_MS = 60000 }; /* of tests on a busy machine */

static struct scratch scratch;
static struct qemu_caps caps;
static char error[SENTENCE_MAX];

static int set_up(void **state)
{
	(void)state;
	scratch_make(&scratch);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	scratch_remove(&scratch);
	return 0;
}

static int probe(const char *script, int timeout_ms)
{
	char path[SCRATCH_PATH];

	scratch_write(&scratch, "qemu", script, strlen(script), 0700);
	scratch_path(&scratch, "qemu", path);
	error[0] = '\0';
	return probe_qemu(path, "s390x", timeout_ms, &caps, error);
}

static void probe_of_what_cannot_be_started_says_what_to_write(void **state)
{
	(void)state;
	assert_int_equal(
		probe_qemu(scratch.dir, "s390x", PATIENCE_MS, &caps, error),
		-EACCES);
	assert_non_null(strstr(error, "Permission denied"));
	assert_non_null(
		strstr(error, "write qemu = PATH of qemu-system-s390x"));
}

static void probe_7_2_has_the_old_spelling(void **state)
{
	(void)state;
	assert_int_equal(probe(SAY GREETING("7", "2") TARGET("s390x")
				       NO_RUN_WITH END,
			       PATIENCE_MS),
			 0);
	assert_int_equal(caps.major, 7);
	assert_int_equal(caps.minor, 2);
	assert_int_equal(caps.micro, 3);
	assert_string_equal(caps.arch, "s390x");
	assert_int_equal(caps.teardown, TEARDOWN_OPTION);
}

static void probe_9_0_has_the_new_spelling(void **state)
{
	(void)state;
	assert_int_equal(probe(SAY GREETING("9", "0") TARGET("s390x")
				       RUN_WITH("async-teardown") END,
			       PATIENCE_MS),
			 0);
	assert_int_equal(caps.teardown, TEARDOWN_RUN_WITH);
}

static void probe_run_with_without_async_is_not_it(void **state)
{
	(void)state;
	assert_int_equal(probe(SAY GREETING("8", "1") TARGET("s390x")
				       RUN_WITH("user") END,
			       PATIENCE_MS),
			 0);
	assert_int_equal(caps.teardown, TEARDOWN_OPTION);
}

static void probe_warning_among_answers_is_ignored(void **state)
{
	(void)state;
	assert_int_equal(probe(SAY
			       "qemu: warning: something\n" GREETING("7", "2")
				       TARGET("s390x") NO_RUN_WITH END,
			       PATIENCE_MS),
			 0);
}

static void probe_old_qemu_is_enotsup(void **state)
{
	(void)state;
	assert_int_equal(
		probe(SAY GREETING("7", "1") TARGET("s390x") END, PATIENCE_MS),
		-ENOTSUP);
	assert_non_null(strstr(error, "QEMU 7.1.3 is too old: install 7.2"));
	assert_int_equal(
		probe(SAY GREETING("6", "9") TARGET("s390x") END, PATIENCE_MS),
		-ENOTSUP);
}

static void probe_other_architecture_is_enotsup(void **state)
{
	(void)state;
	assert_int_equal(
		probe(SAY GREETING("7", "2") TARGET("arm") END, PATIENCE_MS),
		-ENOTSUP);
	assert_non_null(strstr(error, "emulates arm"));
}

static void probe_other_program_is_quoted(void **state)
{
	(void)state;
	assert_int_equal(probe("#!/bin/sh\necho no such library >&2\nexit 1\n",
			       PATIENCE_MS),
			 -EPROTO);
	assert_non_null(strstr(error, "it says: no such library"));
	assert_int_equal(probe("#!/bin/sh\nexit 0\n", PATIENCE_MS), -EPROTO);
}

static void probe_endless_output_is_refused(void **state)
{
	(void)state;
	assert_int_equal(probe("#!/bin/sh\nexec yes\n", PATIENCE_MS),
			 -EMSGSIZE);
}

static void probe_silent_program_times_out(void **state)
{
	(void)state;
	assert_int_equal(probe("#!/bin/sh\nkill -STOP $$\n", 200), -ETIMEDOUT);
	assert_non_null(strstr(error, "200 ms"));
}

static void probe_missing_binary_is_enoent(void **state)
{
	(void)state;
	assert_int_equal(
		probe_qemu("/nowhere/qemu", "s390x", PATIENCE_MS, &caps, error),
		-ENOENT);
	assert_non_null(strstr(error, "/nowhere/qemu: not found"));
	assert_int_equal(
		probe_qemu("no-such-qemu", "s390x", PATIENCE_MS, &caps, error),
		-ENOENT);
}

static void probe_name_is_found_in_path(void **state)
{
	static const char script[] =
		SAY GREETING("7", "2") TARGET("s390x") NO_RUN_WITH END;
	char path[SCRATCH_PATH], dirs[2 * SCRATCH_PATH];

	(void)state;
	scratch_write(&scratch, "my-qemu", script, strlen(script), 0700);
	snprintf(dirs, sizeof(dirs), "/nowhere:%s:%s", scratch.dir,
		 getenv("PATH"));
	setenv("PATH", dirs, 1);
	scratch_path(&scratch, "my-qemu", path);
	assert_int_equal(
		probe_qemu("my-qemu", "s390x", PATIENCE_MS, &caps, error), 0);
	assert_string_equal(caps.path, path);
}

/* A program of that name in the current directory is not it. */
static void probe_name_without_path_is_enoent(void **state)
{
	static const char script[] =
		SAY GREETING("7", "2") TARGET("s390x") NO_RUN_WITH END;
	char before[1024], path[2 * SCRATCH_PATH];

	(void)state;
	scratch_write(&scratch, "here-qemu", script, strlen(script), 0700);
	assert_non_null(getcwd(before, sizeof(before)));
	snprintf(path, sizeof(path), "%s", getenv("PATH"));
	assert_int_equal(chdir(scratch.dir), 0);
	unsetenv("PATH");
	assert_int_equal(
		probe_qemu("here-qemu", "s390x", PATIENCE_MS, &caps, error),
		-ENOENT);
	setenv("PATH", path, 1);
	assert_int_equal(chdir(before), 0);
	assert_non_null(strstr(error, "PATH is not set"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			probe_of_what_cannot_be_started_says_what_to_write),
		cmocka_unit_test(probe_7_2_has_the_old_spelling),
		cmocka_unit_test(probe_9_0_has_the_new_spelling),
		cmocka_unit_test(probe_run_with_without_async_is_not_it),
		cmocka_unit_test(probe_warning_among_answers_is_ignored),
		cmocka_unit_test(probe_old_qemu_is_enotsup),
		cmocka_unit_test(probe_other_architecture_is_enotsup),
		cmocka_unit_test(probe_other_program_is_quoted),
		cmocka_unit_test(probe_endless_output_is_refused),
		cmocka_unit_test(probe_silent_program_times_out),
		cmocka_unit_test(probe_missing_binary_is_enoent),
		cmocka_unit_test(probe_name_is_found_in_path),
		cmocka_unit_test(probe_name_without_path_is_enoent),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
