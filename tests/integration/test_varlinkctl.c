// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/test_varlinkctl.c - a Varlink client that we did not write
 *
 * systemd's varlinkctl (tests/peers) against a shim whose QEMU is the stand-in
 * (tests/pvmodel). Without varlinkctl the tests are skipped.
 */
#include "tests/integration/both.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host/link/interface.h"
#include "tests/host/link/idl.h"
#include "tests/integration/stub_image.h"

static const char varlinkctl[] = "build/peers/usr/bin/varlinkctl";
static const char name[] = "under-test";

static struct rig *begin(void **state, const char *script)
{
	struct rig *r = &((struct both *)*state)->rig;

	if (access(varlinkctl, X_OK) < 0)
		skip();
	rig_run_model(r, script, "");
	rig_await_ready(r);
	return r;
}

static void end(struct rig *r)
{
	RIG_DO(r, "stop", name);
	rig_assert_end(r, 0);
	rig_assert_nothing_left(r);
}

/*
 * varlinkctl OPTION VERB SOCKET WORD PARAMETERS; the last two may be NULL. The
 * option -j is JSON, a line for each answer, and -jE that with more.
 */
static void start(struct rig *r, struct child *c, const char *option,
		  const char *verb, const char *word, const char *parameters)
{
	char path[128];
	const char *const argv[] = { varlinkctl, option,     verb, path,
				     word,	 parameters, NULL };

	snprintf(path, sizeof(path), "%s/%s/control.sock", r->runtime, name);
	assert_int_equal(child_start(c, argv, -1), 0);
}

static void await_end(struct rig *r, struct child *c, int code)
{
	if (!child_await_end(c))
		rig_fail(r, "varlinkctl does not end");
	if (c->code != code)
		rig_fail(r, c->text[CHILD_ERR]);
}

/* It prints that, which @c keeps until child_close(). */
static const char *said(struct rig *r, struct child *c, const char *option,
			const char *verb, const char *word)
{
	start(r, c, option, verb, word, NULL);
	await_end(r, c, 0);
	return c->text[CHILD_OUT];
}

static void service_says_who_it_is(void **state)
{
	struct rig *r = begin(state, "");
	struct child c;

	assert_string_equal(said(r, &c, "-j", "info", NULL),
			    "{\"vendor\":\"Reprise\",\"product\":\"reprise\","
			    "\"version\":\"0.1\",\"url\":\"\",\"interfaces\":"
			    "[\"org.varlink.service\",\"io.reprise\"]}\n");
	child_close(&c);
	assert_string_equal(said(r, &c, "-j", "list-interfaces", NULL),
			    "[\"org.varlink.service\",\"io.reprise\"]\n");
	child_close(&c);
	end(r);
}

/* What it has understood, it prints in its own way: that says the same. */
static void its_parser_understands_every_interface(void **state)
{
	struct rig *r = begin(state, "");
	char why[IDL_WHY];
	struct child c;

	for (int i = 0; i < INTERFACES; i++) {
		const char *text = said(r, &c, "--json=off", "introspect",
					interfaces[i].name);
		json_t *theirs = idl_read(text, why);
		json_t *ours = idl_read(interfaces[i].text, why);

		assert_non_null(theirs);
		assert_true(json_equal(theirs, ours));
		json_decref(theirs);
		json_decref(ours);
		child_close(&c);
	}
	end(r);
}

/* Return: a new reference: what a method answers, as its text allows it */
static json_t *answer(struct rig *r, const char *method, const char *parameters)
{
	const char *text = interface_text("io.reprise");
	char full[64], why[IDL_WHY];
	json_t *idl = idl_read(text, why), *reply;
	struct child c;

	snprintf(full, sizeof(full), "io.reprise.%s", method);
	start(r, &c, "-j", "call", full, parameters);
	await_end(r, &c, 0);
	reply = json_loads(c.text[CHILD_OUT], 0, NULL);
	assert_non_null(reply);
	assert_null(idl_fits(idl, idl_out(idl, method), reply));
	child_close(&c);
	json_decref(idl);
	return reply;
}

