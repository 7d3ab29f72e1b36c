// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/test_watch.c - what an operator sees of an appliance
 *
 * Events, the console that is kept, the list of the host.
 */
#include "tests/integration/both.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/sys.h"
#include "host/config/runtime.h"
#include "host/link/client.h"
#include "host/link/interface.h"
#include "tests/host/link/idl.h"
#include "tests/integration/stub_image.h"

enum { GAMES = 60, NOBODY = 65534 }; /* as Debian numbers them */

static const char under_test[] = "under-test";

static void begin_events(struct rig *r, struct child *c)
{
	const char *const argv[] = { rig_program(), "events", r->name, NULL };

	assert_int_equal(child_start(c, argv, -1), 0);
	if (!child_await_text(c, CHILD_OUT, "\"event\":\"begin\""))
		rig_fail(r, "no events");
}

static void end_events(struct rig *r, struct child *c)
{
	if (!child_await_end(c))
		rig_fail(r, "events do not end with the appliance");
	assert_int_equal(c->code, 0);
}

/* Is there a line with all of that, after @from? Return: behind it, or NULL */
static const char *line_with(const char *from, const char *event,
			     const char *part)
{
	char kind[64];

	snprintf(kind, sizeof(kind), "\"event\":\"%s\"", event);
	while (from && *from) {
		const char *end = strchr(from, '\n');
		const char *a = strstr(from, kind), *b = strstr(from, part);

		if (end && a && b && a < end && b < end)
			return end + 1;
		from = end ? end + 1 : NULL;
	}
	return NULL;
}

static void reboot_and_stop_are_told_in_order(void **state)
{
	static const struct {
		const char *event, *part;
	} wanted[] = {
		{ "begin", "\"state\":\"serving\"" },
		{ "state", "\"state\":\"asking\"" },
		{ "verdict", "\"cause\":\"clean reboot\"" },
		{ "boot", "\"boot\":2" },
		{ "stage", "\"stage\":\"ready\"" },
		{ "ready", "\"boot\":2" },
		{ "passage", "\"strategy\":\"in place\"" },
		{ "verdict", "\"cause\":\"clean power-off\"" },
		{ "passage", "\"state\":\"ended\"" },
	};
	struct both *b = *state;
	struct rig *r = &b->rig;
	struct child events;
	const char *at;

	rig_run(r, rig_image(b->arch, "guest"), "guest");
	rig_await_ready(r);
	begin_events(r, &events);
	RIG_DO(r, "reboot", "guest", "--in-place", "--wait");
	RIG_DO(r, "stop", "guest");
	assert_int_equal(rig_await_end(r), 0);
	end_events(r, &events);
	at = events.text[CHILD_OUT];
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		at = line_with(at, wanted[i].event, wanted[i].part);
		if (!at)
			rig_fail(r, wanted[i].part);
	}
	child_close(&events);
	rig_assert_nothing_left(r);
}

/* From the kernel's first line on, and each with the time that it began. */
static void console_is_replayed_from_the_first_line(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;
	const char *said;

	rig_run(r, rig_image(b->arch, "guest"), "guest");
	rig_await_ready(r);
	said = RIG_SAID(r, 0, rig_program(), "console", "guest", "--replay");
	assert_non_null(strstr(said, "reprise-init"));
	said = RIG_SAID(r, 0, rig_program(), "console", "guest", "--replay",
			"--timestamps");
	assert_int_equal(strncmp(said, "20", 2), 0); /* a year */
	assert_int_equal(said[4], '-');
	assert_int_equal(said[19], '.');
	assert_int_equal(said[23], ' ');
	RIG_SAID(r, 2, rig_program(), "console", "guest", "--timestamps");
	RIG_DO(r, "stop", "guest");
	assert_int_equal(rig_await_end(r), 0);
}

static void unclean_end_comes_with_the_last_lines(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;
	json_t *status, *lines;
	int fd;

	rig_run(r, rig_image(b->arch, "guest"), "guest");
	rig_await_ready(r);
	fd = sys_pidfd_open((pid_t)rig_number(r, "pid"), 0);
	assert_true(fd >= 0);
	assert_int_equal(sys_pidfd_send_signal(fd, SIGKILL), 0);
	close(fd);
	rig_await_ready(r);
	status = rig_status(r);
	lines = json_object_get(json_object_get(status, "last"), "console");
	assert_true(json_array_size(lines) > 0);
	assert_true(json_array_size(lines) <= 10);
	json_decref(status);
	rig_await_said(r, ": console: ");
	RIG_DO(r, "reboot", "guest", "--wait");
	status = rig_status(r);
	assert_null(
		json_object_get(json_object_get(status, "last"), "console"));
	json_decref(status);
	RIG_DO(r, "stop", "guest");
	assert_int_equal(rig_await_end(r), 0);
}

