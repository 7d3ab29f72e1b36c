// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/test_model_uv.c - `secure = yes` on a host that is none
 *
 * There is no such host to test on. So this program is the shim of its own
 * tests, with two answers exchanged: that the machine's processor may run the
 * guest, and that there is an ultravisor, which destroys fast if the
 * environment says so. QEMU, guest and what KVM refuses are the stand-in's
 * (tests/pvmodel), a model.
 */
#include "tests/integration/both.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/array.h"
#include "host/config/running_record.h"
#include "host/launch/accel.h"
#include "host/memory/ledger.h"
#include "host/qemu/uv.h"
#include "host/verbs/verbs.h"
#include "tests/integration/orphan.h"
#include "tests/integration/stub_image.h"

static const char under_test[] = "under-test", fast[] = "TEST_DESTROYS_FAST";

int accel_check(const struct appliance *a, const struct identity *who,
		char *error)
{
	(void)a;
	(void)who;
	(void)error;
	return 0;
}

struct uv_host uv_look(void)
{
	return (struct uv_host){ .hosts = true,
				 .async = true,
				 .fast = getenv(fast) != NULL };
}

int verb_refuse(const char *error) /* main.c's, whose place this takes */
{
	fprintf(stderr, "%s\n", error);
	return VERB_REFUSED;
}

static void run_in(struct rig *r, const char *script, const char *secure,
		   const char *memory)
{
	char words[128], lines[256];

	snprintf(words, sizeof(words), "version=10.2,arch=s390x%s", script);
	snprintf(lines, sizeof(lines),
		 "accel = kvm\nsecure = %s\nmemory = 2100 MiB\n"
		 "[restart]\npolicy = never\n%s",
		 secure, memory);
	rig_run_program(r, "/proc/self/exe",
			stub_model(r, "s390x", words, lines), under_test);
}

static void run(struct rig *r, const char *script, const char *secure)
{
	run_in(r, script, secure, "");
}

static void stop(struct rig *r)
{
	RIG_DO(r, "stop", under_test);
	rig_assert_end(r, 0);
	rig_assert_nothing_left(r);
}

static void guest_that_says_it_is_secure_serves(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;

	run(r, ",secure", "yes");
	rig_await_ready(r);
	assert_string_equal(rig_word(r, "secure"), "yes");
	stop(r);
}

/* Of the program itself, on this machine: whose ultravisor there is not. */
static void doctor_has_each_term_of_the_need(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;
	json_int_t guest, qemu, image, donated, all, spare;
	struct child c;
	json_t *said;

	rig_verb(r, &c,
		 (const char *const[]){ "doctor", "--json",
					stub_model(r, "s390x", "arch=s390x",
						   "accel = kvm\nsecure = no\n"
						   "memory = 64 MiB\n"),
					NULL });
	said = json_loads(c.text[CHILD_OUT], 0, NULL);
	child_close(&c);
	assert_int_equal(json_unpack(said, "{s:{s:I, s:I, s:I, s:I, s:I, s:I}}",
				     "need", "guest_bytes", &guest,
				     "qemu_bytes", &qemu, "image_bytes", &image,
				     "donated_bytes", &donated, "need_bytes",
				     &all, "spare_bytes", &spare),
			 0);
	json_decref(said);
	assert_int_equal(guest, 64 << 20);
	assert_true(qemu > 0 && image > 0);
	assert_int_equal(donated, 0);
	assert_int_equal(all, guest + qemu + image);
	assert_true(spare > 0);
}

static void guest_that_is_not_secure_has_failed(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;

	run(r, "", "yes");
	rig_assert_end(r, 90);
	rig_assert_nothing_left(r);
}

static void guest_that_may_be_secure_need_not_be(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;

	run(r, "", "auto");
	rig_await_ready(r);
	assert_string_equal(rig_word(r, "secure"), "no");
	stop(r);
}

/* What KVM refuses is known from QEMU's stderr alone. */
static void guest_that_cannot_become_secure_has_its_cause(void **state)
{
	static const struct {
		const char *script;
		int code;
		const char *says;
	} rows[] = {
		{ ",secure,no-key", 95, "KVM_PV_SET_SEC_PARMS failed" },
		{ ",secure,donated=64,donatable=32", 96,
		  "KVM_PV_ENABLE failed" },
		{ ",secure,huge-pages", 90, "KVM_PV_UNPACK failed" },
	};
	struct rig *r = &((struct both *)*state)->rig;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		run(r, rows[i].script, "yes");
		rig_assert_end(r, rows[i].code);
		assert_non_null(strstr(r->shim.text[CHILD_ERR], rows[i].says));
		rig_assert_nothing_left(r);
		both_close(state);
		both_open(state);
	}
}

