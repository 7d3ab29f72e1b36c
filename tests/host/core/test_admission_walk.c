// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/core/test_admission_walk.c - shims that start side by side
 *
 * Theory of operation: up to four shims go through their steps in every order
 * there is, each of them crashing wherever it can, and all states that can be
 * reached are visited once. The memory of the host is a few units; a QEMU
 * touches what it was admitted with, unit by unit, and drains likewise. Some
 * are in a cgroup with a limit besides. The sum of what was admitted must never
 * be more than there is, in the host or in the cgroup. To show that the walk
 * would find out, it is done again with the lock left out, and with the room
 * read before the claims.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "host/core/admission.h"

enum { SHIMS = 4, TOTAL = 5, RESERVE = 1, LIMIT = 2, SLOTS = 1 << 16 };
enum { HOST, GROUP, DOMAINS };

enum phase {
	OUT,	  /* nothing is held */
	LOCKED,	  /* it has the lock of the ledger */
	HALF,	  /* and has read one half of the snapshot */
	DECIDED,  /* the other half, too: it may start */
	RESERVED, /* its reservation stands; it still has the lock */
	FREE,	  /* it gave the lock back; QEMU is not there yet */
	LIVES,	  /* QEMU runs, its shim with it or not */
	DRAINS,
};

/* How a claim looked when it was read. */
struct seen {
	uint8_t kind; /* LIVES for all that may grow, DRAINS, or OUT */
	uint8_t resident;
};

struct world {
	struct shim {
		uint8_t phase, resident, room[DOMAINS];
		struct seen seen[SHIMS];
	} shim[SHIMS];
};

/* What is left out, to see that it is missed. */
struct rules {
	int shims;
	const uint8_t *need;
	bool no_lock, room_first;
	uint8_t grouped; /* a set: shims in the cgroup */
};

struct walk {
	const struct rules *rules;
	struct world *table, *stack;
	bool *used;
	size_t states, depth;
	unsigned int worst[DOMAINS]; /* the most ever admitted at once */
	bool started;		     /* somebody got through */
};

/* The domains of shim @i, as a set. */
static uint32_t domains_of(const struct walk *w, int i)
{
	return 1U << HOST | (w->rules->grouped & 1U << i ? 1U << GROUP : 0);
}

static uint8_t room_of(const struct walk *w, const struct world *x, int domain)
{
	int room = domain == HOST ? TOTAL : LIMIT;

	for (int i = 0; i < w->rules->shims; i++)
		if (domains_of(w, i) & 1U << domain)
			room -= x->shim[i].resident;
	return room < 0 ? 0 : (uint8_t)room;
}

static void read_room(const struct walk *w, struct world *x, int me)
{
	for (int d = 0; d < DOMAINS; d++)
		x->shim[me].room[d] = room_of(w, x, d);
}

static bool has_lock(enum phase p)
{
	return p >= LOCKED && p <= RESERVED;
}

static unsigned int admitted(const struct walk *w, const struct world *x,
			     int domain)
{
	unsigned int sum = 0;

	for (int i = 0; i < w->rules->shims; i++) {
		const struct shim *s = &x->shim[i];

		if (!(domains_of(w, i) & 1U << domain))
			continue;
		if (s->phase >= RESERVED && s->phase <= LIVES)
			sum += w->rules->need[i];
		else if (s->phase == DRAINS)
			sum += s->resident;
	}
	return sum;
}

static void visit(struct walk *w, const struct world *x)
{
	const uint8_t *bytes = (const uint8_t *)x;
	uint64_t hash = 0xcbf29ce484222325;

	for (size_t i = 0; i < sizeof(*x); i++)
		hash = (hash ^ bytes[i]) * 0x100000001b3;
	hash ^= hash >> 32;
	while (w->used[hash % SLOTS]) {
		if (memcmp(&w->table[hash % SLOTS], x, sizeof(*x)) == 0)
			return;
		hash++;
	}
	w->used[hash % SLOTS] = true;
	w->table[hash % SLOTS] = *x;
	w->stack[w->depth++] = *x;
	assert_true(++w->states < SLOTS / 2);
	for (int d = 0; d < DOMAINS; d++) {
		unsigned int sum = admitted(w, x, d);

		w->worst[d] = sum > w->worst[d] ? sum : w->worst[d];
	}
}

static void read_claims(const struct walk *w, struct world *x, int me)
{
	for (int i = 0; i < w->rules->shims; i++) {
		const struct shim *s = &x->shim[i];
		struct seen *seen = &x->shim[me].seen[i];

		seen->resident = s->resident;
		seen->kind = s->phase < RESERVED  ? OUT
			     : s->phase == DRAINS ? DRAINS
						  : LIVES;
	}
}

/* By the real thing, on what was read. */
static bool may_start(const struct walk *w, const struct world *x, int me)
{
	const struct shim *s = &x->shim[me];
	const struct domain domains[DOMAINS] = {
		{ "the host", TOTAL, s->room[HOST], 0, RESERVE },
		{ "a cgroup", LIMIT, s->room[GROUP], 0, 0 },
	};
	struct claim claims[SHIMS] = { 0 };
	const struct snapshot snap = {
		.domain = domains,
		.domains = DOMAINS,
		.claim = claims,
		.claims = SHIMS,
	};
	const struct applicant a = { .domains = domains_of(w, me),
				     .need = w->rules->need[me] };

	for (int i = 0; i < w->rules->shims; i++)
		claims[i] = (struct claim){
			.domains =
				s->seen[i].kind == OUT ? 0 : domains_of(w, i),
			.draining = s->seen[i].kind == DRAINS,
			.committed = w->rules->need[i],
			.resident = s->seen[i].resident,
		};
	return admission_decide(&snap, &a).what == ADMIT;
}

