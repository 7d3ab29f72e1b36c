// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/config/test_fit.c - values that go together, and that do not
 */
#include "host/config/fit.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/array.h"
#include "host/config/keys.h"

static struct appliance a;
static char error[SENTENCE_MAX];

/* @text: of an appliance file that is right, each value for itself */
static int fit(const char *arch, const char *text)
{
	struct conf c;

	keys_defaults(&a);
	keys_begin(&c, &a, "x.conf");
	snprintf(a.file, sizeof(a.file), "x.conf");
	while (*text) {
		size_t n = strcspn(text, "\n");

		if (conf_line(&c, text, n) < 0)
			fail_msg("%s", c.error);
		keys_note_line(&a, &c);
		text += n + 1;
	}
	snprintf(a.architecture, sizeof(a.architecture), "%s", arch);
	error[0] = '\0';
	return appliance_fit(&a, error);
}

static void what_does_not_go_together_is_refused_with_its_line(void **state)
{
	static const struct {
		const char *arch, *text, *where, *what;
	} bad[] = {
		{ "arm", "[appliance]\nimage = /i\n",
		  "x.conf:2: /i: the image is for arm", "x86_64 or s390x" },
		{ "s390x", "[appliance]\nmachine = microvm\n",
		  "x.conf:2: machine = microvm", "write machine = default" },
		{ "x86_64", "[appliance]\nmachine = microvm\nwatchdog = yes\n",
		  "x.conf:3: watchdog = yes", "write watchdog = no" },
		{ "x86_64",
		  "[appliance]\nmachine = microvm\n[storage]\n"
		  "disk = a /d\ndisk = b /d\ndisk = c /d\n"
		  "disk = d /d\ndisk = e /d\ndisk = f /d\n",
		  "x.conf:9: machine = microvm", "room for 5 disks" },
		{ "x86_64", "[network]\nmode = none\nforward = 80\n",
		  "x.conf:3: a forward needs", "line 2 says mode = none" },
		{ "x86_64",
		  "[network]\nforward = 80\nbridge = br0\nmode = tap\n",
		  "x.conf:2: a forward needs", "line 4 says mode = tap" },
		{ "x86_64", "[network]\nmode = tap\n", "x.conf:2: mode = tap",
		  "write bridge = NAME" },
		{ "x86_64", "[network]\nbridge = br0\n", "x.conf:2: a bridge",
		  "leave the bridge out" },
		{ "x86_64", "[appliance]\naccel = kvm\nsecure = yes\n",
		  "x.conf:3: secure = yes", "s390x alone" },
		{ "s390x", "[appliance]\nsecure = yes\n",
		  "x.conf:2: secure = yes", "write accel = kvm" },
		{ "s390x", "[appliance]\ndies = 2\n", "x.conf:2: ", "no dies" },
		{ "x86_64", "[appliance]\nmachine = microvm\ndies = 2\n",
		  "x.conf:3: ", "no dies" },
		{ "s390x", "[appliance]\nthreads = 2\n",
		  "x.conf:2: ", "no threads" },
		{ "x86_64", "[appliance]\ncpus = 5\ncores = 2\n",
		  "x.conf:3: ", "make 2 CPUs, but there are 5" },
		{ "x86_64", "[appliance]\ncpus = 2\nsockets = 2\ncores = 2\n",
		  "x.conf:4: ", "make 4 CPUs, but there are 2" },
		{ "x86_64", "[appliance]\ncores = 248\nsockets = 248\n",
		  "x.conf:3: ", "make 61504 CPUs" },
		{ "x86_64",
		  "[appliance]\nsockets = 248\ndies = 248\ncores = 248\n"
		  "threads = 248\n",
		  "x.conf:5: ", "make 3782742016 CPUs" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		if (fit(bad[i].arch, bad[i].text) != -EINVAL)
			fail_msg("taken: %s", bad[i].text);
		if (strncmp(error, bad[i].where, strlen(bad[i].where)) != 0 ||
		    !strstr(error, bad[i].what))
			fail_msg("%s", error);
	}
}

static void topology_completes_cpus_and_sockets(void **state)
{
	static const struct {
		const char *text;
		uint32_t cpus;
		struct topology t;
	} good[] = {
		{ "[appliance]\n", 1, { 0, 0, 0, 0 } },
		{ "[appliance]\ncpus = 4\n", 4, { 0, 0, 0, 0 } },
		{ "[appliance]\ncores = 4\n", 4, { 1, 0, 4, 0 } },
		{ "[appliance]\ncpus = 8\ncores = 4\n", 8, { 2, 0, 4, 0 } },
		{ "[appliance]\nthreads = 2\ncores = 2\nsockets = 3\n",
		  12,
		  { 3, 0, 2, 2 } },
		{ "[appliance]\ndies = 2\n", 2, { 1, 2, 0, 0 } },
		{ "[appliance]\nsockets = 248\n", 248, { 248, 0, 0, 0 } },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		if (fit("x86_64", good[i].text) < 0)
			fail_msg("%s", error);
		assert_int_equal(a.cpus, good[i].cpus);
		assert_memory_equal(&a.topology, &good[i].t,
				    sizeof(a.topology));
	}
}

static void microvm_has_no_watchdog_unless_asked(void **state)
{
	(void)state;
	assert_int_equal(fit("x86_64", "[appliance]\nmachine = microvm\n"), 0);
	assert_false(a.watchdog);
	assert_int_equal(fit("x86_64", "[appliance]\n"), 0);
	assert_true(a.watchdog);
}

static void warnings_are_those_that_apply(void **state)
{
	static const char text[] = "[appliance]\naccel = kvm\n[storage]\ndisk "
				   "= a cache unsafe /d\n"
				   "[unsupported]\nqemu-argument = -s\n";

	(void)state;
	assert_int_equal(fit("s390x", text), 0);
	assert_non_null(strstr(appliance_warning(&a, 0), "[unsupported]"));
	assert_non_null(strstr(appliance_warning(&a, 1), "cache unsafe"));
	assert_null(appliance_warning(&a, 2));
	a.disk[0].read_only = true;
	assert_non_null(strstr(appliance_warning(&a, 0), "[unsupported]"));
	assert_null(appliance_warning(&a, 1));
	assert_int_equal(fit("s390x", "[appliance]\n"), 0);
	assert_null(appliance_warning(&a, 0));
}

static void warning_of_a_start_without_admission_is_given(void **state)
{
	(void)state;
	assert_int_equal(fit("x86_64", "[memory]\n"
				       "admission-late = start-anyway\n"),
			 0);
	assert_non_null(strstr(appliance_warning(&a, 0), "start-anyway"));
	assert_null(appliance_warning(&a, 1));
	assert_int_equal(fit("x86_64", "[memory]\n"
				       "admission-late = give-up\n"),
			 0);
	assert_null(appliance_warning(&a, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			what_does_not_go_together_is_refused_with_its_line),
		cmocka_unit_test(topology_completes_cpus_and_sockets),
		cmocka_unit_test(microvm_has_no_watchdog_unless_asked),
		cmocka_unit_test(warnings_are_those_that_apply),
		cmocka_unit_test(warning_of_a_start_without_admission_is_given),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
