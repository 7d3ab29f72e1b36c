// SPDX-License-Identifier: Apache-2.0
/*
 * host/qemu/answers.c - what a QEMU is asked, and what its answers mean (pure)
 *
 * Theory of operation: a question is a row, its number is its id, and QEMU
 * repeats the id in the answer. An error is an answer too: it does not have
 * what was asked for. Abilities count, not versions, so that a QEMU that is
 * newer than this program is taken by what it can do. The one exception is the
 * old spelling of async teardown (7.2 to 8.2), which cannot be asked for.
 */
#include "host/qemu/answers.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "common/array.h"
#include "host/qemu/probe.h"

const char *const qemu_machine_names[QEMU_MACHINES] = {
	[QEMU_Q35] = "q35",
	[QEMU_MICROVM] = "microvm",
	[QEMU_CCW] = "s390-ccw-virtio",
};

static void take_target(const json_t *answer, struct qemu_caps *caps)
{
	const char *arch = json_string_value(json_object_get(answer, "arch"));

	if (arch)
		snprintf(caps->arch, sizeof(caps->arch), "%s", arch);
}

/* Has the first option of the list a parameter of that name? */
static bool has_parameter(const json_t *options, const char *wanted)
{
	const json_t *list =
		json_object_get(json_array_get(options, 0), "parameters");
	json_t *parameter;
	size_t i;

	json_array_foreach(list, i, parameter)
	{
		const char *name =
			json_string_value(json_object_get(parameter, "name"));

		if (name && strcmp(name, wanted) == 0)
			return true;
	}
	return false;
}

static void take_run_with(const json_t *answer, struct qemu_caps *caps)
{
	if (has_parameter(answer, "async-teardown"))
		caps->teardown = TEARDOWN_RUN_WITH;
}

/* Built without seccomp, QEMU has no such option, or only one to switch off. */
static void take_sandbox(const json_t *answer, struct qemu_caps *caps)
{
	caps->sandbox = has_parameter(answer, "resourcecontrol");
}

static bool is(const json_t *object, const char *key, const char *wanted)
{
	const char *name = json_string_value(json_object_get(object, key));

	return name && strcmp(name, wanted) == 0;
}

static void take_machines(const json_t *answer, struct qemu_caps *caps)
{
	json_t *machine;
	size_t i;

	json_array_foreach(answer, i,
			   machine) for (int m = 0; m < QEMU_MACHINES;
					 m++) if (is(machine, "name",
						     qemu_machine_names[m]) ||
						  is(machine, "alias",
						     qemu_machine_names[m]))
		caps->machine[m] = true;
}

static void take_guests(const json_t *answer, struct qemu_caps *caps)
{
	json_t *type;
	size_t i;

	json_array_foreach(answer, i, type) caps->pv_guest |=
		is(type, "name", "s390-pv-guest");
}

static const struct question {
	const char *name, *arguments;
	void (*take)(const json_t *answer, struct qemu_caps *caps);
} questions[] = {
	{ "qmp_capabilities", "{}", NULL },
	{ "query-target", "{}", take_target },
	{ "query-command-line-options", "{\"option\":\"run-with\"}",
	  take_run_with },
	{ "query-command-line-options", "{\"option\":\"sandbox\"}",
	  take_sandbox },
	{ "query-machines", "{}", take_machines },
	{ "qom-list-types", "{\"implements\":\"confidential-guest-support\"}",
	  take_guests },
	{ "quit", "{}", NULL },
};

size_t answers_questions(char buf[static QUESTIONS_SIZE])
{
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(questions); i++)
		n += (size_t)snprintf(buf + n, QUESTIONS_SIZE - n,
				      "{\"execute\":\"%s\",\"arguments\":%s,"
				      "\"id\":%zu}\n",
				      questions[i].name, questions[i].arguments,
				      i);
	return n;
}

static void take_answer(const json_t *line, struct qemu_caps *caps)
{
	const json_t *answer = json_object_get(line, "return");
	const json_t *id = json_object_get(line, "id");
	json_int_t n = json_is_integer(id) ? json_integer_value(id) : -1;

	if (answer && n >= 0 && n < (json_int_t)ARRAY_SIZE(questions) &&
	    questions[n].take)
		questions[n].take(answer, caps);
}

bool answers_take(const char *line, struct qemu_caps *caps)
{
	json_t *json = json_loads(line, 0, NULL);

	if (!json)
		return false;
	(void)json_unpack(json, "{s:{s:{s:{s:i,s:i,s:i}}}}", "QMP", "version",
			  "qemu", "major", &caps->major, "minor", &caps->minor,
			  "micro", &caps->micro);
	take_answer(json, caps);
	json_decref(json);
	return true;
}

void answers_settle(struct qemu_caps *caps)
{
	if (caps->teardown == TEARDOWN_NONE && caps->major < 9)
		caps->teardown = TEARDOWN_OPTION;
}