static void calls_are_answered(void **state)
{
	struct rig *r = begin(state, "");
	const char *cause;
	json_t *reply;

	reply = answer(r, "Status", "{}");
	assert_int_equal(
		json_unpack(reply, "{s{s:s}}", "status", "state", &cause), 0);
	assert_string_equal(cause, "serving");
	json_decref(reply);
	json_decref(answer(r, "Plan", "{\"strategy\":\"full\"}"));
	json_decref(answer(r, "Console", "{}"));
	reply = answer(r, "Reboot", "{\"wait\":true}");
	assert_int_equal(
		json_unpack(reply, "{s{s:s}}", "restart", "cause", &cause), 0);
	assert_string_equal(cause, "clean reboot");
	json_decref(reply);
	end(r);
}

static void errors_have_names_and_parameters(void **state)
{
	static const struct {
		const char *method, *parameters, *error, *said;
	} cases[] = {
		{ "io.reprise.Reboot", "{\"strategy\":\"maybe\"}",
		  "org.varlink.service.InvalidParameter",
		  "{\"parameter\":\"strategy\"}" },
		{ "io.reprise.Dance", "{}",
		  "org.varlink.service.MethodNotFound",
		  "{\"method\":\"io.reprise.Dance\"}" },
		{ "org.example.Dance", "{}",
		  "org.varlink.service.InterfaceNotFound",
		  "{\"interface\":\"org.example\"}" },
		{ "io.reprise.Events", "{}", "org.varlink.service.ExpectedMore",
		  "{}" },
		{ "io.reprise.Reboot", "{\"budget_us\":1}",
		  "io.reprise.BudgetExceeded", "{\"sentence\":\"the budget" },
		{ "io.reprise.Stop", "{}", "io.reprise.Refused",
		  "{\"sentence\":\"" },
	};
	struct rig *r = begin(state, "policy");
	struct child c;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		start(r, &c, "-j", "call", cases[i].method,
		      cases[i].parameters);
		await_end(r, &c, 1);
		assert_non_null(strstr(c.text[CHILD_ERR], cases[i].error));
		assert_ptr_equal(strstr(c.text[CHILD_OUT], cases[i].said),
				 c.text[CHILD_OUT]);
		child_close(&c);
	}
	RIG_DO(r, "stop", name, "--now");
	rig_await_end(r);
	rig_assert_nothing_left(r);
}

static void await_text(struct rig *r, struct child *c, const char *text)
{
	if (!child_await_text(c, CHILD_OUT, text))
		rig_fail(r, text);
}

/* A stream of each kind; the shim's end is the end of all. */
static void more_goes_on_until_the_end(void **state)
{
	struct rig *r = begin(state, "");
	struct child events, status, reboot;

	start(r, &events, "-jE", "call", "io.reprise.Events", "{}");
	await_text(r, &events, "\"event\":\"begin\"");
	start(r, &status, "-jE", "call", "io.reprise.Status", "{}");
	await_text(r, &status, "\"state\":\"serving\"");
	start(r, &reboot, "-jE", "call", "io.reprise.Reboot",
	      "{\"strategy\":\"full\",\"wait\":true}");
	await_end(r, &reboot, 0);
	assert_non_null(strstr(reboot.text[CHILD_OUT], "{\"state\":"));
	assert_non_null(strstr(reboot.text[CHILD_OUT], "{\"restart\":{"));
	await_text(r, &events, "\"cause\":\"clean reboot\"");
	await_text(r, &status, "\"cause\":\"clean reboot\"");
	RIG_DO(r, "stop", name);
	rig_assert_end(r, 0);
	await_end(r, &events, 1);
	await_end(r, &status, 1);
	assert_non_null(strstr(events.text[CHILD_ERR], "Disconnected"));
	child_close(&events);
	child_close(&status);
	child_close(&reboot);
	rig_assert_nothing_left(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_MODEL(service_says_who_it_is),
		ON_MODEL(its_parser_understands_every_interface),
		ON_MODEL(calls_are_answered),
		ON_MODEL(errors_have_names_and_parameters),
		ON_MODEL(more_goes_on_until_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