static void list_has_a_qemu_that_is_alone(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;
	json_t *list;

	rig_run_model(r, "", "");
	rig_await_ready(r);
	assert_non_null(
		strstr(RIG_SAID(r, 0, rig_program(), "ps"), "under-test "));
	sys_pidfd_send_signal(r->shim.pidfd, SIGKILL);
	rig_await_end(r);
	assert_non_null(strstr(RIG_SAID(r, 0, rig_program(), "ps"), "no shim"));
	list = json_loads(RIG_SAID(r, 0, rig_program(), "ps", "--json"), 0,
			  NULL);
	assert_string_equal(json_string_value(json_object_get(
				    json_array_get(list, 0), "state")),
			    "no shim");
	assert_true(json_is_null(
		json_object_get(json_array_get(list, 0), "status")));
	json_decref(list);
	assert_string_equal(RIG_SAID(r, 0, rig_program(), "ps", "--names"),
			    "under-test\n");
}

/* As another user of this machine, who is in @group. */
static int ask_as(gid_t group, const char *method, char *error)
{
	json_t *reply = NULL;
	int r;

	assert_int_equal(setegid(group), 0);
	assert_int_equal(seteuid(NOBODY), 0);
	r = client_call(under_test, method, NULL, 20000, &reply, error);
	assert_int_equal(seteuid(0), 0);
	assert_int_equal(setegid(0), 0);
	json_decref(reply);
	return r;
}

static void run_shared(struct rig *r, const char *lines)
{
	rig_close(r);
	rig_open(r);
	assert_int_equal(chmod(r->dir, 0711), 0);
	rig_run_model(r, "", lines);
	rig_await_ready(r);
}

static void others_may_what_the_file_says(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;
	char error[SENTENCE_MAX];

	if (geteuid() != 0)
		skip();
	run_shared(r, "");
	assert_int_equal(ask_as(NOBODY, "Status", error), -EACCES);
	assert_non_null(strstr(error, "permission denied"));
	RIG_DO(r, "stop", under_test);
	rig_await_end(r);
	run_shared(r, "[control]\nothers = read\n");
	assert_int_equal(ask_as(NOBODY, "Status", error), 0);
	assert_int_equal(ask_as(NOBODY, "Stop", error), -EREMOTEIO);
	assert_non_null(strstr(error, "permission denied"));
	RIG_DO(r, "stop", under_test);
	rig_await_end(r);
	run_shared(r, "[control]\ngroup = games\n");
	assert_true(ask_as(NOBODY, "Status", error) < 0);
	assert_int_equal(ask_as(GAMES, "Status", error), 0);
	assert_int_equal(ask_as(GAMES, "Stop", error), 0);
	assert_int_equal(rig_await_end(r), 0);
	rig_assert_nothing_left(r);
}

/* The status and the interface of the program as it is, not of a test's. */
static void shim_is_as_it_describes_itself(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;
	char why[IDL_WHY], error[SENTENCE_MAX];
	json_t *status, *lines, *idl;
	const char *bad;

	rig_run_model(r, "", "");
	rig_await_ready(r);
	idl = idl_read(interface_text("io.reprise"), why);
	assert_non_null(idl);
	status = rig_status(r);
	bad = idl_fits(idl, idl_type(idl, "ApplianceStatus"), status);
	if (bad)
		rig_fail(r, bad);
	json_decref(status);
	assert_int_equal(
		client_call(under_test, "Console", NULL, 10000, &lines, error),
		0);
	bad = idl_fits(idl, idl_out(idl, "Console"), lines);
	if (bad)
		rig_fail(r, bad);
	json_decref(lines);
	json_decref(idl);
	RIG_DO(r, "stop", under_test);
	assert_int_equal(rig_await_end(r), 0);
}

/* With all three closed, too: musl tells of a failed line only once. */
static void output_that_fails_is_a_failure(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;
	char text[512];

	snprintf(text, sizeof(text), "exec %s --version >/dev/full",
		 rig_program());
	RIG_SAID(r, 1, "/bin/sh", "-c", text);
	snprintf(text, sizeof(text), "exec %s ps <&- >&- 2>&-", rig_program());
	RIG_SAID(r, 1, "/bin/sh", "-c", text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(reboot_and_stop_are_told_in_order),
		ON_BOTH(console_is_replayed_from_the_first_line),
		ON_BOTH(unclean_end_comes_with_the_last_lines),
		ON_MODEL(list_has_a_qemu_that_is_alone),
		ON_MODEL(others_may_what_the_file_says),
		ON_MODEL(shim_is_as_it_describes_itself),
		ON_MODEL(output_that_fails_is_a_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
