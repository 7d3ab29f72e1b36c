// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/test_memory.c - two appliances, and memory for one
 *
 * Theory of operation: [memory] reserve, or a limit, leaves room for one of
 * them and a bit more, whatever this machine has. Where it is a matter of what
 * was promised the stand-in (tests/pvmodel) takes the place of QEMU, for it
 * touches none of it; a slot of the ledger that the test itself holds takes that
 * of an appliance that drains for as long as the test likes. Which way a restart
 * goes is tested with QEMU, whose guest's memory is all there.
 */
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "host/core/need.h"
#include "host/memory/host.h"
#include "host/memory/ledger.h"
#include "tests/integration/held.h"
#include "tests/integration/orphan.h"
#include "tests/integration/space.h"
#include "tests/integration/stub_image.h"

#define MIB (UINT64_C(1) << 20)

enum {
	LINES = 512,
	REAL_MIB =
		2048, /* of a guest in QEMU: what else runs here takes less */
	LOST_LESS_MIB = 4096,
	NO_MEMORY = 98, /* exit code: reprise(1) */
	RESETS = 4,
};

static struct rig second;
static struct space space;
static struct child verb;
static struct promise_slot old = { .fd = -1 };

static uint64_t available(void)
{
	struct domain host;

	assert_int_equal(host_room("", &host), 0);
	return host.room + host.reclaimable;
}

/* A third of what there is, so that a reserve can be what decides. */
static uint64_t memory_mib(void)
{
	uint64_t mib = available() / 3 / MIB;

	return mib < LOST_LESS_MIB ? mib : LOST_LESS_MIB;
}

static uint64_t need(enum machine_kind kind, uint64_t mib)
{
	const struct machine_size size = { .kind = kind,
					   .cpus = 1,
					   .memory = mib * MIB };

	return need_bytes(&size);
}

/* [memory] with a reserve that leaves room for one and a bit. */
static void room_for_one(char lines[static LINES], enum machine_kind kind,
			 uint64_t mib, const char *begin, const char *end)
{
	uint64_t room = need(kind, mib) * 13 / 10, all = available();

	if (all < room)
		skip();
	snprintf(lines, LINES,
		 "memory = %llu MiB\n%s[restart]\npolicy = never\n"
		 "[memory]\nreserve = %llu MiB\n%s",
		 (unsigned long long)mib, begin,
		 (unsigned long long)((all - room) / MIB), end);
}

static int open_two(void **state)
{
	both_open(state);
	memset(&second, 0, sizeof(second));
	second.shim.pidfd = -1;
	second.shim.fd[CHILD_OUT] = second.shim.fd[CHILD_ERR] = -1;
	second.console = second.shim;
	second.ready = -1;
	return 0;
}

static int close_two(void **state)
{
	ledger_leave(&old);
	child_close(&verb);
	child_close(&second.shim);
	if (second.ready >= 0)
		close(second.ready);
	return both_close(state);
}

static int close_space(void **state)
{
	child_close(&verb);
	both_close(state);
	space_close(&space);
	return 0;
}

/* The same file under another name, with @end. */
static void run_second(struct rig *r, const char *end)
{
	char text[4096], path[128];
	size_t n;
	FILE *f = fopen(rig_under_test(r), "re");

	assert_non_null(f);
	n = fread(text, 1, sizeof(text) - LINES, f);
	fclose(f);
	snprintf(text + n, LINES, "%s", end);
	snprintf(path, sizeof(path), "%s", rig_write(r, "second.conf", text));
	rig_run(&second, path, "second");
}

static void run_first(struct rig *r)
{
	char lines[LINES];

	room_for_one(lines, KIND_Q35, memory_mib(), "", "");
	rig_run_model(r, "", lines);
	rig_await_ready(r);
}

