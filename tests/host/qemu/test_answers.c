// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/qemu/test_answers.c - what QEMUs answer, cut to what is read
 */
#include "host/qemu/answers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/array.h"
#include "host/qemu/probe.h"

#define VERSION(major, minor)                                                  \
	"{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 0, \"minor\": " minor  \
	", \"major\": " major "}, \"package\": \"\"}, "                        \
	"\"capabilities\": [\"oob\"]}}"
#define NO_OPTION(id)                                                          \
	"{\"id\": " id ", \"error\": {\"class\": \"GenericError\", "           \
	"\"desc\": \"invalid option name\"}}"
#define RUN_WITH                                                               \
	"{\"return\": [{\"parameters\": [{\"name\": \"async-teardown\", "      \
	"\"type\": \"boolean\"}, {\"name\": \"chroot\", \"type\": "            \
	"\"string\"}], \"option\": \"run-with\"}], \"id\": 2}"
#define SANDBOX                                                                \
	"{\"return\": [{\"parameters\": [{\"name\": \"resourcecontrol\", "     \
	"\"type\": \"string\"}, {\"name\": \"enable\", \"type\": "             \
	"\"boolean\"}], \"option\": \"sandbox\"}], \"id\": 3}"
#define MACHINES                                                               \
	"{\"return\": [{\"name\": \"pc-q35-9.0\", \"cpu-max\": 4096, "         \
	"\"alias\": \"q35\"}, {\"name\": \"none\"}, {\"name\": \"microvm\"}, " \
	"{\"name\": \"q35x\"}], \"id\": 4}"
#define GUESTS                                                                 \
	"{\"return\": [{\"name\": \"sev-guest\", \"parent\": \"x\"}, "         \
	"{\"name\": \"s390-pv-guest\"}], \"id\": 5}"

static struct qemu_caps caps;

static void take(const char *const *lines)
{
	caps = (struct qemu_caps){ 0 };
	for (; *lines; lines++)
		assert_true(answers_take(*lines, &caps));
	answers_settle(&caps);
}
#define TAKE(...) take((const char *const[]){ __VA_ARGS__, NULL })

static void teardown_is_asked_for_as_the_version_spells_it(void **state)
{
	static const struct {
		const char *greeting, *run_with;
		enum qemu_teardown wanted;
	} cases[] = {
		{ VERSION("7", "2"), NO_OPTION("2"), TEARDOWN_OPTION },
		{ VERSION("8", "0"), NO_OPTION("2"), TEARDOWN_OPTION },
		{ VERSION("8", "2"), RUN_WITH, TEARDOWN_RUN_WITH },
		{ VERSION("9", "0"), RUN_WITH, TEARDOWN_RUN_WITH },
		{ VERSION("10", "2"), RUN_WITH, TEARDOWN_RUN_WITH },
		{ VERSION("99", "7"), RUN_WITH, TEARDOWN_RUN_WITH },
		{ VERSION("9", "0"), NO_OPTION("2"), TEARDOWN_NONE },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		TAKE(cases[i].greeting, cases[i].run_with);
		assert_int_equal(caps.teardown, cases[i].wanted);
	}
}

static void abilities_are_those_of_the_answers(void **state)
{
	(void)state;
	TAKE(VERSION("9", "0"), SANDBOX, MACHINES, GUESTS);
	assert_true(caps.sandbox);
	assert_true(caps.pv_guest);
	assert_true(caps.machine[QEMU_Q35]);
	assert_true(caps.machine[QEMU_MICROVM]);
	assert_false(caps.machine[QEMU_CCW]);
	TAKE(VERSION("9", "0"), NO_OPTION("3"));
	assert_false(caps.sandbox);
	assert_false(caps.pv_guest);
	assert_false(caps.machine[QEMU_Q35]);
}

/* An answer is one by its id: shapes may repeat. */
static void answer_with_the_id_of_another_question_is_not_it(void **state)
{
	(void)state;
	TAKE("{\"return\": {\"arch\": \"s390x\"}, \"id\": 2}",
	     "{\"return\": {\"arch\": \"s390x\"}, \"id\": 99}",
	     "{\"return\": {\"arch\": \"s390x\"}, \"id\": -1}",
	     "{\"return\": {\"arch\": \"s390x\"}, \"id\": \"1\"}",
	     "{\"return\": {\"arch\": \"s390x\"}}");
	assert_string_equal(caps.arch, "");
}

static void answers_of_another_shape_say_nothing(void **state)
{
	static const struct qemu_caps none = { 0 };

	(void)state;
	caps = none;
	for (int id = 0; id < 8; id++) {
		static const char *const bodies[] = {
			"[]",
			"{}",
			"7",
			"\"x\"",
			"[7]",
			"[[]]",
			"[{}]",
			"null",
			"[{\"parameters\": 7}]",
			"[{\"name\": 7}]",
			"[{\"parameters\": [7, {\"name\": 7}]}]",
			"{\"arch\": 7}",
		};

		for (size_t i = 0; i < ARRAY_SIZE(bodies); i++) {
			char line[128];

			snprintf(line, sizeof(line),
				 "{\"return\": %s, \"id\": %d}", bodies[i], id);
			assert_true(answers_take(line, &caps));
		}
	}
	assert_memory_equal(&caps, &none, sizeof(caps));
}

static void line_that_is_no_json_is_told(void **state)
{
	(void)state;
	assert_false(answers_take("qemu: no such option", &caps));
	assert_false(answers_take("{\"return\": ", &caps));
}

static void questions_end_with_quit(void **state)
{
	char text[QUESTIONS_SIZE];
	size_t n = answers_questions(text);

	(void)state;
	assert_int_equal(n, strlen(text));
	assert_int_equal(strncmp(text, "{\"execute\":\"qmp_capabilities\"", 28),
			 0);
	assert_string_equal(strrchr(text, 'q'), "quit\",\"arguments\":{},"
						"\"id\":6}\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			teardown_is_asked_for_as_the_version_spells_it),
		cmocka_unit_test(abilities_are_those_of_the_answers),
		cmocka_unit_test(
			answer_with_the_id_of_another_question_is_not_it),
		cmocka_unit_test(answers_of_another_shape_say_nothing),
		cmocka_unit_test(line_that_is_no_json_is_told),
		cmocka_unit_test(questions_end_with_quit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
