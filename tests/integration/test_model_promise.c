// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/test_model_promise.c - what a secure guest is promised,
 *	when its shims die
 *
 * On a host that is none (tests/integration/uv_host.h).
 */
#include "tests/integration/orphan.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/array.h"
#include "host/config/running_record.h"
#include "host/memory/ledger.h"
#include "tests/integration/uv_host.h"

static const char under_test[] = "under-test";

static void stop(struct rig *r)
{
	RIG_DO(r, "stop", under_test);
	rig_assert_end(r, 0);
	orphan_nothing_left(r);
}

/* The lines of the ledger that count, and the last of them. */
struct lines {
	unsigned int live, others;
	struct promised last;
};

static void add_line(void *ctx, const struct promised *m)
{
	struct lines *l = ctx;

	l->live += m->state == PROMISE_LIVES;
	l->others += m->state != PROMISE_LIVES;
	l->last = *m;
}

static struct lines lines_of(const struct rig *r)
{
	struct lines l = { 0 };

	rig_ledger(r, add_line, &l);
	return l;
}

static json_int_t boots(struct rig *r)
{
	return rig_number(r, "generation") * 1000 + rig_number(r, "boot");
}

/* Return: what it is promised once it serves in another boot than @before */
static uint64_t await_reboot(struct rig *r, json_int_t before)
{
	int64_t end_ms = child_deadline();
	struct lines l;

	do {
		if (child_left(end_ms) == 0)
			rig_fail(r, "it was not rebooted");
		orphan_await_state(r, "serving");
		l = lines_of(r);
		poll(NULL, 0, 10);
	} while (boots(r) == before || l.others);
	assert_int_equal(l.live, 1);
	assert_int_equal(l.last.pid, rig_number(r, "pid"));
	return l.last.bytes;
}

/* strace attaches to it, and kills it as it enters @call for the @nth time. */
static void kill_at(struct rig *r, struct child *strace, const char *call,
		    int nth)
{
	char inject[64], pid[16];
	const char *const argv[] = { "/usr/bin/strace", "-o/dev/null", inject,
				     pid, NULL };

	snprintf(inject, sizeof(inject), "-einject=%s:signal=KILL:when=%d",
		 call, nth);
	snprintf(pid, sizeof(pid), "-p%d", (int)r->shim.pid);
	assert_int_equal(child_start(strace, argv, -1), 0);
	assert_true(child_await_text(strace, CHILD_ERR, "attached"));
}

/*
 * A reboot from where the guest was asked to where it serves again.
 * Return: false: it does not make @call so often, and lives
 */
static bool reboot_dying_at(struct rig *r, const char *call, int nth)
{
	pid_t qemu = (pid_t)rig_number(r, "pid");
	int64_t end_ms = child_deadline();
	struct child strace, status;

	rig_hear_ready(r);
	r->ready_seen = 0;
	kill(qemu, SIGSTOP);
	RIG_DO(r, "reboot", under_test, "--in-place");
	orphan_await_state(r, "asking");
	kill_at(r, &strace, call, nth);
	kill(qemu, SIGCONT);
	while (!r->shim.ended && !r->ready_seen) {
		if (!child_poll(&r->shim, r->ready, end_ms))
			rig_fail(r, "neither rebooted nor dead");
		rig_hear_ready(r);
	}
	child_close(&strace);
	rig_verb(r, &status,
		 (const char *const[]){ "status", under_test, NULL });
	if (status.code) /* it died after it had said that it is ready */
		assert_true(child_await_end(&r->shim));
	child_close(&status);
	return r->shim.ended;
}

/* What the shim that died had written down. */
static enum lc_state recorded_state(const struct rig *r)
{
	struct record kept;
	char path[256];
	int dir;

	snprintf(path, sizeof(path), "%s/%s", r->runtime, under_test);
	dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_true(dir >= 0);
	record_read(dir, &kept);
	close(dir);
	return kept.life.state;
}

/*
 * Nobody has taken charge yet: there is one promise, and from before a reset
 * until the guest serves it has all that the reset takes.
 * Return: true: it died in the reset
 */
static bool assert_promised(struct rig *r, uint64_t served, uint64_t donated)
{
	const bool resets = recorded_state(r) == LC_RESETTING;
	const struct lines l = lines_of(r);

	assert_int_equal(l.live, 1);
	assert_int_equal(l.others, 0);
	if (resets || l.last.bytes != served)
		assert_int_equal(l.last.bytes, served + donated);
	return resets;
}

static void shims_that_die_in_a_reset_lose_and_double_no_promise(void **state)
{
	static const char *const calls[] = { "pwrite64", "write", "sendto",
					     "connect" };
	struct rig *r = &((struct both *)*state)->rig;
	unsigned int resets = 0;
	uint64_t served;

	uv_host_run(r, ",secure,no-destroy-fast,donated=64,donatable=128",
		    "yes", "[memory]\ndonation = 64 MiB\n");
	rig_await_ready(r);
	served = lines_of(r).last.bytes;
	for (size_t i = 0, nth = 1; i < ARRAY_SIZE(calls); nth++) {
		json_int_t before = boots(r);

		if (reboot_dying_at(r, calls[i], (int)nth)) {
			resets += assert_promised(r, served, 64 << 20);
			orphan_crash(r);
			uv_host_run_again(r);
			rig_await_ready(r);
		} else {
			i++;
			nth = 0;
		}
		assert_int_equal(await_reboot(r, before), served);
	}
	assert_true(resets > 0);
	stop(r);
}

/* Over a shim's death; the new value is for the next generation. */
static void donation_changed_while_it_boots_is_not_that_promised(void **state)
{
	static const char first[] = "donation = 64 MiB\n";
	struct rig *r = &((struct both *)*state)->rig;
	uint64_t booted;
	char lines[64];
	FILE *file;

	snprintf(lines, sizeof(lines), "[memory]\n%s", first);
	uv_host_run(r, ",secure,donated=64,boot=3000", "yes", lines);
	rig_await_said(r, "QEMU is");
	booted = lines_of(r).last.bytes;
	orphan_crash(r);
	file = fopen(rig_under_test(r), "r+e");
	assert_non_null(file);
	assert_int_equal(fseek(file, 1 - (long)sizeof(first), SEEK_END), 0);
	assert_true(fputs("donation = 96 MiB\n", file) >= 0);
	assert_int_equal(fclose(file), 0);
	uv_host_run_again(r);
	rig_await_ready(r);
	assert_int_equal(rig_number(r, "generation"), 1);
	assert_int_equal(lines_of(r).last.bytes, booted - (64 << 20));
	stop(r);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		ON_MODEL(shims_that_die_in_a_reset_lose_and_double_no_promise),
		ON_MODEL(donation_changed_while_it_boots_is_not_that_promised),
	};
	int code;

	return uv_host_is_shim(argc, argv, &code)
		       ? code
		       : cmocka_run_group_tests(tests, NULL, NULL);
}
