// SPDX-License-Identifier: Apache-2.0
/*
 * host/config/disk.c - data disks: files or devices that the guest gets
 *
 * The guest tells its disks by their serial, so that their order, and the
 * names that a kernel makes of it, do not matter.
 */
#include "host/config/disk.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

static const char blanks[] = " \t";
static const char serial_set[] = "abcdefghijklmnopqrstuvwxyz"
				 "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";

/* Is the next word @word? Then go behind it. */
static bool take(const char **at, const char *word)
{
	size_t n = strlen(word);

	if (strncmp(*at, word, n) != 0 || !strchr(blanks, (*at)[n]))
		return false;
	*at += n;
	*at += strspn(*at, blanks);
	return true;
}

static bool take_cache(const char **at, int *cache)
{
	if (take(at, "none"))
		*cache = CACHE_NONE;
	else if (take(at, "unsafe"))
		*cache = CACHE_UNSAFE;
	else if (take(at, "writeback"))
		*cache = CACHE_WRITEBACK;
	else
		return false;
	return true;
}

int disk_parse(const char *text, struct disk *d)
{
	size_t n = strspn(text, serial_set);
	struct disk read = { .cache = CACHE_WRITEBACK };

	if (!n || n >= sizeof(read.serial) || !text[n] ||
	    !strchr(blanks, text[n]))
		return -EINVAL;
	memcpy(read.serial, text, n);
	text += n;
	text += strspn(text, blanks);
	read.read_only = take(&text, "read-only");
	if (take(&text, "cache") && !take_cache(&text, &read.cache))
		return -EINVAL;
	if (!*text || strlen(text) >= sizeof(read.path))
		return -EINVAL;
	memcpy(read.path, text, strlen(text) + 1);
	*d = read;
	return 0;
}

static int find_disk(struct disk *d, char *error)
{
	struct stat st;

	if (stat(d->path, &st) < 0)
		return sentence(error, -errno,
				"disk %s: %s: %s; write the path of a file or "
				"of a block device",
				d->serial, d->path, strerror(errno));
	d->device = S_ISBLK(st.st_mode);
	if (d->device || S_ISREG(st.st_mode))
		return 0;
	return sentence(error, -EINVAL,
			"disk %s: %s is neither a file nor a block device: "
			"write the path of one",
			d->serial, d->path);
}

int appliance_find_disks(struct appliance *a, char *error)
{
	for (uint32_t i = 0; i < a->disks; i++) {
		int r = find_disk(&a->disk[i], error);

		if (r < 0)
			return appliance_blame(a, a->line.disk[i], r, error);
	}
	return 0;
}
