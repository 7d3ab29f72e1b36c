// SPDX-License-Identifier: Apache-2.0
/*
 * tests/sweep/main.c - make sweep: every system call, every way to fail
 *
 *	build/tests/sweep [PLAN...]
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/sweep/sweep.h"

enum { WORKERS = 32 };

static const char *const who_words[LIFE_WHOS] = { "PID 1", "helpers" };

/* Return: 1: something failed; 0 */
static int sweep(const struct life_plan *plan, enum life_who who, bool lasts,
		 unsigned int *points)
{
	const struct sweep_choice all = { 1, 0, WORKERS, lasts };
	struct sweep_result s;
	int r = sweep_run(plan, who, &all, &s);

	if (r < 0) {
		fprintf(stderr, "sweep: %s: %s\n", plan->name, strerror(-r));
		return 1;
	}
	printf("%s, %s%s: %u calls, %u points, %u failed, %u ended only when "
	       "asked again, slowest %u ms\n",
	       plan->name, who_words[who], lasts ? ", lasting" : "", s.calls,
	       s.points, s.failed, s.pushed, s.slowest_ms);
	*points += s.points;
	return s.failed > 0;
}

static bool wanted(char *const *words, const char *name)
{
	if (!*words)
		return true;
	for (; *words; words++)
		if (strcmp(*words, name) == 0)
			return true;
	return false;
}

int main(int argc, char **argv)
{
	unsigned int points = 0;
	int failed = 0;

	(void)argc;
	for (const struct life_plan *p = sweep_plans; p->name; p++)
		if (wanted(argv + 1, p->name))
			for (int i = 0; i < 2 * LIFE_WHOS; i++)
				failed |= sweep(p, (enum life_who)(i / 2),
						i % 2, &points);
	if (!points && !failed) {
		fprintf(stderr, "sweep: nothing was tried: name plans of "
				"sweep_plans[], such as request, or none\n");
		return 2;
	}
	printf("%u points tried, %s\n", points,
	       failed ? "not all ended as they should" : "all ended as meant");
	return failed;
}
