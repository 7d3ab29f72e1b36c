// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/core/test_admission_walk.c - shims that start side by side
 *
 * Theory of operation: up to four shims go through their steps in every order
 * there is, each of them crashing wherever it can, and all states that can be
 * reached are visited once. The memory of the host is a few units; a QEMU
 * touches what it was admitted with, unit by unit, and drains likewise. The
 * sum of what was admitted must never be more than there is. To show that the
 * walk would find out, it is done again with the lock left out, and with the
 * room read before the claims.
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

enum { SHIMS = 4, TOTAL = 5, RESERVE = 1, SLOTS = 1 << 16 };

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
		uint8_t phase, resident, room;
		struct seen seen[SHIMS];
	} shim[SHIMS];
};

/* What is left out, to see that it is missed. */
struct rules {
	int shims;
	const uint8_t *need;
	bool no_lock, room_first;
};

struct walk {
	const struct rules *rules;
	struct world *table, *stack;
	bool *used;
	size_t states, depth;
	unsigned int worst; /* the most that was ever admitted at once */
	bool started;	    /* somebody got through */
};

static uint8_t room_of(const struct walk *w, const struct world *x)
{
	int room = TOTAL;

	for (int i = 0; i < w->rules->shims; i++)
		room -= x->shim[i].resident;
	return room < 0 ? 0 : (uint8_t)room;
}

static bool has_lock(enum phase p)
{
	return p >= LOCKED && p <= RESERVED;
}

static unsigned int admitted(const struct walk *w, const struct world *x)
{
	unsigned int sum = 0;

	for (int i = 0; i < w->rules->shims; i++) {
		const struct shim *s = &x->shim[i];

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
	unsigned int sum = admitted(w, x);

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
	w->worst = sum > w->worst ? sum : w->worst;
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
	const struct domain host = {
		.name = "the host",
		.total = TOTAL,
		.room = s->room,
		.reserve = RESERVE,
	};
	struct claim claims[SHIMS] = { 0 };
	const struct snapshot snap = {
		.domain = &host,
		.domains = 1,
		.claim = claims,
		.claims = SHIMS,
	};
	const struct applicant a = { .domains = 1, .need = w->rules->need[me] };

	for (int i = 0; i < w->rules->shims; i++)
		claims[i] = (struct claim){
			.domains = s->seen[i].kind != OUT,
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
			s->room = room_of(w, &x);
		else
			read_claims(w, &x, me);
		s->phase = HALF;
		break;
	case HALF:
		if (w->rules->room_first)
			read_claims(w, &x, me);
		else
			s->room = room_of(w, &x);
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
						     false };
			struct walk w;

			walk_all(&w, &rules);
			assert_true(w.started);
			assert_in_range(w.worst, 1, TOTAL - RESERVE);
			if (shims == SHIMS) /* and all that fits is used */
				assert_int_equal(w.worst, TOTAL - RESERVE);
			print_message("%d shims, %zu states, at most %u of "
				      "%d\n",
				      shims, w.states, w.worst,
				      TOTAL - RESERVE);
		}
}

/* The walk sees what the rules are for. */
static void without_the_lock_it_overcommits(void **state)
{
	const struct rules rules = { 2, needs[5], true, false };
	struct walk w;

	(void)state;
	walk_all(&w, &rules);
	assert_true(w.worst > TOTAL - RESERVE);
}

static void with_the_room_read_first_it_overcommits(void **state)
{
	const struct rules rules = { 2, needs[5], false, true };
	struct walk w;

	(void)state;
	walk_all(&w, &rules);
	assert_true(w.worst > TOTAL - RESERVE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			any_interleaving_with_crashes_never_overcommits),
		cmocka_unit_test(without_the_lock_it_overcommits),
		cmocka_unit_test(with_the_room_read_first_it_overcommits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
