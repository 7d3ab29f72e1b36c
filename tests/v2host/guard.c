// SPDX-License-Identifier: Apache-2.0
/*
 * tests/v2host/guard.c - restarts where not all fits twice
 *
 * Theory of operation: two appliances in a group whose limit holds what both
 * need, and, but for one test, no third. They are restarted in full, in turn;
 * what the old generation holds comes back slowly, for its helper has the
 * lowest priority and whoever starts has not. So a start that does not wait
 * for memory takes more than there is, and the kernel kills somebody.
 */
#include "tests/v2host/bed.h"
#include "tests/v2host/tests.h"

#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "host/core/need.h"
#include "host/link/client.h"

#define MIB (UINT64_C(1) << 20)

enum {
	RESTARTS = 200,
	TOLD_EVERY = 20,
	ANSWER_MS = 60000,
	MEMORY_MIB = 32, /* of each guest */
	SLACK_MIB = 16,	 /* the shims, and 3 % of the limit in reserve */
};

static const struct machine_size size = {
	.kind = KIND_MICROVM,
	.cpus = 1,
	.memory = MEMORY_MIB * MIB,
};

static const char lines[] = "machine = microvm\n"
			    "memory = 32 MiB\n"
			    "cpus = 1\n"
			    "[restart]\n"
			    "limit = 0\n"
			    "silence = 0 s\n"
			    "[memory]\n";

/* In a group with room for ; they share the directories of the first. */
static void run_pair(struct rig *one, struct rig *two, unsigned int room,
		     const char *guard)
{
	char text[512], script[32], file[128];

	snprintf(script, sizeof(script), "touch=%u",
		 (unsigned int)(need_bytes(&size) / MIB) - 2);
	snprintf(text, sizeof(text), "%s%s", lines, guard);
	bed_write("memory.max", room * need_bytes(&size) + SLACK_MIB * MIB);
	bed_run(one, script, text);
	rig_await_ready(one);
	snprintf(file, sizeof(file), "%s/under-test.conf", one->dir);
	snprintf(text, sizeof(text), "%s/two.conf", one->dir);
	assert_int_equal(link(file, text), 0);
	*two = (struct rig){ .ready = -1 };
	bed_enter();
	rig_run(two, text, "two");
	bed_leave();
	rig_await_ready(two);
}

/* Its helper will get what nobody else wants. Return: it is ready again */
static bool restart(struct rig *r)
{
	json_t *parameters =
		json_pack("{s:s, s:b}", "strategy", "full", "wait", 1);
	id_t helper = (id_t)rig_number(r, "helper");
	char error[SENTENCE_MAX];
	json_t *reply = NULL;
	bool done;

	assert_true(helper > 0);
	assert_int_equal(setpriority(PRIO_PROCESS, helper, 19), 0);
	done = client_call(r->name, "Reboot", parameters, ANSWER_MS, &reply,
			   error) == 0;
	if (!done)
		print_message("%s\n", error);
	json_decref(reply);
	return done;
}

static uint64_t kills(void)
{
	return bed_count("memory.events", "oom_kill");
}

static void stop(struct rig *r)
{
	RIG_DO(r, "stop", r->name, "--now");
	rig_await_end(r);
}

/* Both have ended. */
static void close_pair(struct rig *one, struct rig *two)
{
	child_close(&two->shim);
	close(two->ready);
	rig_assert_nothing_left(one);
}

void guard_lets_nobody_be_killed_in_200_restarts(void **state)
{
	static struct rig two;
	struct rig *one = *state;

	run_pair(one, &two, 2, "admission-timeout = 1 min\n");
	for (int i = 1; i <= RESTARTS; i++) {
		assert_true(restart(i % 2 ? one : &two));
		if (i % TOLD_EVERY == 0)
			print_message("%d restarts\n", i);
	}
	assert_int_equal(kills(), 0);
	assert_string_equal(rig_last(one, "strategy"), "drain first");
	assert_int_equal(bed_count("memory.events", "max"), 0);
	stop(one);
	stop(&two);
	close_pair(one, &two);
}

void guard_lets_overlap_what_fits_twice(void **state)
{
	static struct rig two;
	struct rig *one = *state;

	run_pair(one, &two, 3, "admission-timeout = 1 min\n");
	assert_true(restart(one));
	assert_string_equal(rig_last(one, "strategy"), "overlap");
	assert_int_equal(bed_count("memory.events", "max"), 0);
	stop(one);
	stop(&two);
	close_pair(one, &two);
}

/* And of all that are there it is the newest, not one that serves. */
void without_the_guard_whoever_starts_is_killed(void **state)
{
	static struct rig two;
	struct rig *one = *state, *last = &two, *other = one;

	run_pair(one, &two, 2,
		 "admission-timeout = 0 s\nadmission-late = start-anyway\n");
	for (int i = 1; i <= RESTARTS && kills() == 0; i++) {
		last = i % 2 ? one : &two;
		other = i % 2 ? &two : one;
		if (!restart(last))
			break;
	}
	assert_true(kills() > 0);
	rig_assert_end(last, 89);
	RIG_DO(last, "reset-failed", last->name);
	assert_string_equal(rig_word(other, "state"), "serving");
	stop(other);
	close_pair(one, &two);
}
