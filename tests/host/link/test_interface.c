// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/link/test_interface.c - the interfaces' texts are the truth
 *
 * What the shim takes, says and refuses is held against the texts: methods and
 * their parameters, errors. (test_interface_values.c: status and events.)
 */
#include "host/link/interface.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "host/link/control_impl.h"
#include "host/report.h"
#include "tests/host/link/caller.h"
#include "tests/host/link/idl.h"
#include "tests/host/link/idl_all.h"

static void texts_have_the_names_that_they_are_asked_by(void **state)
{
	(void)state;
	for (size_t i = 0; i < INTERFACES; i++)
		assert_string_equal(
			json_string_value(json_object_get(
				idl_named(interfaces[i].name), "interface")),
			interfaces[i].name);
}

static void texts_with_mistakes_are_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"interface io.x\nmethod A() ->",
		"interface io.x\nmethod a() -> ()",
		"interface io.x\nmethod A(in-place: int) -> ()",
		"interface io.x\nerror E (a: number)",
		"interface io.x\ntype T (a, b: int)",
		"interface io.x\ntype T (a: int, a: int)",
		"interface io.x\ntype A (a: int)\nmethod A() -> ()",
	};
	char why[IDL_WHY];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_null(idl_read(bad[i], why));
}

static void every_method_stands_in_both(void **state)
{
	size_t count = 0;

	(void)state;
	for (size_t i = 0; i < INTERFACES; i++)
		count += json_object_size(json_object_get(
			idl_named(interfaces[i].name), "methods"));
	assert_int_equal(count, CONTROL_METHODS);
	for (size_t i = 0; i < CONTROL_METHODS; i++) {
		const char *name;
		json_t *of = idl_of(control_methods[i].name, &name);

		if (!idl_in(of, name))
			fail_msg("%s: not in the interface",
				 control_methods[i].name);
	}
}

static void same_parameters(const struct method *m, json_t *fields)
{
	size_t count = 0;

	for (size_t i = 0; i < METHOD_PARAMETERS; i++) {
		const struct parameter *p = &m->parameter[i];
		const char *kind;

		if (!p->name)
			continue;
		count++;
		kind = json_string_value(json_object_get(
			json_object_get(fields, p->name), "kind"));
		if (!kind)
			fail_msg("%s: %s: not in the interface", m->name,
				 p->name);
		assert_int_equal(strcmp(kind, "maybe") != 0, p->required);
	}
	assert_int_equal(count, json_object_size(fields));
}

static void every_parameter_stands_in_both(void **state)
{
	(void)state;
	for (size_t i = 0; i < CONTROL_METHODS; i++) {
		const char *name;
		json_t *of = idl_of(control_methods[i].name, &name);

		same_parameters(&control_methods[i],
				json_object_get(idl_in(of, name), "fields"));
	}
}

/* A value is taken if the text says that it is of the type, and only then. */
static void every_parameter_takes_what_the_text_says(void **state)
{
	static const char *const values[] = { "true", "7",	     "1.5",
					      "{}",   "[]",	     "\"auto\"",
					      "\"\"", "\"in_place\"" };

	(void)state;
	for (size_t i = 0; i < CONTROL_METHODS * METHOD_PARAMETERS; i++) {
		const struct method *m =
			&control_methods[i / METHOD_PARAMETERS];
		const struct parameter *p =
			&m->parameter[i % METHOD_PARAMETERS];
		const char *name;
		json_t *of = idl_of(m->name, &name), *type;

		type = p->name ? json_object_get(
					 json_object_get(idl_in(of, name),
							 "fields"),
					 p->name)
			       : NULL;
		for (size_t v = 0; type && v < 8; v++) {
			json_t *value =
				json_loads(values[v], JSON_DECODE_ANY, NULL);

			assert_int_equal(p->ok(value),
					 idl_fits(of, type, value) == NULL);
			json_decref(value);
		}
	}
}

