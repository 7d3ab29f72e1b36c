// SPDX-License-Identifier: Apache-2.0
/*
 * host/qemu/lockmark.c - the word in a command line that says whose QEMU it is
 */
#include "host/qemu/lockmark.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "host/qemu/proc.h"

enum { CMDLINE = 16384 };

void lockmark_make(int lock_fd, char mark[static LOCKMARK_SIZE])
{
	struct stat st;

	mark[0] = '\0';
	if (fstat(lock_fd, &st) == 0)
		snprintf(mark, LOCKMARK_SIZE, "lock-%llx-%llx",
			 (unsigned long long)st.st_dev,
			 (unsigned long long)st.st_ino);
}

bool lockmark_in(const char *cmdline, size_t len, const char *mark)
{
	const char *value = proc_argument(cmdline, len, "-add-fd", 0);
	const char *at = value ? strrchr(value, '=') : NULL;

	return at && mark[0] && strcmp(at + 1, mark) == 0;
}

bool lockmark_on(pid_t pid, const char *mark)
{
	char cmdline[CMDLINE];
	ssize_t len = proc_read(pid, "cmdline", cmdline, sizeof(cmdline));

	return len > 0 && lockmark_in(cmdline, (size_t)len, mark);
}
