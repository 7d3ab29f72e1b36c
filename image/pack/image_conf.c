// SPDX-License-Identifier: Apache-2.0
/*
 * image/pack/image_conf.c - image.conf, what an image is to be made of
 */
#include "image/pack/image_conf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/array.h"
#include "host/sentence.h"

/* The next word of *@rest, which it cuts off; NULL: none, or too long. */
static bool next_word(char **rest, char *word, size_t size)
{
	char *start = *rest + strspn(*rest, " \t");
	size_t n = strcspn(start, " \t");

	if (n == 0 || n >= size)
		return false;
	memcpy(word, start, n);
	word[n] = '\0';
	*rest = start + n;
	return true;
}

static bool at_end(const char *rest)
{
	return rest[strspn(rest, " \t")] == '\0';
}

static bool number(char **rest, int base, unsigned long max, uint32_t *ret)
{
	unsigned long v;

	if (**rest < '0' || **rest > '9')
		return false;
	v = strtoul(*rest, rest, base);
	*ret = (uint32_t)v;
	return v <= max;
}

/* "0755" or "0755:UID:GID" */
static bool read_mode(char *word, struct root_entry *e)
{
	uint32_t mode;

	if (!number(&word, 8, 07777, &mode))
		return false;
	e->mode |= mode;
	if (*word == '\0')
		return true;
	return *word++ == ':' && number(&word, 10, UINT32_MAX, &e->uid) &&
	       *word++ == ':' && number(&word, 10, UINT32_MAX, &e->gid) &&
	       *word == '\0';
}

static const char *keep(struct image_conf *c, struct root_entry *e)
{
	size_t room = c->room ? c->room * 2 : 64;

	if (c->count == c->room) {
		struct root_entry *root =
			reallocarray(c->root, room, sizeof(*root));

		if (!root)
			return "make memory free";
		c->root = root;
		c->room = room;
	}
	e->line = c->reader->line;
	e->arch = c->reader->section + strlen("root");
	e->arch += *e->arch == '-';
	c->root[c->count++] = *e;
	return NULL;
}

static const char *add_dir(void *into, const char *value)
{
	struct root_entry e = { .mode = S_IFDIR };
	char copy[CONF_LINE_MAX], mode[32], *rest = copy;

	memcpy(copy, value, strlen(value) + 1);
	if (next_word(&rest, mode, sizeof(mode)) && read_mode(mode, &e) &&
	    next_word(&rest, e.path, sizeof(e.path)) && at_end(rest))
		return keep(into, &e);
	return "write MODE PATH, as in 0755 /www";
}

static const char *add_file(void *into, const char *value)
{
	struct root_entry e = { .mode = S_IFREG };
	char copy[CONF_LINE_MAX], mode[32], *rest = copy;

	memcpy(copy, value, strlen(value) + 1);
	if (next_word(&rest, mode, sizeof(mode)) && read_mode(mode, &e) &&
	    next_word(&rest, e.path, sizeof(e.path)) &&
	    next_word(&rest, e.source, sizeof(e.source)) && at_end(rest))
		return keep(into, &e);
	return "write MODE PATH SOURCE, as in 0644 /www/page.html "
	       "www/page.html";
}

static const char *add_link(void *into, const char *value)
{
	struct root_entry e = { .mode = S_IFLNK | 0777 };
	char copy[CONF_LINE_MAX], *rest = copy;

	memcpy(copy, value, strlen(value) + 1);
	if (next_word(&rest, e.path, sizeof(e.path)) &&
	    next_word(&rest, e.source, sizeof(e.source)) && at_end(rest))
		return keep(into, &e);
	return "write PATH TARGET, as in /bin/sh busybox";
}

static const char *add_forward(void *into, const char *value)
{
	static const struct conf_key rule = { .type = CONF_NUMBER,
					      .min = 1,
					      .max = UINT16_MAX };
	struct image_conf *c = into;
	char why[CONF_ERROR_MAX];
	uint32_t port;

	if (conf_value(&rule, value, &port, why) < 0)
		return "write a TCP port of the guest, 1 to 65535";
	if (c->forwards == IMAGE_FORWARDS_MAX)
		return "eight are allowed, leave this one out";
	c->forward[c->forwards++] = (uint16_t)port;
	return NULL;
}

#define CHARS(kind, member)                                                    \
	.type = (kind), .at = offsetof(struct image_conf, member),             \
	.max = sizeof(((struct image_conf *)0)->member), .required = true
#define TEXT(member) CHARS(CONF_TEXT, member)
#define WORD(member) CHARS(CONF_WORD, member)
#define REPEATS(fn) .type = CONF_CALL, .add = fn, .repeats = true
/* The braces are no blocks. */
/* clang-format off */
#define ROOT(section)                                                          \
	{ section, "dir", REPEATS(add_dir) },                                  \
	{ section, "file", REPEATS(add_file) },                                \
	{ section, "link", REPEATS(add_link) }
/* clang-format on */

static const struct conf_key keys[] = {
	{ "image", "name", WORD(name) },
	{ "image", "version", WORD(version) },
	{ "kernel", "cmdline-x86_64", TEXT(cmdline_x86_64) },
	{ "kernel", "cmdline-s390x", TEXT(cmdline_s390x) },
	{ "defaults", "memory", .type = CONF_BYTES, .required = true,
	  .at = offsetof(struct image_conf, memory), .min = 32ULL << 20,
	  .max = 1ULL << 44 },
	{ "defaults", "forward", REPEATS(add_forward) },
	ROOT("root"),
	ROOT("root-x86_64"),
	ROOT("root-s390x"),
};

int image_conf_parse(const char *text, size_t len, const char *file,
		     struct image_conf *ret, char *error)
{
	struct conf c;
	int r;

	*ret = (struct image_conf){ .reader = &c };
	conf_init(&c, keys, ARRAY_SIZE(keys), ret, file);
	r = conf_text(&c, text, len);
	if (r == 0)
		r = conf_finish(&c);
	ret->reader = NULL;
	return r < 0 ? sentence(error, r, "%s", c.error) : 0;
}

const char *image_conf_cmdline(const struct image_conf *c, const char *arch)
{
	if (strcmp(arch, "x86_64") == 0)
		return c->cmdline_x86_64;
	return strcmp(arch, "s390x") == 0 ? c->cmdline_s390x : NULL;
}

const char *source_package(const char *source, char *name)
{
	const char *colon = strstr(source, ":/");
	size_t n = colon ? (size_t)(colon - source) : 0;

	if (n == 0 || n >= SOURCE_MAX)
		return NULL;
	memcpy(name, source, n);
	name[n] = '\0';
	return colon + 1;
}

void image_conf_free(struct image_conf *c)
{
	free(c->root);
	*c = (struct image_conf){ 0 };
}
