// SPDX-License-Identifier: Apache-2.0
/*
 * guest/power/mountinfo.c - lines of /proc/self/mountinfo
 *
 *	36 35 98:0 / /data rw,noatime shared:1 - ext4 /dev/vda rw,quota
 *	id up dev root path options [tags...] - type source super-options
 *
 * A mount can be read-only over a file system that is written to, so the
 * super block's word counts. Major number 0 means that there is no one block
 * device below: nothing at all, or several (btrfs), which the source tells.
 */
#include "guest/power/mountinfo.h"

#include <errno.h>
#include <string.h>

enum { FIELD_DEVICE = 2, FIELD_PATH = 4, FIELDS_FIRST = 6 };
enum { FIELD_SOURCE = 1, FIELD_SUPER = 2, FIELDS_LAST = 3 };

static bool split(char *text, char **field, int count)
{
	int n = 0;

	while (n < count && text)
		field[n++] = strsep(&text, " ");
	return n == count;
}

static bool octal(char c)
{
	return c >= '0' && c <= '7';
}

/* The kernel writes blank, tab, newline and backslash as \ooo. */
static void unescape(char *s)
{
	char *to = s;

	while (*s) {
		if (s[0] == '\\' && octal(s[1]) && octal(s[2]) && octal(s[3])) {
			*to++ = (char)((s[1] - '0') << 6 | (s[2] - '0') << 3 |
				       (s[3] - '0'));
			s += 4;
		} else {
			*to++ = *s++;
		}
	}
	*to = '\0';
}

int mountinfo_parse(char *line, struct mount_line *ret)
{
	char *first[FIELDS_FIRST], *last[FIELDS_LAST];
	char *dash = line;

	while ((dash = strchr(dash, ' ')) && strncmp(dash, " - ", 3) != 0)
		dash++;
	if (!dash)
		return -EBADMSG;
	*dash = '\0';
	if (!split(line, first, FIELDS_FIRST) ||
	    !split(dash + 3, last, FIELDS_LAST))
		return -EBADMSG;
	unescape(first[FIELD_PATH]);
	ret->path = first[FIELD_PATH];
	ret->block = strncmp(first[FIELD_DEVICE], "0:", 2) != 0 ||
		     strncmp(last[FIELD_SOURCE], "/dev/", 5) == 0;
	ret->writable = strncmp(last[FIELD_SUPER], "rw", 2) == 0;
	return 0;
}
