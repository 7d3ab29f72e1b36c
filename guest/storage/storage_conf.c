// SPDX-License-Identifier: Apache-2.0
/*
 * guest/storage/storage_conf.c - [storage] of init.conf
 */
#include "guest/storage/storage_conf.h"

#include <string.h>

#include "guest/config/words.h"

/* Absolute, and not one that PID 1 itself has something at. */
static bool good_path(const char *path)
{
	static const char *const taken[] = { "/dev", "/proc", "/sys", "/run" };
	size_t n = strlen(path);

	if (n < 2 || path[0] != '/' || path[n - 1] == '/' ||
	    strstr(path, "//") || strstr(path, "/."))
		return false;
	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
		if (strcmp(path, taken[i]) == 0)
			return false;
	return true;
}

static const char *read_which(const char **at, struct storage_disk *d)
{
	static const char usage[] = "after the mount point, write serial NAME "
				    "or label NAME";
	char kind[WORD_SIZE], name[WORD_SIZE];
	size_t size;

	if (!word_next(at, kind) || !word_next(at, name))
		return usage;
	d->by_label = strcmp(kind, "label") == 0;
	if (!d->by_label && strcmp(kind, "serial") != 0)
		return usage;
	size = d->by_label ? STORAGE_LABEL_SIZE : STORAGE_SERIAL_SIZE;
	if (strlen(name) >= size)
		return "a serial has at most 20 characters, a label 16";
	memcpy(d->name, name, strlen(name) + 1);
	return NULL;
}

static const char *read_word(const char **at, struct storage_disk *d)
{
	char word[WORD_SIZE], value[WORD_SIZE];

	if (!word_next(at, word))
		word[0] = '\0';
	if (strcmp(word, "create") == 0) {
		d->create = true;
		return NULL;
	}
	if (strcmp(word, "read-only") == 0) {
		d->read_only = true;
		return NULL;
	}
	if (strcmp(word, "absent") == 0 && word_next(at, value)) {
		d->absent_skip = strcmp(value, "skip") == 0;
		if (d->absent_skip || strcmp(value, "fail") == 0)
			return NULL;
	}
	return "after the disk, write any of: create, read-only, absent skip, "
	       "absent fail";
}

const char *storage_add_disk(void *into, const char *value)
{
	struct storage_conf *c = into;
	struct storage_disk d = { .by_label = false };
	char path[WORD_SIZE];
	const char *wrong;

	if (!word_next(&value, path) || !good_path(path))
		return "write an absolute mount point first, as in /data "
		       "serial data-1";
	memcpy(d.path, path, strlen(path) + 1);
	wrong = read_which(&value, &d);
	while (!wrong && word_at(&value))
		wrong = read_word(&value, &d);
	if (wrong)
		return wrong;
	if (d.create && (d.read_only || d.by_label))
		return "a disk that is read-only, or known by a label that it "
		       "has not yet, cannot be created";
	for (unsigned int i = 0; i < c->disks; i++)
		if (strcmp(c->disk[i].path, d.path) == 0 ||
		    (c->disk[i].by_label == d.by_label &&
		     strcmp(c->disk[i].name, d.name) == 0))
			return "that mount point or that disk has a line "
			       "already";
	if (c->disks == STORAGE_DISKS)
		return "eight disks are allowed";
	c->disk[c->disks++] = d;
	return NULL;
}

const char *storage_wrong(const struct storage_conf *c)
{
	bool may_lack = false;

	for (unsigned int i = 0; i < c->disks; i++)
		may_lack |= c->disk[i].absent_skip;
	if (!may_lack || !c->timeout_ms || c->timeout_ms > c->wait_ms)
		return NULL;
	return "timeout is not longer than wait, so a disk that is absent "
	       "would end the boot and not be skipped: write a longer timeout, "
	       "or a shorter wait";
}
