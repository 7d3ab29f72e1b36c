// SPDX-License-Identifier: Apache-2.0
/*
 * tests/costs/main.c - print the model's table, draw its picture
 *
 *	build/tests/costs FILE.svg
 */
#include <errno.h>
#include <string.h>

#include "tests/costs/costs.h"

static void print_line(uint32_t gib, uint32_t page_ns)
{
	printf("%5u %5.1f", gib, page_ns / 1000.0);
	for (int w = 0; w < WAYS; w++) {
		struct cost c =
			costs_of((enum way)w, (uint64_t)gib << 30, page_ns);

		printf("  %9.2f %6llu", (double)c.down_us / 1e6,
		       (unsigned long long)(c.peak >> 30));
	}
	printf("\n");
}

static void print_table(void)
{
	printf("A MODEL (tests/pvmodel/pv.h), not a measurement: a Secure "
	       "Execution guest's restart,\nseconds without service and the "
	       "host's memory at most, GiB\n\n  GiB us/pg");
	for (int w = 0; w < WAYS; w++)
		printf("  %16s", costs_way((enum way)w));
	printf("\n");
	for (size_t i = 0; i < COSTS_SIZES; i++)
		for (size_t j = 0; j < COSTS_PAGES; j++)
			print_line(costs_gib[i], costs_page_ns[j]);
}

int main(int argc, char **argv)
{
	FILE *f;

	if (argc != 2) {
		fprintf(stderr, "usage: costs FILE.svg\n");
		return 2;
	}
	print_table();
	f = fopen(argv[1], "we");
	if (f)
		costs_draw(f);
	if (!f || fclose(f) != 0) {
		fprintf(stderr, "costs: %s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	printf("\ndrawn: %s\n", argv[1]);
	return 0;
}
