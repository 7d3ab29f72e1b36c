// SPDX-License-Identifier: Apache-2.0
/*
 * host/qemu/busy.c - does QEMU's main thread still do anything?
 */
#include "host/qemu/busy.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host/config/text.h"

/* proc(5): the name, the second field, may hold anything, ')' too. */
uint64_t busy_read(const char *stat, long ticks)
{
	const char *rest = strrchr(stat, ')');
	uint64_t user, system;

	if (!rest || ticks <= 0 ||
	    sscanf(rest + 1,
		   " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %" SCNu64
		   " %" SCNu64,
		   &user, &system) != 2)
		return 0;
	return (user + system) * (1000000 / (uint64_t)ticks);
}

uint64_t busy_main_thread(pid_t pid)
{
	char path[64], text[1024];

	snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", (int)pid,
		 (int)pid);
	if (text_head(path, text, sizeof(text)) < 0)
		return 0;
	return busy_read(text, sysconf(_SC_CLK_TCK));
}