/* Somebody as large as the others drains, until ledger_leave(&old). */
static void begin_drain(struct rig *r)
{
	static const struct domains alone;
	const struct application a = { "old", need(KIND_Q35, memory_mib()), 0,
				       &alone };
	char path[SENTENCE_MAX], error[SENTENCE_MAX];

	/* its shim answers: it is not in the section, and nobody else is there */
	assert_string_equal(rig_word(r, "state"), "serving");
	snprintf(path, sizeof(path), "%s/%s", r->runtime, LEDGER_NAME);
	assert_int_equal(ledger_join(path, &a, &old, error), 0);
	assert_int_equal(ledger_drains(&old, a.need, error), 0);
}

static void count_living(void *ctx, const struct promised *m)
{
	unsigned int *n = ctx;

	*n += m->state == PROMISE_LIVES;
}

static unsigned int living(const struct rig *r)
{
	unsigned int n = 0;

	rig_ledger(r, count_living, &n);
	return n;
}

static void stop_both(struct rig *r)
{
	RIG_DO(&second, "stop", "second");
	rig_assert_end(&second, 0);
	RIG_DO(r, "stop", "under-test");
	rig_assert_end(r, 0);
	orphan_nothing_left(r);
	assert_int_equal(living(r), 0);
}

static void second_that_never_fits_is_refused_with_the_numbers(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;

	run_first(r);
	run_second(r, "");
	rig_assert_end(&second, NO_MEMORY);
	rig_await_said(&second, "it needs ");
	rig_await_said(&second, " reserved");
	assert_int_equal(living(r), 1);
	RIG_DO(r, "stop", "under-test");
	rig_assert_end(r, 0);
	rig_assert_nothing_left(r);
}

static void second_waits_for_memory_that_comes_back(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;

	run_first(r);
	begin_drain(r);
	run_second(r, "");
	rig_await_said(&second, "waits for memory: it needs ");
	assert_string_equal(rig_word(&second, "state"), "waiting for memory");
	assert_int_equal(living(r), 1);
	RIG_DO(r, "stop", "under-test");
	rig_assert_end(r, 0);
	rig_await_ready(&second);
	assert_int_equal(living(r), 1);
	RIG_DO(&second, "stop", "second");
	rig_assert_end(&second, 0);
	rig_assert_nothing_left(r);
}

static void stop_ends_a_start_that_waits(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;

	run_first(r);
	begin_drain(r);
	run_second(r, "");
	rig_await_said(&second, "waits for memory");
	RIG_DO(&second, "stop", "second");
	rig_assert_end(&second, 0);
	assert_int_equal(living(r), 1);
	RIG_DO(r, "stop", "under-test");
	rig_assert_end(r, 0);
	rig_assert_nothing_left(r);
}

static void late_start_gives_up(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;

	run_first(r);
	begin_drain(r);
	run_second(r, "admission-timeout = 1 s\n");
	rig_assert_end(&second, NO_MEMORY);
	rig_await_said(&second, " draining");
	assert_int_equal(living(r), 1);
	RIG_DO(r, "stop", "under-test");
	rig_assert_end(r, 0);
	rig_assert_nothing_left(r);
}

/* And counts, for as long as its QEMU lives, whichever shim has it. */
static void late_start_begins_anyway_and_counts(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;

	run_first(r);
	begin_drain(r);
	run_second(r, "admission-timeout = 1 s\n"
		      "admission-late = start-anyway\n");
	rig_await_said(&second, "starts anyway");
	rig_await_ready(&second);
	assert_int_equal(living(r), 2);
	orphan_crash(&second);
	assert_int_equal(living(r), 2);
	run_second(r, "");
	rig_await_ready(&second);
	assert_int_equal(living(r), 2);
	stop_both(r);
}

/* Refused, had it been to give up. */
static void start_that_never_fits_begins_anyway_and_counts(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;

	run_first(r);
	run_second(r, "admission-late = start-anyway\n");
	rig_await_said(&second, "starts anyway");
	rig_await_ready(&second);
	assert_int_equal(living(r), 2);
	stop_both(r);
}

static void assert_restarted(struct rig *r, const char *strategy)
{
	assert_string_equal(rig_last(r, "strategy"), strategy);
	assert_string_equal(rig_last(r, "cause"), "clean reboot");
	assert_int_equal(living(r), 1);
	RIG_DO(r, "stop", "under-test");
	rig_assert_end(r, 0);
	rig_assert_nothing_left(r);
}

