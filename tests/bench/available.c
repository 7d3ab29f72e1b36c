// SPDX-License-Identifier: Apache-2.0
/*
 * tests/bench/available.c - what the kernel says could be had at once
 */
#include "tests/bench/available.h"

#include <errno.h>
#include <stdio.h>

#include "host/sentence.h"

int available_mib(double *mib, char *error)
{
	FILE *f = fopen("/proc/meminfo", "re");
	unsigned long long kib = 0;
	char line[128];

	while (f && !kib && fgets(line, sizeof(line), f))
		(void)sscanf(line, "MemAvailable: %llu kB", &kib);
	if (f)
		fclose(f);
	if (!kib)
		return sentence(error, -ENOENT,
				"/proc/meminfo has no MemAvailable");
	*mib = (double)kib / 1024;
	return 0;
}
