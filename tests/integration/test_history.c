// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/test_history.c - what an appliance did, and would do
 */
#include <string.h>

#include "common/array.h"
#include "tests/integration/both.h"

/* What `reprise history guest --json` prints; the caller's. */
static json_t *history(struct rig *r)
{
	const char *const args[] = { "history", "guest", "--json", NULL };
	static struct child c;
	json_t *entries;

	rig_verb(r, &c, args);
	assert_int_equal(c.code, 0);
	entries = json_loads(c.text[CHILD_OUT], 0, NULL);
	assert_true(json_is_array(entries));
	child_close(&c);
	return entries;
}

static const char *word(const json_t *entries, size_t i, const char *key)
{
	const json_t *entry = json_array_get(entries, i);
	const char *text = json_string_value(json_object_get(entry, key));

	return text ? text : "";
}

static json_int_t number(const json_t *entries, size_t i, const char *key)
{
	const json_t *entry = json_array_get(entries, i);

	return json_integer_value(json_object_get(entry, key));
}

static void run_reboot_stop(struct rig *r, const char *arch)
{
	rig_run(r, rig_image(arch, "guest"), "guest");
	rig_await_ready(r);
	RIG_DO(r, "reboot", "guest", "--wait");
	RIG_DO(r, "stop", "guest");
	assert_int_equal(rig_await_end(r), 0);
}

static void history_outlives_the_shim(void **state)
{
	static const char *const ways[] = { "none", "in place", "stop" };
	struct both *b = *state;
	struct rig *r = &b->rig;
	json_t *entries;

	run_reboot_stop(r, b->arch);
	rig_assert_nothing_left(r);
	entries = history(r);
	assert_int_equal(json_array_size(entries), 3);
	for (size_t i = 0; i < ARRAY_SIZE(ways); i++)
		assert_string_equal(word(entries, i, "strategy"), ways[i]);
	assert_string_equal(word(entries, 1, "cause"), "clean reboot");
	assert_string_equal(word(entries, 1, "architecture"), b->arch);
	assert_true(number(entries, 0, "boot_us") > 0);
	assert_true(number(entries, 1, "down_us") > 0);
	assert_true(number(entries, 1, "down_us") <=
		    number(entries, 1, "total_us"));
	assert_true(number(entries, 1, "memory") > 0);
	json_decref(entries);
}

static void history_is_a_table(void **state)
{
	const char *const args[] = { "history", "guest", "--last", "2", NULL };
	struct both *b = *state;
	struct rig *r = &b->rig;
	static struct child c;

	run_reboot_stop(r, b->arch);
	rig_verb(r, &c, args);
	assert_int_equal(c.code, 0);
	assert_non_null(strstr(c.text[CHILD_OUT], "QUIESCE"));
	assert_non_null(strstr(c.text[CHILD_OUT], "in place"));
	assert_non_null(strstr(c.text[CHILD_OUT], "clean power-off"));
	assert_null(strstr(c.text[CHILD_OUT], "start"));
	child_close(&c);
}

static void history_that_cannot_be_written_harms_nothing(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;
	const char *said;

	rig_write(r, "state", ""); /* a file where its directory should be */
	run_reboot_stop(r, b->arch);
	said = strstr(r->shim.text[CHILD_ERR], "are not recorded");
	assert_non_null(said);
	assert_null(strstr(said + 1, "are not recorded")); /* once */
	rig_assert_nothing_left(r);
}

static json_t *plan(struct rig *r)
{
	const char *const args[] = { "plan", "guest", "--json", NULL };
	static struct child c;
	json_t *plan;

	rig_verb(r, &c, args);
	assert_int_equal(c.code, 0);
	plan = json_loads(c.text[CHILD_OUT], 0, NULL);
	assert_true(json_is_object(plan));
	child_close(&c);
	return plan;
}

/* What the plan says of a way to restart: the first is in place. */
static const json_t *way(const json_t *plan, size_t i)
{
	return json_array_get(json_object_get(plan, "options"), i);
}

static bool is_of_history(const json_t *option)
{
	return strcmp(json_string_value(json_object_get(option, "basis")),
		      "history") == 0;
}

/* Three reboots teach what the fourth takes, and the next shim knows it too. */
static void plan_learns_from_history(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;
	json_t *p;

	for (int i = 0; i < 2; i++) {
		rig_run(r, rig_image(b->arch, "guest"), "guest");
		rig_await_ready(r);
		p = plan(r);
		assert_int_equal(is_of_history(way(p, 0)), i == 1);
		json_decref(p);
		for (int n = 0; n < 3 && i == 0; n++) {
			RIG_DO(r, "reboot", "guest", "--in-place", "--wait");
			rig_await_ready(r);
		}
		p = plan(r);
		assert_string_equal(
			json_string_value(json_object_get(p, "strategy")),
			"in place");
		assert_true(is_of_history(way(p, 0)));
		assert_int_equal(json_integer_value(
					 json_object_get(way(p, 0), "samples")),
				 3);
		json_decref(p);
		RIG_DO(r, "stop", "guest");
		assert_int_equal(rig_await_end(r), 0);
	}
}

static void reboot_with_budget(struct rig *r, struct child *c, const char *time)
{
	const char *const args[] = { "reboot", "guest",	 "--budget",
				     time,     "--wait", NULL };

	rig_verb(r, c, args);
}

static void budget_that_cannot_hold_is_refused_beforehand(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;
	static struct child c;

	rig_run(r, rig_image(b->arch, "guest"), "guest");
	rig_await_ready(r);
	reboot_with_budget(r, &c, "1 ms");
	assert_int_equal(c.code, 1);
	assert_non_null(strstr(c.text[CHILD_ERR], "will not hold"));
	child_close(&c);
	assert_int_equal(rig_number(r, "boot"), 1);
	reboot_with_budget(r, &c, "60min");
	assert_int_equal(c.code, 0);
	assert_non_null(strstr(c.text[CHILD_ERR], "are assumed"));
	child_close(&c);
	assert_int_equal(rig_number(r, "boot"), 2);
	RIG_DO(r, "stop", "guest");
	assert_int_equal(rig_await_end(r), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(history_outlives_the_shim),
		ON_ONE(history_is_a_table, x86_64),
		ON_BOTH(plan_learns_from_history),
		ON_ONE(budget_that_cannot_hold_is_refused_beforehand, s390x),
		ON_ONE(history_that_cannot_be_written_harms_nothing, x86_64),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