static void every_answer_that_is_a_refusal_is_an_error(void **state)
{
	json_t *of = idl_named("io.reprise");

	(void)state;
	for (int a = 0; a < ANSWERS; a++) {
		const struct lifecycle lc = { .answer = (enum answer)a,
					      .last.reason = "" };
		char sentence[SENTENCE_MAX];
		const char *error = report_answer(&lc, lc.answer, sentence);
		json_t *parameters;

		if (!error)
			continue;
		parameters = json_pack("{s:s}", "sentence", sentence);
		assert_null(idl_fits(of, idl_error(of, error), parameters));
		json_decref(parameters);
	}
}

/* What the shim refuses by itself: the name and the parameters of the error. */
static void refusals_are_as_the_text_says(void **state)
{
	static const char *const calls[] = {
		"{\"method\":\"io.reprise.Dance\"}",
		"{\"method\":\"io.other.Dance\"}",
		"{\"method\":\"dance\"}",
		"{\"method\":\"io.reprise.Events\"}",
		"{\"method\":\"io.reprise.Stop\",\"parameters\":{\"a\":1}}",
		"{\"method\":\"org.varlink.service.GetInterfaceDescription\"}",
		"{\"method\":\"org.varlink.service.GetInterfaceDescription\","
		"\"parameters\":{\"interface\":\"io.other\"}}",
	};
	struct caller *c = caller_new();

	(void)state;
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		const char *name, *why;
		json_t *of, *error;

		caller_say(c, calls[i]);
		of = idl_of(caller_error(caller_hear(c)), &name);
		error = idl_error(of, name);
		if (!error)
			fail_msg("%s: no such error", caller_error(c->message));
		why = idl_fits(of, error,
			       json_object_get(c->message, "parameters"));
		if (why)
			fail_msg("%s: %s", name, why);
	}
	caller_end(c);
}

static void descriptions_are_the_texts(void **state)
{
	struct caller *c = caller_new();
	char call[256];

	(void)state;
	for (size_t i = 0; i < INTERFACES; i++) {
		snprintf(call, sizeof(call),
			 "{\"method\":\"org.varlink.service."
			 "GetInterfaceDescription\",\"parameters\":"
			 "{\"interface\":\"%s\"}}",
			 interfaces[i].name);
		caller_say(c, call);
		assert_string_equal(
			caller_parameter(caller_hear(c), "description"),
			interfaces[i].text);
	}
	caller_end(c);
}

static void everything_stands_in_the_manual(void **state)
{
	json_t *own = idl_named("io.reprise"), *value;
	static char text[65536];
	FILE *f = fopen("host/reprise-varlink.7.scd", "re");
	char wanted[128];
	const char *name, *parameter;

	(void)state;
	assert_non_null(f);
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	fclose(f);
	json_object_foreach(json_object_get(own, "methods"), name, value)
	{
		size_t n =
			(size_t)snprintf(wanted, sizeof(wanted), "*%s*(", name);
		json_t *in = json_object_get(idl_in(own, name), "fields"), *v;

		json_object_foreach(in, parameter, v) n += (size_t)snprintf(
			wanted + n, sizeof(wanted) - n, "%s, ", parameter);
		n -= json_object_size(in) ? 2 : 0;
		snprintf(wanted + n, sizeof(wanted) - n, ")");
		if (!strstr(text, wanted))
			fail_msg("not in reprise-varlink(7): %s", wanted);
	}
	json_object_foreach(json_object_get(own, "errors"), name, value)
	{
		snprintf(wanted, sizeof(wanted), " *%s*\n", name);
		if (!strstr(text, wanted))
			fail_msg("not in reprise-varlink(7): %s", name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_have_the_names_that_they_are_asked_by),
		cmocka_unit_test(texts_with_mistakes_are_refused),
		cmocka_unit_test(every_method_stands_in_both),
		cmocka_unit_test(everything_stands_in_the_manual),
		cmocka_unit_test(every_parameter_stands_in_both),
		cmocka_unit_test(every_parameter_takes_what_the_text_says),
		cmocka_unit_test(every_answer_that_is_a_refusal_is_an_error),
		CALLER_TEST(refusals_are_as_the_text_says),
		CALLER_TEST(descriptions_are_the_texts),
	};

	return cmocka_run_group_tests(tests, idl_read_all, idl_free_all);
}
