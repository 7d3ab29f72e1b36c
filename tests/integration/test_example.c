// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/test_example.c - the example image, as an operator uses it
 */
#include "tests/integration/both.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/sys.h"

static void assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("'%s' is not in: %s", part, text);
}

/* id="key">value< in the page */
static void assert_page(struct rig *r, const char *key, const char *value)
{
	char part[128];

	snprintf(part, sizeof(part), "id=\"%s\">%s<", key, value);
	assert_has(rig_get(r, "/"), part);
}

static void assert_boot(struct rig *r, int generation, int boot)
{
	char number[16];

	if (rig_number(r, "generation") != generation ||
	    rig_number(r, "boot") != boot)
		rig_fail(r, "another generation, or another boot");
	snprintf(number, sizeof(number), "%d", generation);
	assert_page(r, "generation", number);
	snprintf(number, sizeof(number), "%d", boot);
	assert_page(r, "boot", number);
}

static void assert_console_has_backlog(struct rig *r)
{
	const char *const argv[] = { rig_program(), "console", r->name, NULL };
	struct child c;
	bool came;

	assert_int_equal(child_start(&c, argv, -1), 0);
	came = child_await_text(&c, CHILD_OUT, "reprise-init:");
	child_close(&c);
	assert_true(came);
}

static void assert_second_run_refused(struct rig *r, const char *image)
{
	struct child c;

	rig_verb(r, &c, (const char *const[]){ "run", image, NULL });
	child_close(&c);
	assert_int_equal(c.code, 1);
	assert_has(c.text[CHILD_ERR], "web runs already (pid ");
	assert_has(c.text[CHILD_ERR], "stop it with `reprise stop web`");
}

static void assert_verb_says(struct rig *r, const char *const args[],
			     const char *part)
{
	struct child c;

	rig_verb(r, &c, args);
	child_close(&c);
	assert_int_equal(c.code, 0);
	assert_has(c.text[CHILD_OUT], part);
}
#define ASSERT_SAYS(r, part, ...)                                              \
	assert_verb_says(r, (const char *const[]){ __VA_ARGS__, NULL }, part)

static void run_of_image_serves_until_stopped(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;
	json_int_t qemu;

	rig_run(r, rig_image(b->arch, "web"), "web");
	rig_await_ready(r);
	assert_boot(r, 1, 1);
	assert_page(r, "architecture", b->arch);
	assert_string_equal(rig_word(r, "state"), "serving");
	assert_string_equal(rig_word(r, "architecture"), b->arch);
	assert_string_equal(rig_last(r, "cause"), "none");
	ASSERT_SAYS(r, "serving", "ps");
	ASSERT_SAYS(r, "\"state\": \"serving\"", "status", "web", "--json");
	assert_console_has_backlog(r);
	qemu = rig_number(r, "pid");
	assert_second_run_refused(r, rig_image(b->arch, "web"));
	assert_int_equal(rig_number(r, "pid"), qemu);
	assert_boot(r, 1, 1);
	ASSERT_SAYS(r, "clean power-off", "stop", "web");
	rig_assert_end(r, 0);
	rig_await_said(r, "clean power-off");
	rig_assert_nothing_left(r);
}

static void reboot_in_place_keeps_qemu_each_time(void **state)
{
	char epoch[2][64];
	struct both *b = *state;
	struct rig *r = &b->rig;
	json_int_t qemu;

	rig_run(r, rig_image(b->arch, "web"), "web");
	rig_await_ready(r);
	qemu = rig_number(r, "pid");
	snprintf(epoch[0], sizeof(epoch[0]), "%s", rig_word(r, "epoch"));
	for (int boot = 2; boot <= 6; boot++) {
		RIG_DO(r, "reboot", "web", "--in-place", "--wait");
		rig_await_ready(r);
		assert_string_equal(rig_last(r, "cause"), "clean reboot");
		assert_string_equal(rig_last(r, "strategy"), "in place");
		assert_int_equal(rig_number(r, "pid"), qemu);
		assert_boot(r, 1, boot);
		snprintf(epoch[1], sizeof(epoch[1]), "%s",
			 rig_word(r, "epoch"));
		assert_string_not_equal(epoch[1], epoch[0]);
		memcpy(epoch[0], epoch[1], sizeof(epoch[0]));
	}
	RIG_DO(r, "stop", "web");
	rig_assert_end(r, 0);
	rig_assert_nothing_left(r);
}

static bool has_ended(int pidfd)
{
	struct pollfd p = { .fd = pidfd, .events = POLLIN };

	return poll(&p, 1, 0) == 1;
}

static void reboot_in_full_overlaps_the_teardown(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;
	json_int_t qemu;
	int old[2];

	rig_run(r, rig_image(b->arch, "web"), "web");
	rig_await_ready(r);
	qemu = rig_number(r, "pid");
	old[0] = sys_pidfd_open((pid_t)qemu, 0);
	old[1] = sys_pidfd_open((pid_t)rig_number(r, "helper"), 0);
	assert_true(old[0] >= 0 && old[1] >= 0);
	RIG_DO(r, "reboot", "web", "--full", "--wait");
	rig_await_ready(r);
	assert_true(has_ended(old[0]));
	assert_true(rig_number(r, "pid") != qemu);
	assert_boot(r, 2, 1);
	assert_string_equal(rig_last(r, "cause"), "clean reboot");
	assert_string_equal(rig_last(r, "strategy"), "overlap");
	RIG_DO(r, "stop", "web");
	rig_assert_end(r, 0);
	assert_true(has_ended(old[1]));
	close(old[0]);
	close(old[1]);
	rig_assert_nothing_left(r);
}

/* The first command of the README, but for what it builds. */
static void demo_reboots_in_both_ways_and_leaves_nothing(void **state)
{
	struct both *b = *state;
	const char *const argv[] = { "image/demo", rig_program(),
				     rig_image(b->arch, "web"), NULL };
	static struct child c;
	bool ended;

	assert_int_equal(child_start(&c, argv, -1), 0);
	ended = child_await_text(&c, CHILD_OUT, "== stop") &&
		child_await_end(&c);
	child_close(&c);
	assert_true(ended);
	assert_int_equal(c.code, 0);
	assert_has(c.text[CHILD_OUT], "web: in place");
	assert_has(c.text[CHILD_OUT], "web: overlap");
	assert_has(c.text[CHILD_OUT], "== done: nothing is left running");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(run_of_image_serves_until_stopped),
		ON_BOTH(reboot_in_place_keeps_qemu_each_time),
		ON_BOTH(reboot_in_full_overlaps_the_teardown),
		ON_NEXT(reboot_in_full_overlaps_the_teardown),
		ON_BOTH(demo_reboots_in_both_ways_and_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
