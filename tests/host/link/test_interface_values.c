// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/link/test_interface_values.c - what the shim tells is as the
 * interface's text says
 */
#include "host/report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "host/config/appliance.h"
#include "host/config/image.h"
#include "host/prospect.h"
#include "host/teardown.h"
#include "tests/host/link/idl.h"
#include "tests/host/link/idl_all.h"

static struct appliance appliance = {
	.name = "web",
	.forward = { { "127.0.0.1", 8080, 80 } },
	.forwards = 1,
};
static struct image image = { .name = "web", .version = "1", .arch = "s390x" };
static struct lifecycle lc;

static struct report report(void)
{
	const struct lc_config cfg = { .boot_ms = 1000 };

	lifecycle_init(&lc, &cfg);
	lc.last.marks.at_us[MARK_STOP] = 1;
	lc.last.marks.at_us[MARK_RESET] = 2;
	return (struct report){ .appliance = &appliance,
				.image = &image,
				.lc = &lc };
}

static void assert_fits(const char *type, json_t *value)
{
	json_t *of = idl_named("io.reprise");
	const char *why = idl_fits(of, idl_type(of, type), value);

	if (why)
		fail_msg("%s: %s", type, why);
	json_decref(value);
}

/* One that nobody can measure, and one that is half done. */
static struct teardown teardowns[2] = {
	{ .generation = 1, .process = { .helper_pidfd = -1 } },
	{ .generation = 2,
	  .process = { .helper = 7, .helper_pidfd = -1, .helper_status = 9 } },
};

static void status_is_as_the_text_says(void **state)
{
	struct report r = report();

	(void)state;
	drain_begin(&teardowns[1].drain, 4096 * 4096, 1000);
	drain_sample(&teardowns[1].drain, 4096, 2000);
	r.teardowns = teardowns;
	r.teardown_count = 2;
	assert_fits("ApplianceStatus", report_status(&r, 1));
	r.console_last = json_pack("[s, s]", "Kernel panic", "end");
	r.memory_bytes = 4096;
	assert_fits("ApplianceStatus", report_status(&r, 1));
	json_decref(r.console_last);
}

static void status_on_a_bridge_names_the_link(void **state)
{
	struct report r = report();
	struct appliance a = { .name = "web",
			       .network = NETWORK_TAP,
			       .bridge = "br0",
			       .mac = "52:00:00:00:00:01" };
	const char *name = "", *bridge = "", *mac = "";
	json_t *status;

	(void)state;
	r.appliance = &a;
	status = report_status(&r, 1);
	assert_int_equal(json_unpack(status, "{s:{s:s, s:s, s:s}}", "link",
				     "name", &name, "bridge", &bridge, "mac",
				     &mac),
			 0);
	assert_string_equal(name, "rp-web");
	assert_string_equal(bridge, "br0");
	assert_string_equal(mac, "52:00:00:00:00:01");
	assert_fits("ApplianceStatus", status);
}

static void events_are_as_the_text_says(void **state)
{
	struct report r = report();

	(void)state;
	r.teardown = &teardowns[1];
	r.console_now = r.console_last = json_pack("[s]", "Kernel panic");
	for (int kind = 0; kind < REPORT_KINDS; kind++)
		assert_fits("Event", report_event(&r, (enum report_kind)kind));
	json_decref(r.console_now);
}

static void plan_is_as_the_text_says(void **state)
{
	struct report r = report();
	const struct decision d = { .need = 3, .available = 7, .promised = 5 };

	(void)state;
	strcpy(appliance.architecture, "s390x");
	appliance.memory = 512 << 20;
	assert_fits("Spare", prospect_spare(&d, "it needs 2.1 GiB"));
	assert_fits("RebootPlan", prospect_json(&r, WISH_REBOOT, 0));
	assert_fits("RebootPlan", prospect_json(&r, WISH_FULL, 1));
	assert_fits("RebootPlan", prospect_json(&r, WISH_REBOOT, 3600000000));
}

/* Run from the top of the sources, as all tests are. */
int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(status_is_as_the_text_says),
		cmocka_unit_test(status_on_a_bridge_names_the_link),
		cmocka_unit_test(events_are_as_the_text_says),
		cmocka_unit_test(plan_is_as_the_text_says),
	};

	return cmocka_run_group_tests(tests, idl_read_all, idl_free_all);
}
