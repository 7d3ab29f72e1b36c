// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/test_model_gate.c - a QEMU that does not do as it should
 *
 * On the stand-in (tests/pvmodel): what real QEMU cannot show on demand.
 */
#include "tests/integration/both.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/integration/stub_image.h"

static const char never[] = "[restart]\npolicy = never\n";
static const char under_test[] = "under-test";

static void assert_last(struct rig *r, const char *cause, const char *strategy,
			const char *reason)
{
	assert_string_equal(rig_last(r, "cause"), cause);
	assert_string_equal(rig_last(r, "strategy"), strategy);
	assert_string_equal(rig_last(r, "reason"), reason);
}

static void start(struct rig *r, const char *script, const char *lines)
{
	rig_run_model(r, script, lines);
	rig_await_ready(r);
}

static void reboot(struct rig *r)
{
	RIG_DO(r, "reboot", under_test, "--wait");
	rig_await_ready(r);
}

/* Return: its exit code, once nothing of it is left */
static int stop(struct rig *r)
{
	int code;

	RIG_DO(r, "stop", under_test);
	code = rig_await_end(r);
	rig_assert_nothing_left(r);
	return code;
}

/* How often QEMU was told to reset, as the stand-in wrote it down. */
static int count_resets(const struct rig *r)
{
	char path[256], line[128];
	int n = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s/qemu.log", r->runtime, under_test);
	f = fopen(path, "re");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f))
		n += strncmp(line, "pvmodel: reset ", 15) == 0;
	fclose(f);
	return n;
}

static void model_as_it_should_be_reboots_in_place(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;

	start(r, "", "");
	assert_true(rig_number(r, "helper") > 0);
	reboot(r);
	assert_last(r, "clean reboot", "in place",
		    "clean intent, same image, healthy QEMU");
	assert_int_equal(rig_number(r, "boot"), 2);
	assert_int_equal(count_resets(r), 1);
	assert_int_equal(stop(r), 0);
}

static void run_with_of_qemu_9_is_understood(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;

	start(r, "version=9.0", "");
	assert_true(rig_number(r, "helper") > 0);
	assert_int_equal(stop(r), 0);
}

static void missing_helper_is_told_and_survived(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;

	start(r, "no-helper", "");
	rig_await_said(r, "QEMU has no teardown helper");
	assert_int_equal(rig_number(r, "helper"), 0);
	assert_int_equal(stop(r), 0);
}

static void deaf_at_stop_drains_first(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;

	start(r, "deaf-at-stop", "");
	reboot(r);
	assert_last(r, "clean reboot", "overlap",
		    "QEMU did not answer in time");
	assert_int_equal(rig_number(r, "generation"), 2);
	assert_int_equal(stop(r), 0);
}

static void refused_reset_relaunches(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;

	start(r, "refuses-reset", "");
	reboot(r);
	assert_last(r, "clean reboot", "overlap", "QEMU refused to reset");
	assert_int_equal(rig_number(r, "generation"), 2);
	assert_int_equal(stop(r), 0);
}

static void two_shutdowns_of_one_stop_are_one_decision(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;

	start(r, "double-shutdown", "");
	for (int boot = 2; boot <= 4; boot++) {
		reboot(r);
		assert_string_equal(rig_last(r, "strategy"), "in place");
		assert_int_equal(rig_number(r, "boot"), boot);
		assert_int_equal(count_resets(r), boot - 1);
	}
	assert_int_equal(rig_number(r, "generation"), 1);
	assert_int_equal(stop(r), 0);
}

static void firmware_that_resets_twice_more_continues_the_boot(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;

	start(r, "firmware-resets=2", "");
	reboot(r);
	assert_string_equal(rig_last(r, "strategy"), "in place");
	assert_int_equal(count_resets(r), 3);
	assert_int_equal(rig_number(r, "boot"), 2);
	assert_int_equal(rig_number(r, "generation"), 1);
	assert_int_equal(stop(r), 0);
}