static bool lock_is_free(const struct walk *w, const struct world *x)
{
	for (int i = 0; i < w->rules->shims && !w->rules->no_lock; i++)
		if (has_lock(x->shim[i].phase))
			return false;
	return true;
}

/* Out of it, with nothing remembered. */
static void leave(struct shim *s)
{
	memset(s, 0, sizeof(*s));
}

/* The next step of shim @me, as far as it alone decides. */
static void step(struct walk *w, struct world x, int me)
{
	struct shim *s = &x.shim[me];

	switch ((enum phase)s->phase) {
	case OUT:
		if (!lock_is_free(w, &x))
			return;
		s->phase = LOCKED;
		break;
	case LOCKED:
		if (w->rules->room_first)
			read_room(w, &x, me);
		else
			read_claims(w, &x, me);
		s->phase = HALF;
		break;
	case HALF:
		if (w->rules->room_first)
			read_claims(w, &x, me);
		else
			read_room(w, &x, me);
		s->phase = DECIDED;
		if (!may_start(w, &x, me))
			leave(s);
		break;
	case DECIDED:
		leave(s);
		s->phase = RESERVED;
		break;
	case RESERVED:
	case FREE:
		s->phase++;
		break;
	case LIVES:
		w->started = true;
		if (s->resident == w->rules->need[me])
			return;
		s->resident++;
		break;
	case DRAINS:
		if (--s->resident == 0)
			leave(s);
		break;
	}
	visit(w, &x);
}

/* A shim dies with all it holds; a QEMU ends, and drains. */
static void end(struct walk *w, struct world x, int me)
{
	struct shim *s = &x.shim[me];

	if (s->phase == OUT || s->phase == DRAINS)
		return;
	if (s->phase == LIVES && s->resident)
		s->phase = DRAINS;
	else
		leave(s);
	visit(w, &x);
}

static void walk_all(struct walk *w, const struct rules *rules)
{
	const struct world none = { 0 };

	*w = (struct walk){ .rules = rules };
	w->table = calloc(SLOTS, sizeof(*w->table));
	w->stack = calloc(SLOTS, sizeof(*w->stack));
	w->used = calloc(SLOTS, sizeof(*w->used));
	assert_true(w->table && w->stack && w->used);
	visit(w, &none);
	while (w->depth) {
		const struct world x = w->stack[--w->depth];

		for (int i = 0; i < rules->shims; i++) {
			step(w, x, i);
			end(w, x, i);
		}
	}
	free(w->table);
	free(w->stack);
	free(w->used);
}

static const uint8_t needs[][SHIMS] = {
	{ 1, 1, 1, 1 }, { 2, 2, 2, 2 }, { 1, 2, 1, 2 },
	{ 3, 1, 1, 2 }, { 4, 2, 1, 1 }, { 3, 3, 1, 1 },
};
enum { NEEDS = sizeof(needs) / sizeof(needs[0]) };

static void any_interleaving_with_crashes_never_overcommits(void **state)
{
	(void)state;
	for (int shims = 1; shims <= SHIMS; shims++)
		for (int i = 0; i < NEEDS; i++) {
			const struct rules rules = { shims, needs[i], false,
						     false, 0 };
			struct walk w;

			walk_all(&w, &rules);
			assert_true(w.started);
			assert_in_range(w.worst[HOST], 1, TOTAL - RESERVE);
			if (shims == SHIMS) /* and all that fits is used */
				assert_int_equal(w.worst[HOST],
						 TOTAL - RESERVE);
			print_message("%d shims, %zu states, at most %u of "
				      "%d\n",
				      shims, w.states, w.worst[HOST],
				      TOTAL - RESERVE);
		}
}

static void any_interleaving_overcommits_no_cgroup(void **state)
{
	(void)state;
	for (uint8_t grouped = 1; grouped < 1 << SHIMS; grouped++)
		for (int i = 0; i < NEEDS; i++) {
			const struct rules rules = { SHIMS, needs[i], false,
						     false, grouped };
			struct walk w;

			walk_all(&w, &rules);
			assert_in_range(w.worst[HOST], 0, TOTAL - RESERVE);
			assert_in_range(w.worst[GROUP], 0, LIMIT);
			if (grouped == (1 << SHIMS) - 1)
				assert_int_equal(w.worst[HOST], w.worst[GROUP]);
		}
}

static void without_the_lock_it_overcommits_a_cgroup(void **state)
{
	const struct rules rules = { 2, needs[1], true, false, 3 };
	struct walk w;

	(void)state;
	walk_all(&w, &rules);
	assert_true(w.worst[GROUP] > LIMIT);
}

/* The walk sees what the rules are for. */
static void without_the_lock_it_overcommits(void **state)
{
	const struct rules rules = { 2, needs[5], true, false, 0 };
	struct walk w;

	(void)state;
	walk_all(&w, &rules);
	assert_true(w.worst[HOST] > TOTAL - RESERVE);
}

static void with_the_room_read_first_it_overcommits(void **state)
{
	const struct rules rules = { 2, needs[5], false, true, 0 };
	struct walk w;

	(void)state;
	walk_all(&w, &rules);
	assert_true(w.worst[HOST] > TOTAL - RESERVE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			any_interleaving_with_crashes_never_overcommits),
		cmocka_unit_test(any_interleaving_overcommits_no_cgroup),
		cmocka_unit_test(without_the_lock_it_overcommits),
		cmocka_unit_test(without_the_lock_it_overcommits_a_cgroup),
		cmocka_unit_test(with_the_room_read_first_it_overcommits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
