// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/test_policy.c - failures: how often, and what of them stays
 */
#include "tests/integration/both.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/array.h"
#include "common/sys.h"
#include "tests/integration/stub_image.h"

static const char under_test[] = "under-test";

/* A verb that must end with @code and say @part, on either stream. */
static void assert_verb(struct rig *r, const char *const args[], int code,
			const char *part)
{
	struct child c;

	rig_verb(r, &c, args);
	child_close(&c);
	if (c.code != code || !(strstr(c.text[CHILD_OUT], part) ||
				strstr(c.text[CHILD_ERR], part)))
		fail_msg("%s ended with %d and said: %s%s", args[0], c.code,
			 c.text[CHILD_OUT], c.text[CHILD_ERR]);
}
#define ASSERT_VERB(r, code, part, ...)                                        \
	assert_verb((r), (const char *const[]){ __VA_ARGS__, NULL }, (code),   \
		    (part))

/* What counts, and what it takes until the next start. */
static void crash_loop_stays_down_until_it_is_reset(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;
	char file[128];

	rig_run_model(r, "fails", "[restart]\nlimit = 2\ndelay = 50 ms\n");
	rig_assert_end(r, 66);
	rig_await_said(r, "2 failures in a row: the next start is in");
	rig_await_said(r, "it crashed too often");
	rig_await_said(r, "it stays down until");
	snprintf(file, sizeof(file), "%s/under-test.conf", r->dir);
	ASSERT_VERB(r, 1, "`reprise reset-failed under-test`", "run", file);
	ASSERT_VERB(r, 0, "failed", "ps");
	ASSERT_VERB(r, 0, "reset without intent", "status", under_test);
	ASSERT_VERB(r, 1, "reset-failed", "status", under_test, "--wait");
	ASSERT_VERB(r, 0, "", "reset-failed", under_test);
	ASSERT_VERB(r, 1, "has not failed", "reset-failed", under_test);
	rig_assert_nothing_left(r);
}

/* Its socket is not there yet, or just about. */
static void status_right_behind_run_waits_for_it(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;

	rig_run_model(r, "", "");
	RIG_DO(r, "status", under_test, "--wait");
	assert_string_equal(rig_word(r, "state"), "serving");
	RIG_DO(r, "stop", under_test);
	rig_assert_end(r, 0);
	ASSERT_VERB(r, 1, "not running", "status", under_test, "--wait");
}

static void stop_now_does_not_ask_the_guest(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;

	rig_run_model(r, "no-intent", "");
	rig_await_ready(r);
	RIG_DO(r, "stop", under_test, "--now");
	rig_assert_end(r, 76);
	rig_await_said(r, "the operator did not wait for the guest");
	rig_assert_nothing_left(r);
}

static void other_image_is_warned_of_and_restarted_in_full(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;

	rig_run_model(r, "other-image", "");
	rig_await_ready(r);
	rig_await_said(r, "the guest says that it is 'other 9', but 'stub 1'");
	RIG_DO(r, "reboot", under_test, "--wait");
	assert_string_equal(rig_last(r, "reason"),
			    "another image is to be booted");
	RIG_DO(r, "stop", under_test);
	rig_assert_end(r, 0);
	rig_assert_nothing_left(r);
}

static void shim_that_is_stopped_is_not_waited_for(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;

	rig_run_model(r, "", "");
	rig_await_ready(r);
	kill(r->shim.pid, SIGSTOP);
	ASSERT_VERB(r, 1, "it is stopped or stuck", "reboot", under_test,
		    "--wait");
	kill(r->shim.pid, SIGCONT);
	kill(r->shim.pid, SIGTERM);
	rig_assert_end(r, 0);
	rig_assert_nothing_left(r);
}

static void qemu_that_refuses_its_options_is_not_tried_again(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;

	rig_run_file(r, rig_image(b->arch, "guest"),
		     "[unsupported]\nqemu-argument = -nonsense\n");
	rig_assert_end(r, 77);
	rig_await_said(r, "QEMU refused its options");
	rig_await_said(r, "-nonsense");
	rig_assert_nothing_left(r);
}

static void panic_is_kept_until_an_operator_ends_it(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;
	int fd;

	rig_run_file(r, rig_image(b->arch, "guest"),
		     "[network]\nforward = 80\n[restart]\non-panic = pause\n");
	rig_await_ready(r);
	fd = rig_ask(r, "/cgi-bin/do?panic");
	rig_await_said(r, "the guest's kernel panicked");
	assert_string_equal(rig_word(r, "state"), "panicked");
	assert_int_equal(rig_number(r, "generation"), 1);
	RIG_DO(r, "reboot", under_test, "--wait");
	close(fd);
	rig_await_ready(r);
	assert_string_equal(rig_last(r, "cause"), "guest panic");
	assert_int_equal(rig_number(r, "generation"), 2);
	RIG_DO(r, "stop", under_test);
	rig_assert_end(r, 0);
	rig_assert_nothing_left(r);
}

/* ---- a control group that is too small for the guest */

static const char group[] = "/sys/fs/cgroup/memory/reprise-test";

static bool put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) > 0;

	if (fd >= 0)
		close(fd);
	return ok;
}

static bool put_group(const char *file, const char *text)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", group, file);
	return put(path, text);
}

/* The group's usage and a little more is all that it may have. */
static void shut_group(void)
{
	char path[128], text[32] = "";
	int fd;

	snprintf(path, sizeof(path), "%s/memory.usage_in_bytes", group);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0 && read(fd, text, sizeof(text) - 1) > 0);
	close(fd);
	snprintf(text, sizeof(text), "%lld", atoll(text) + (8 << 20));
	assert_true(put_group("memory.limit_in_bytes", text));
}

static void qemu_that_the_kernel_kills_is_out_of_memory(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;

	if ((mkdir(group, 0755) < 0 && access(group, W_OK) < 0) ||
	    !put_group("cgroup.procs", "0"))
		skip(); /* no right to make one, or no cgroup v1 */
	rig_run_file(r, rig_image(b->arch, "guest"),
		     "[network]\nforward = 80\n[restart]\npolicy = never\n");
	put("/sys/fs/cgroup/memory/cgroup.procs", "0");
	rig_await_ready(r);
	shut_group();
	rig_poke(r, "/cgi-bin/do?panic"); /* it takes all there is first */
	rig_assert_end(r, 89);
	rig_await_said(r, "out of memory: the host's kernel killed QEMU");
	rig_assert_nothing_left(r);
	rmdir(group);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_MODEL(crash_loop_stays_down_until_it_is_reset),
		ON_MODEL(status_right_behind_run_waits_for_it),
		ON_MODEL(stop_now_does_not_ask_the_guest),
		ON_MODEL(other_image_is_warned_of_and_restarted_in_full),
		ON_MODEL(shim_that_is_stopped_is_not_waited_for),
		ON_BOTH(qemu_that_refuses_its_options_is_not_tried_again),
		ON_NEXT(qemu_that_refuses_its_options_is_not_tried_again),
		ON_BOTH(panic_is_kept_until_an_operator_ends_it),
		ON_ONE(qemu_that_the_kernel_kills_is_out_of_memory, x86_64),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
