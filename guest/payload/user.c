// SPDX-License-Identifier: Apache-2.0
/*
 * guest/payload/user.c - a user's and a group's number, from /etc
 *
 *	web:x:1000:1000:...     /etc/passwd: name, password, user, group
 *	web:x:1000:             /etc/group: name, password, group
 *
 * Not getpwnam(): it allocates, and asks nscd.
 */
#include "guest/payload/user.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "common/conf.h"
#include "guest/file/file.h"

enum { FIELDS_MAX = 4, PATH_BYTES = 192 };

struct search {
	const char *key;
	unsigned int field; /* which one is the key: 0 name, 2 number */
	uint32_t number[FIELDS_MAX];
};

/* UINT32_MAX would mean: leave it as it is. */
static bool number_of(const char *text, uint32_t *v)
{
	const char *rest;
	uint64_t n;

	if (!conf_digits(text, &rest, &n) || *rest || n >= UINT32_MAX)
		return false;
	*v = (uint32_t)n;
	return true;
}

/* Return: 1: this is the line, and its numbers are good; 0 */
static int visit(void *ctx, char *line)
{
	struct search *s = ctx;
	char *field[FIELDS_MAX] = { NULL };
	unsigned int n = 0;

	for (; n < FIELDS_MAX && line; n++)
		field[n] = strsep(&line, ":");
	if (n <= s->field || strcmp(field[s->field], s->key) != 0)
		return 0;
	for (unsigned int i = 2; i < FIELDS_MAX; i++)
		if (!field[i] || !number_of(field[i], &s->number[i]))
			s->number[i] = UINT32_MAX;
	return 1;
}

static int look(const char *root, const char *file, struct search *s)
{
	char path[PATH_BYTES];
	int r;

	if ((size_t)snprintf(path, sizeof(path), "%s%s", root, file) >=
	    sizeof(path))
		return -ENAMETOOLONG;
	r = file_lines(path, visit, s);
	return r == 0 ? -ENOENT : r;
}

static int find_user(const char *root, const char *name, struct user *ret)
{
	struct search s = { .key = name };
	bool number = number_of(name, &ret->uid);
	int r;

	s.field = number ? 2 : 0;
	ret->gid = ret->uid;
	r = look(root, "/etc/passwd", &s);
	if (number) {
		if (r == 1 && s.number[3] != UINT32_MAX)
			ret->gid = s.number[3];
		return 0; /* a number needs no entry */
	}
	if (r < 0)
		return r;
	ret->uid = s.number[2];
	ret->gid = s.number[3];
	return ret->uid == UINT32_MAX || ret->gid == UINT32_MAX ? -ENOENT : 0;
}

static int find_group(const char *root, const char *group, gid_t *gid)
{
	struct search s = { .key = group };
	int r;

	if (number_of(group, gid))
		return 0;
	r = look(root, "/etc/group", &s);
	if (r < 0)
		return r;
	*gid = s.number[2];
	return *gid == UINT32_MAX ? -ENOENT : 0;
}

int user_find(const char *root, const char *name, const char *group,
	      struct user *ret)
{
	int r = 0;

	*ret = (struct user){ 0, 0 };
	if (*name)
		r = find_user(root, name, ret);
	if (r == 0 && *group)
		r = find_group(root, group, &ret->gid);
	return r;
}