static const char all_there[] =
	"[network]\nforward = 80\n"
	"[unsupported]\nqemu-argument = -mem-prealloc\n";

static enum machine_kind kind_of(const struct both *b)
{
	return strcmp(b->arch, "s390x") == 0 ? KIND_S390X : KIND_Q35;
}

static void start_all_there(struct both *b)
{
	char lines[LINES];

	snprintf(lines, sizeof(lines), "memory = %d MiB\n%s", REAL_MIB,
		 all_there);
	rig_run_file(&b->rig, rig_image(b->arch, "guest"), lines);
	rig_await_ready(&b->rig);
}

static void restart_with_room_overlaps(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;

	start_all_there(b);
	RIG_DO(r, "reboot", "under-test", "--full", "--wait");
	assert_restarted(r, "overlap");
}

/* TCG translates all of a boot again after each, and QEMU keeps what it has
 * translated (docs/facts.md 11). */
static void resets_leave_qemu_with_what_it_was_promised(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;

	start_all_there(b);
	for (int i = 0; i < RESETS; i++)
		RIG_DO(r, "reboot", "under-test", "--in-place", "--wait");
	assert_int_equal(rig_number(r, "generation"), 1);
	assert_in_range(rig_number(r, "memory_bytes"), REAL_MIB * MIB,
			need(kind_of(b), REAL_MIB));
	assert_restarted(r, "in place");
}

/* Exact, where there may be such a space; else nobody but us is to take, or give
 * back, much of the host's memory meanwhile. */
static void run_where_one_fits(struct both *b)
{
	const enum machine_kind kind = kind_of(b);
	char lines[LINES];

	if (!space_open(&space, need(kind, REAL_MIB) * 13 / 10)) {
		room_for_one(lines, kind, REAL_MIB, all_there, "");
		rig_run_file(&b->rig, rig_image(b->arch, "guest"), lines);
		return;
	}
	snprintf(lines, sizeof(lines),
		 "memory = %d MiB\n%s[restart]\npolicy = never\n", REAL_MIB,
		 all_there);
	space_enter(&space);
	rig_run_file(&b->rig, rig_image(b->arch, "guest"), lines);
	space_leave(&space);
}

/* The helper is held, or its memory might be back before anybody asks. */
static void restart_without_room_drains_first(void **state)
{
	const char *const reboot[] = { rig_program(), "reboot", "under-test",
				       "--full",      "--wait", NULL };
	struct both *b = *state;
	struct rig *r = &b->rig;
	pid_t helper;

	run_where_one_fits(b);
	rig_await_ready(r);
	helper = (pid_t)rig_number(r, "helper");
	if (!helper)
		rig_fail(r, "QEMU has no helper");
	held_begin(helper);
	assert_int_equal(child_start(&verb, reboot, -1), 0);
	rig_await_said(r, "waits for memory");
	held_let_go(helper);
	assert_true(child_await_end(&verb));
	assert_int_equal(verb.code, 0);
	assert_restarted(r, "drain first");
}

#define OF_TWO(test)                                                           \
	{                                                                      \
#test, test, open_two, close_two, &both_x86_64                 \
	}
#define IN_SPACE(test, which)                                                  \
	{                                                                      \
#test "@" #which, test, both_open, close_space, &both_##which  \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		OF_TWO(second_that_never_fits_is_refused_with_the_numbers),
		OF_TWO(second_waits_for_memory_that_comes_back),
		OF_TWO(stop_ends_a_start_that_waits),
		OF_TWO(late_start_gives_up),
		OF_TWO(late_start_begins_anyway_and_counts),
		OF_TWO(start_that_never_fits_begins_anyway_and_counts),
		ON_BOTH(restart_with_room_overlaps),
		ON_BOTH(resets_leave_qemu_with_what_it_was_promised),
		IN_SPACE(restart_without_room_drains_first, x86_64),
		IN_SPACE(restart_without_room_drains_first, s390x),
	};

	prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