static void firmware_that_resets_thrice_more_is_judged(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;

	start(r, "firmware-resets=3", "");
	RIG_DO(r, "reboot", under_test);
	rig_await_ready(r);
	assert_last(r, "reset without intent", "overlap",
		    "the guest did not end cleanly");
	assert_int_equal(rig_number(r, "generation"), 2);
	assert_int_equal(stop(r), 0);
}

static void unclean_proof_is_never_reset_in_place(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;

	start(r, "unclean", "");
	RIG_DO(r, "reboot", under_test, "--in-place", "--wait");
	rig_await_ready(r);
	assert_last(r, "proof not clean", "overlap",
		    "the guest did not end cleanly");
	assert_non_null(strstr(rig_last(r, "evidence"), "1 writable mount"));
	assert_int_equal(rig_number(r, "generation"), 2);
	assert_int_equal(stop(r), 64);
}

static void refusing_policy_is_the_answer(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;
	struct child c;

	start(r, "policy", "");
	rig_verb(r, &c,
		 (const char *const[]){ "reboot", under_test, "--wait", NULL });
	child_close(&c);
	assert_int_equal(c.code, 1);
	assert_non_null(strstr(c.text[CHILD_ERR], "sealed policy forbids it"));
	assert_string_equal(rig_word(r, "state"), "serving");
	assert_int_equal(rig_number(r, "boot"), 1);
	/* a signal insists: the host ends what the guest does not want to */
	kill(r->shim.pid, SIGTERM);
	rig_assert_end(r, 91);
	rig_assert_nothing_left(r);
}

static void silent_agent_is_lost_and_relaunched(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;

	start(r, "no-intent", "");
	reboot(r);
	assert_last(r, "agent lost", "overlap",
		    "the guest did not end cleanly");
	assert_int_equal(rig_number(r, "generation"), 2);
	assert_int_equal(stop(r), 72);
}

static void guest_that_stays_after_commit_hangs(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;

	start(r, "stays", never);
	RIG_DO(r, "reboot", under_test, "--wait");
	rig_await_ready(r);
	assert_string_equal(rig_last(r, "cause"), "guest hang");
	/* but a power-off need not be seen: COMMIT was sent */
	assert_int_equal(stop(r), 0);
}

static void boot_without_hello_times_out(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;

	rig_run_model(r, "no-hello",
		      "boot-timeout = 1 s\n[restart]\npolicy = never\n");
	rig_assert_end(r, 71);
	rig_await_said(r, "boot timeout");
	rig_assert_nothing_left(r);
}

static void qemu_that_ignores_quit_gets_sigterm_then_sigkill(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;

	start(r, "ignores-quit", "");
	assert_int_equal(stop(r), 0);
	rig_close(r);
	rig_open(r);
	start(r, "ignores-quit,ignores-term", "");
	assert_int_equal(stop(r), 0);
}

static void qemu_that_ends_before_qmp_is_quoted(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;

	rig_run_model(r, "ends-at-once", "");
	rig_assert_end(r, 77);
	rig_await_said(r, "QEMU refused its options");
	rig_await_said(r, "pvmodel: these are my last words");
	rig_assert_nothing_left(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_MODEL(model_as_it_should_be_reboots_in_place),
		ON_MODEL(run_with_of_qemu_9_is_understood),
		ON_MODEL(missing_helper_is_told_and_survived),
		ON_MODEL(deaf_at_stop_drains_first),
		ON_MODEL(refused_reset_relaunches),
		ON_MODEL(two_shutdowns_of_one_stop_are_one_decision),
		ON_MODEL(firmware_that_resets_twice_more_continues_the_boot),
		ON_MODEL(firmware_that_resets_thrice_more_is_judged),
		ON_MODEL(unclean_proof_is_never_reset_in_place),
		ON_MODEL(refusing_policy_is_the_answer),
		ON_MODEL(silent_agent_is_lost_and_relaunched),
		ON_MODEL(guest_that_stays_after_commit_hangs),
		ON_MODEL(boot_without_hello_times_out),
		ON_MODEL(qemu_that_ignores_quit_gets_sigterm_then_sigkill),
		ON_MODEL(qemu_that_ends_before_qmp_is_quoted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
