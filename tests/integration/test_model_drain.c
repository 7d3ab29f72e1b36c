// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/test_model_drain.c - a generation drains beside the next,
 *	or a start waits for memory
 *
 * On the stand-in (tests/pvmodel), whose helper is held on its way out.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/memory/ledger.h"
#include "tests/integration/held.h"
#include "tests/integration/orphan.h"
#include "tests/integration/stub_image.h"

static const char name[] = "under-test";

static json_int_t draining(struct rig *r, pid_t *helper)
{
	json_t *status = rig_status(r);
	const json_t *list = json_object_get(status, "draining");
	const json_t *first = json_array_get(list, 0);
	json_int_t n = (json_int_t)json_array_size(list);

	*helper = (pid_t)json_integer_value(json_object_get(first, "helper"));
	json_decref(status);
	return n;
}

/* Generation 2 serves. Return: the helper of generation 1, which is held */
static pid_t overlap(struct rig *r)
{
	pid_t helper = (pid_t)rig_number(r, "helper"), drains;

	held_begin(helper);
	RIG_DO(r, "reboot", name, "--full", "--wait");
	assert_string_equal(rig_last(r, "strategy"), "overlap");
	assert_int_equal(rig_number(r, "generation"), 2);
	assert_int_equal(draining(r, &drains), 1);
	assert_int_equal(drains, helper);
	return helper;
}

/* It ends; the shim hears of it. */
static void let_go(struct rig *r, pid_t helper)
{
	int64_t end_ms = child_deadline();
	pid_t drains;

	held_let_go(helper);
	while (draining(r, &drains)) {
		if (child_left(end_ms) == 0)
			rig_fail(r, "it drains for ever");
		poll(NULL, 0, 10);
	}
}

static void handover_beside_a_drain_follows_it(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;
	pid_t helper, drains;

	rig_run_model(r, "", "");
	rig_await_ready(r);
	helper = overlap(r);
	RIG_DO(r, "handover", name);
	assert_int_equal(draining(r, &drains), 1);
	assert_int_equal(drains, helper);
	let_go(r, helper);
	assert_int_equal(kill(helper, 0), -1); /* it was reaped */
	assert_int_equal(errno, ESRCH);
	RIG_DO(r, "stop", name);
	rig_assert_end(r, 0);
	rig_assert_nothing_left(r);
}

static void shim_after_one_that_died_beside_a_drain_follows_it(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;
	pid_t helper, drains;

	rig_run_model(r, "", "");
	rig_await_ready(r);
	helper = overlap(r);
	orphan_crash(r);
	rig_run(r, rig_under_test(r), name);
	rig_await_ready(r);
	assert_int_equal(rig_number(r, "generation"), 2);
	assert_int_equal(draining(r, &drains), 1);
	assert_int_equal(drains, helper);
	let_go(r, helper);
	RIG_DO(r, "stop", name);
	rig_assert_end(r, 0);
	orphan_nothing_left(r);
}

/* A start that waits, of somebody who needs a page. */
static void wait_too(const struct rig *r, const char *who, int priority,
		     struct promise_slot *p)
{
	static const struct domains alone;
	const struct application a = { who, 4096, priority, &alone };
	char path[256], error[SENTENCE_MAX];

	snprintf(path, sizeof(path), "%s/%s", r->runtime, LEDGER_NAME);
	assert_int_equal(ledger_join(path, &a, p, error), 0);
}

struct place {
	unsigned int waiting; /* all of them */
	uint64_t arrival;     /* of ours */
};

static void see(void *ctx, const struct promised *m)
{
	struct place *p = ctx;

	p->waiting += m->state == PROMISE_WAITS;
	if (strcmp(m->name, name) == 0)
		p->arrival = m->arrival;
}

static struct place place_of(const struct rig *r)
{
	struct place p = { 0 };

	rig_ledger(r, see, &p);
	return p;
}

static void handover_keeps_a_start_in_its_place(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;
	struct promise_slot ahead, behind;
	struct place first, now;

	assert_int_equal(mkdir(r->runtime, 0700), 0);
	wait_too(r, "ahead", 9, &ahead);
	rig_run_model(r, "", "");
	rig_await_said(r, "waits for memory");
	wait_too(r, "behind", 0, &behind);
	first = place_of(r);
	RIG_DO(r, "handover", name);
	now = place_of(r);
	assert_int_equal(now.waiting, 3);
	assert_true(now.arrival == first.arrival);
	assert_true(now.arrival < behind.mine.arrival);
	ledger_leave(&ahead);
	rig_await_ready(r);
	ledger_leave(&behind);
	RIG_DO(r, "stop", name);
	rig_assert_end(r, 0);
	rig_assert_nothing_left(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_MODEL(handover_beside_a_drain_follows_it),
		ON_MODEL(shim_after_one_that_died_beside_a_drain_follows_it),
		ON_MODEL(handover_keeps_a_start_in_its_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
