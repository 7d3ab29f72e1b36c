// SPDX-License-Identifier: Apache-2.0
/*
 * host/qemu/complaint.c - what QEMU says on stderr of a KVM PV command
 *
 * Theory of operation: whoever knows of an event of QEMU's looks at the log
 * first, for what it says there it has said before. So a look is one fstat(2)
 * where nothing is new, and never more than BACKLOG bytes.
 */
#include "host/qemu/complaint.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINE = 512, BACKLOG = 65536 };

bool complaint_parse(const char *line, struct pv_failure *f)
{
	const char *at = strstr(line, "KVM PV command ");
	struct pv_failure said = { .any = true };

	if (!at || sscanf(at,
			  "KVM PV command %u (%*[A-Z_]) failed: header rc %x "
			  "rrc %x IOCTL rc: %d",
			  &said.command, &said.rc, &said.rrc, &said.error) != 4)
		return false;
	*f = said;
	return true;
}

/* Return: its length with its end; 0: there is none, or not all of it yet */
static size_t read_line(int fd, off_t from, char line[LINE + 1])
{
	ssize_t n = pread(fd, line, LINE, from);
	char *end;

	if (n <= 0)
		return 0;
	line[n] = '\0';
	end = memchr(line, '\n', (size_t)n);
	if (!end)
		return n == LINE ? LINE : 0;
	*end = '\0';
	return (size_t)(end - line) + 1;
}

bool complaint_next(int fd, off_t *from, struct pv_failure *f)
{
	char line[LINE + 1];
	struct stat st;
	size_t n;

	if (fd < 0 || fstat(fd, &st) < 0)
		return false;
	if (st.st_size < *from) /* somebody has emptied it */
		*from = 0;
	if (st.st_size - *from > BACKLOG)
		*from = st.st_size - BACKLOG;
	while (*from < st.st_size && (n = read_line(fd, *from, line)) > 0) {
		*from += (off_t)n;
		if (complaint_parse(line, f))
			return true;
	}
	return false;
}
