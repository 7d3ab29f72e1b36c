// SPDX-License-Identifier: Apache-2.0
/*
 * host/config/appliance.c - the appliance file
 *
 * Theory of operation: host/config/keys.c is the file's language. What a file
 * leaves out has its default from there; what the image decides stays empty
 * until appliance_complete(). reprise.conf(5) describes each key.
 * Not here: whether the image is any good (host/config/image.c).
 */
#include "host/config/appliance.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/config/disk.h"
#include "host/config/fit.h"
#include "host/config/image.h"
#include "host/config/keys.h"
#include "host/config/text.h"

enum { FILE_MAX = 65536 };

bool appliance_name_ok(const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return n && n < APPLIANCE_NAME_SIZE && !name[n] && name[0] != '-';
}

/* The file's base name without .conf, where that is a name. */
static int name_from_file(struct appliance *a, const char *path, char *error)
{
	const char *base = strrchr(path, '/');
	size_t n;

	if (a->name[0])
		return 0;
	base = base ? base + 1 : path;
	n = strlen(base);
	if (n > 5 && strcmp(base + n - 5, ".conf") == 0)
		n -= 5;
	if (n < sizeof(a->name))
		memcpy(a->name, base, n);
	if (n < sizeof(a->name) && appliance_name_ok(a->name))
		return 0;
	return sentence(error, -EINVAL,
			"%s: the file's name makes no appliance's name, "
			"write name = ... in [appliance]",
			path);
}

/* A relative path counts from the directory of the file. */
static int count_from_file(char relative[static PATH_MAX], const char *path,
			   char *error)
{
	const char *slash = strrchr(path, '/');
	size_t dir = slash ? (size_t)(slash - path) + 1 : 0;
	size_t n = strlen(relative) + 1;

	if (relative[0] == '/' || !dir)
		return 0;
	if (dir + n > PATH_MAX)
		return sentence(error, -ENAMETOOLONG,
				"%s: the path %s is too long from here", path,
				relative);
	memmove(relative + dir, relative, n);
	memcpy(relative, path, dir);
	return 0;
}

int appliance_blame(const struct appliance *a, unsigned int line, int r,
		    char *error)
{
	char said[SENTENCE_MAX];

	if (!line)
		return r;
	snprintf(said, sizeof(said), "%s", error);
	return sentence(error, r, "%s:%u: %s", a->file, line, said);
}

static int read_lines(struct appliance *a, struct conf *c, const char *text,
		      size_t len)
{
	int r = 0;

	while (r == 0 && len) {
		const char *end = memchr(text, '\n', len);
		size_t n = end ? (size_t)(end - text) + 1 : len;

		r = conf_text(c, text, n);
		keys_note_line(a, c);
		text += n;
		len -= n;
	}
	return r == 0 ? conf_finish(c) : r;
}

/* Some editors begin a text with a byte order mark. Return: its bytes */
static size_t mark_of(const char *text, size_t len)
{
	static const char mark[] = "\xef\xbb\xbf";
	const size_t n = sizeof(mark) - 1;

	return len >= n && memcmp(text, mark, n) == 0 ? n : 0;
}

/* text_read()'s reason, as the one who wrote the path understands it. */
static const char *why_unread(int r)
{
	if (r == -EFBIG)
		return "too large for an appliance file: write the path of one";
	if (r == -EACCES)
		return "this user may not read it: ask as another, or permit "
		       "it";
	if (r == -EINVAL)
		return "neither a file nor a directory: write the path of an "
		       "appliance file or of an image directory";
	return strerror(-r);
}

static int load_file(const char *path, struct appliance *a, char *error)
{
	char text[FILE_MAX];
	struct conf c;
	ssize_t len;
	size_t mark;
	int r;

	len = text_read(AT_FDCWD, path, text, sizeof(text));
	if (len < 0)
		return sentence(error, (int)len, "%s: %s", path,
				why_unread((int)len));
	keys_begin(&c, a, path);
	snprintf(a->file, sizeof(a->file), "%s", path);
	mark = mark_of(text, (size_t)len);
	r = read_lines(a, &c, text + mark, (size_t)len - mark);
	if (r < 0)
		return sentence(error, r, "%s", c.error);
	r = name_from_file(a, path, error);
	if (r == 0)
		r = count_from_file(a->image, path, error);
	for (uint32_t i = 0; r == 0 && i < a->disks; i++)
		r = count_from_file(a->disk[i].path, path, error);
	return r;
}

int appliance_load(const char *path, struct appliance *a, char *error)
{
	struct stat st;

	keys_defaults(a);
	if (stat(path, &st) < 0)
		return sentence(error, -errno,
				"%s: %s; write the path of an appliance file "
				"or of an image directory, or the name of an "
				"appliance that has its file in /etc/reprise",
				path, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return load_file(path, a, error);
	if (strlen(path) >= sizeof(a->image))
		return sentence(error, -ENAMETOOLONG, "%s: too long", path);
	memcpy(a->image, path, strlen(path) + 1);
	a->from_image = true;
	return 0;
}

/* An image that runs without a file: its own name, its own forwards. */
static int complete_from_image(struct appliance *a, const struct image *image,
			       char *error)
{
	if (!appliance_name_ok(image->name))
		return sentence(error, -EINVAL,
				"%s: the image's name '%s' makes no "
				"appliance's name, write an appliance file",
				a->image, image->name);
	memcpy(a->name, image->name, strlen(image->name) + 1);
	for (uint32_t i = 0; i < image->forwards; i++)
		a->forward[i] =
			(struct forward){ "127.0.0.1", 0, image->forward[i] };
	a->forwards = image->forwards;
	return 0;
}

int appliance_complete(struct appliance *a, const struct image *image,
		       char *error)
{
	int r = a->from_image ? complete_from_image(a, image, error) : 0;

	if (r < 0)
		return r;
	if (!a->memory)
		a->memory = image->default_memory;
	memcpy(a->architecture, image->arch, sizeof(a->architecture));
	r = appliance_fit(a, error);
	if (r == 0)
		r = appliance_find_disks(a, error);
	if (r < 0)
		return r;
	if (!a->qemu[0])
		snprintf(a->qemu, sizeof(a->qemu), "qemu-system-%s",
			 image->arch);
	return 0;
}
