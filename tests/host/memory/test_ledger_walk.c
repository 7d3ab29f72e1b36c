// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/memory/test_ledger_walk.c - every order of what four shims do
 *
 * Theory of operation: two shims of the host and two of a group in it, one of
 * them of a group in that, join, ask, drain and end in every order there is; an
 * end is a crash just as well, for a slot is left by closing a descriptor. All
 * states that can be reached are visited once, each by what was done to get
 * there, with a real ledger. What was admitted and what drains must never be
 * more than there is, in any domain; nobody is admitted before one who is held
 * up in a domain of his and came first; and where nobody lives or drains,
 * whoever came first is admitted.
 */
#include "host/memory/ledger.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/host/memory/ledger_rig.h"

enum { SHIMS = 4, STEPS = 24, STATES = 4096 };

enum phase { OUT, WAITS, LIVES, DRAINS };
enum act { JOIN, ASK, DRAIN, END, ACTS };

static const struct {
	uint64_t need;
	const struct domains *domains;
} shims[SHIMS] = {
	{ 60, &rig_alone },
	{ 30, &rig_group },
	{ 20, &rig_inner },
	{ 50, &rig_alone },
};

/* How a state was reached. */
struct path {
	uint8_t steps;
	struct {
		uint8_t shim, act;
	} step[STEPS];
};

/* What is the same in two states that are the same. */
struct key {
	uint8_t phase[SHIMS], rank[SHIMS], held[SHIMS];
};

static struct {
	enum phase phase[SHIMS];
	struct promise_slot slot[SHIMS];
} now;
static struct key keys[STATES];
static struct path paths[STATES];
static size_t states;

static bool is_in(size_t shim, uint64_t id)
{
	const struct domains *d = shims[shim].domains;

	for (uint32_t i = 0; i < d->groups; i++)
		if (d->group[i].id == id)
			return true;
	return id == RIG_TOTAL;
}

/* Of a domain, by its number: the host's is its size, too. */
static uint64_t drained(uint64_t id)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < SHIMS; i++)
		if (now.phase[i] == DRAINS && is_in(i, id))
			sum += shims[i].need / 2;
	return sum;
}

static void assert_within(uint64_t id)
{
	uint64_t sum = drained(id);

	for (size_t i = 0; i < SHIMS; i++)
		if (now.phase[i] == LIVES && is_in(i, id))
			sum += shims[i].need;
	assert_in_range(sum, 0, id);
}

static int room(void *ctx, const struct domains *d,
		struct domain domain[static ADMISSION_DOMAINS], char *error)
{
	(void)ctx;
	(void)error;
	for (uint32_t i = 0; i <= d->groups; i++) {
		uint64_t id = i ? d->group[i - 1].id : RIG_TOTAL;

		domain[i] = (struct domain){ "it", id, id - drained(id), 0, 0 };
	}
	return 0;
}

static uint64_t resident(void *ctx, pid_t pid)
{
	(void)ctx;
	(void)pid;
	return 0;
}

static bool is_held_by(size_t shim, uint64_t id)
{
	const struct promised *m = &now.slot[shim].mine;

	if (id == RIG_TOTAL)
		return m->held & 1;
	for (uint32_t i = 0; i < m->groups; i++)
		if (m->group[i] == id && m->held & 2U << i)
			return true;
	return false;
}

static void assert_it_was_its_turn(size_t me)
{
	static const uint64_t all[] = { RIG_TOTAL, RIG_GROUP, RIG_INNER };

	for (size_t i = 0; i < SHIMS; i++)
		for (size_t d = 0; d < sizeof(all) / sizeof(all[0]); d++)
			if (i != me && now.phase[i] == WAITS &&
			    now.slot[i].mine.arrival <
				    now.slot[me].mine.arrival &&
			    is_in(me, all[d]))
				assert_false(is_held_by(i, all[d]));
}

static bool is_first(size_t me)
{
	for (size_t i = 0; i < SHIMS; i++)
		if (now.phase[i] > WAITS ||
		    (now.phase[i] == WAITS &&
		     now.slot[i].mine.arrival < now.slot[me].mine.arrival))
			return false;
	return true;
}

static void ask(size_t i)
{
	const struct ledger_ops ops = { room, resident, NULL };
	bool first = is_first(i);
	struct decision d;

	if (ledger_ask(&now.slot[i], &ops, &d, rig_text, rig_error) < 0)
		fail_msg("%s", rig_error);
	if (d.what == ADMIT) {
		assert_it_was_its_turn(i);
		now.phase[i] = LIVES;
	}
	assert_true(!first || d.what == ADMIT);
}

/* Return: false: there is nothing to do it with */
static bool act(size_t i, enum act what)
{
	static const enum phase before[] = { OUT, WAITS, LIVES };

	if (what == END ? now.phase[i] == OUT : now.phase[i] != before[what])
		return false;
	switch (what) {
	case JOIN:
		assert_int_equal(
			rig_join(&now.slot[i], shims[i].need, shims[i].domains),
			0);
		now.phase[i] = WAITS;
		break;
	case ASK:
		ask(i);
		break;
	case DRAIN:
		assert_int_equal(ledger_drains(&now.slot[i], shims[i].need / 2,
					       rig_error),
				 0);
		now.phase[i] = DRAINS;
		break;
	case END:
	case ACTS:
		ledger_leave(&now.slot[i]);
		now.phase[i] = OUT;
		break;
	}
	return true;
}

static struct key key_of_now(void)
{
	struct key k = { { 0 }, { 0 }, { 0 } };

	for (size_t i = 0; i < SHIMS; i++) {
		k.phase[i] = (uint8_t)now.phase[i];
		if (now.phase[i] != WAITS)
			continue;
		k.held[i] = (uint8_t)now.slot[i].mine.held;
		for (size_t j = 0; j < SHIMS; j++)
			k.rank[i] += now.phase[j] == WAITS &&
				     now.slot[j].mine.arrival <
					     now.slot[i].mine.arrival;
	}
	return k;
}

static void visit(const struct path *p)
{
	const struct key k = key_of_now();

	assert_within(RIG_TOTAL);
	assert_within(RIG_GROUP);
	assert_within(RIG_INNER);
	for (size_t i = 0; i < states; i++)
		if (memcmp(&keys[i], &k, sizeof(k)) == 0)
			return;
	assert_true(states < STATES && p->steps < STEPS);
	keys[states] = k;
	paths[states++] = *p;
}

static void end_all(void)
{
	for (size_t i = 0; i < SHIMS; i++)
		act(i, END);
}

/* Where @p leads, and one step further. */
static void try_step(const struct path *p, uint8_t shim, uint8_t what)
{
	struct path next = *p;

	for (size_t i = 0; i < p->steps; i++)
		assert_true(act(p->step[i].shim, p->step[i].act));
	if (act(shim, what)) {
		next.step[next.steps].shim = shim;
		next.step[next.steps++].act = what;
		visit(&next);
	}
	end_all();
}

static void any_order_with_crashes_never_overcommits(void **state)
{
	const struct path none = { .steps = 0 };

	(void)state;
	visit(&none);
	for (size_t i = 0; i < states; i++)
		for (uint8_t shim = 0; shim < SHIMS; shim++)
			for (uint8_t what = 0; what < ACTS; what++)
				try_step(&paths[i], shim, what);
	print_message("%zu states\n", states);
	assert_true(states > 300);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			any_order_with_crashes_never_overcommits, rig_set_up,
			rig_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