/* It starts anyway, and whoever asks for more memory from then on is refused. */
static const char no_room[] = "[memory]\nreserve = 16 TiB\n"
			      "admission-timeout = 0 s\n"
			      "admission-late = start-anyway\n";

static void reboot_secure(struct rig *r, const char *script, const char *memory)
{
	run_in(r, script, "yes", memory);
	unsetenv(fast);
	rig_await_ready(r);
	RIG_DO(r, "reboot", under_test, "--wait");
	rig_await_ready(r);
}

/* facts 1.6: what PREPARE gives back the next guest takes. */
static void reset_that_destroys_fast_needs_no_memory(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;

	setenv(fast, "1", 1);
	reboot_secure(r, ",secure,donated=64", no_room);
	assert_string_equal(rig_last(r, "strategy"), "in place");
	stop(r);
}

static void reset_takes_a_second_set_of_donations_where_it_fits(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;

	reboot_secure(r, ",secure,no-destroy-fast,donated=64,donatable=128",
		      "[memory]\ndonation = 64 MiB\n");
	assert_string_equal(rig_last(r, "strategy"), "in place");
	stop(r);
}

/* It would end as a guest that cannot become secure: 96. */
static void reset_is_a_restart_where_a_second_set_does_not_fit(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;
	struct child plan;

	reboot_secure(r, ",secure,no-destroy-fast,donated=64,donatable=100",
		      no_room);
	assert_int_equal(rig_number(r, "generation"), 2);
	assert_string_equal(rig_last(r, "cause"), "clean reboot");
	assert_string_equal(rig_last(r, "reason"),
			    "the host has no memory for the donations of a "
			    "second secure guest");
	rig_verb(r, &plan, (const char *const[]){ "plan", under_test, NULL });
	if (!strstr(plan.text[CHILD_OUT], "an ultravisor that destroys fast"))
		print_error("plan: %s", plan.text[CHILD_OUT]);
	assert_non_null(strstr(plan.text[CHILD_OUT],
			       "an ultravisor that destroys fast, or memory"));
	child_close(&plan);
	stop(r);
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
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", r->runtime, LEDGER_NAME);
	assert_int_equal(ledger_list(path, add_line, &l), 0);
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
	struct child strace;

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

	run_in(r, ",secure,no-destroy-fast,donated=64,donatable=128", "yes",
	       "[memory]\ndonation = 64 MiB\n");
	rig_await_ready(r);
	served = lines_of(r).last.bytes;
	for (size_t i = 0, nth = 1; i < ARRAY_SIZE(calls); nth++) {
		json_int_t before = boots(r);

		if (reboot_dying_at(r, calls[i], (int)nth)) {
			resets += assert_promised(r, served, 64 << 20);
			orphan_crash(r);
			rig_run_program(r, "/proc/self/exe", rig_under_test(r),
					under_test);
			rig_await_ready(r);
		} else {
			i++;
			nth = 0;
		}
		assert_int_equal(await_reboot(r, before), served);
	}
	assert_true(resets > 0);
	RIG_DO(r, "stop", under_test);
	rig_assert_end(r, 0);
	orphan_nothing_left(r);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		ON_MODEL(guest_that_says_it_is_secure_serves),
		ON_MODEL(guest_that_is_not_secure_has_failed),
		ON_MODEL(doctor_has_each_term_of_the_need),
		ON_MODEL(guest_that_may_be_secure_need_not_be),
		ON_MODEL(guest_that_cannot_become_secure_has_its_cause),
		ON_MODEL(reset_that_destroys_fast_needs_no_memory),
		ON_MODEL(reset_takes_a_second_set_of_donations_where_it_fits),
		ON_MODEL(reset_is_a_restart_where_a_second_set_does_not_fit),
		ON_MODEL(shims_that_die_in_a_reset_lose_and_double_no_promise),
	};
	const struct verb shim = { .name = "run" };

	if (argc > 1 && strcmp(argv[1], shim.name) == 0)
		return verb_run(&shim, argc - 2, argv + 2);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
