// SPDX-License-Identifier: Apache-2.0
/*
 * host/doctor/reading.c - small files of /proc and /sys
 */
#include "host/doctor/reading.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "host/config/text.h"

int reading_text(const char *root, const char *path, char *buf, size_t size)
{
	char full[PATH_MAX];
	ssize_t n;

	snprintf(full, sizeof(full), "%s%s", root, path);
	n = text_head(full, buf, size);
	if (n > 0 && buf[n - 1] == '\n')
		buf[n - 1] = '\0';
	return n < 0 ? (int)n : 0;
}

bool reading_number(const char *root, const char *path, uint64_t *n)
{
	char text[64], *end;

	if (reading_text(root, path, text, sizeof(text)) < 0 || text[0] < '0' ||
	    text[0] > '9')
		return false;
	*n = strtoumax(text, &end, 10);
	return !*end;
}

bool reading_kib(const char *text, const char *key, uint64_t *kib)
{
	const char *at = text;
	size_t len = strlen(key);

	while (at) {
		if (strncmp(at, key, len) == 0 && at[len] == ':')
			return sscanf(at + len + 1, "%" SCNu64, kib) == 1;
		at = strchr(at, '\n');
		at += at != NULL;
	}
	return false;
}
