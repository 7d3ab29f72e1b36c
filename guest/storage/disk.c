// SPDX-License-Identifier: Apache-2.0
/*
 * guest/storage/disk.c - which disk is it, and what is on it?
 *
 * Of ext4 (and ext2, ext3) three things are known here: its super block lies
 * at byte 1024, has 0xEF53 at 0x38, and its label at 0x78.
 */
#include "guest/storage/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guest/file/file.h"

enum {
	SUPER_AT = 1024,
	SUPER_SIZE = 1024,
	MAGIC_AT = 0x38,
	LABEL_AT = 0x78,
	PIECE = 1 << 20,
	PATH_SIZE = 192,
	SECTOR = 512, /* of /sys, whatever the disk has */
};

struct search {
	const char *root;
	const struct storage_disk *wanted;
	char *name;
	unsigned int found;
};

struct disk_sum {
	const char *root;
	uint64_t bytes;
};

/* Return: 0; -ENODATA: no ext4 there; -errno */
static int read_super(const char *path, uint8_t super[static SUPER_SIZE])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = pread(fd, super, SUPER_SIZE, SUPER_AT);
	close(fd);
	if (n < 0)
		return -errno;
	if (n < SUPER_SIZE || super[MAGIC_AT] != 0x53 ||
	    super[MAGIC_AT + 1] != 0xef)
		return -ENODATA;
	return 0;
}

static bool has_label(const struct search *s, const char *name)
{
	uint8_t super[SUPER_SIZE];
	char path[PATH_SIZE], label[STORAGE_LABEL_SIZE];

	snprintf(path, sizeof(path), "%s/dev/%s", s->root, name);
	if (read_super(path, super) < 0)
		return false;
	memcpy(label, super + LABEL_AT, sizeof(label) - 1);
	label[sizeof(label) - 1] = '\0';
	return strcmp(label, s->wanted->name) == 0;
}

static bool has_serial(const struct search *s, const char *name)
{
	char path[PATH_SIZE], serial[64];

	snprintf(path, sizeof(path), "%s/sys/block/%s/serial", s->root, name);
	if (file_read(path, serial, sizeof(serial)) <= 0)
		return false;
	serial[strcspn(serial, "\n")] = '\0';
	return strcmp(serial, s->wanted->name) == 0;
}

static int visit(void *ctx, const char *name)
{
	struct search *s = ctx;

	if (strlen(name) >= DISK_NAME_SIZE ||
	    !(s->wanted->by_label ? has_label : has_serial)(s, name))
		return 0;
	memcpy(s->name, name, strlen(name) + 1);
	s->found++;
	return 0;
}

int disk_find(const char *root, const struct storage_disk *d,
	      char name[static DISK_NAME_SIZE])
{
	struct search s = { root, d, name, 0 };
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), "%s/sys/block", root);
	dir_each(path, visit, &s); /* no block layer: no disk */
	if (s.found > 1)
		return -EEXIST;
	return s.found ? 0 : -ENOENT;
}

static int add_bytes(void *ctx, const char *name)
{
	struct disk_sum *s = ctx;
	char path[PATH_SIZE], text[24];
	const char *rest;
	uint64_t sectors = 0;

	snprintf(path, sizeof(path), "%s/sys/block/%s/size", s->root, name);
	if (file_read(path, text, sizeof(text)) > 0 &&
	    conf_digits(text, &rest, &sectors))
		s->bytes += sectors * SECTOR;
	return 0;
}

uint64_t disk_bytes(const char *root)
{
	struct disk_sum s = { root, 0 };
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), "%s/sys/block", root);
	dir_each(path, add_bytes, &s);
	return s.bytes;
}

bool disk_read_only(const char *root, const char *name)
{
	char path[PATH_SIZE], text[4];

	snprintf(path, sizeof(path), "%s/sys/block/%s/ro", root, name);
	return file_read(path, text, sizeof(text)) > 0 && text[0] == '1';
}

static bool all_zero(const uint8_t *p, size_t n)
{
	return n == 0 || (p[0] == 0 && memcmp(p, p + 1, n - 1) == 0);
}

/* Return: DISK_ZERO, DISK_SOMETHING; -errno */
static int read_through(int fd, uint8_t *piece)
{
	ssize_t n;

	while ((n = read(fd, piece, PIECE)) > 0)
		if (!all_zero(piece, (size_t)n))
			return DISK_SOMETHING;
	return n < 0 ? -errno : DISK_ZERO;
}

int disk_content(const char *path)
{
	uint8_t super[SUPER_SIZE];
	uint8_t *piece;
	int r = read_super(path, super);
	int fd;

	if (r != -ENODATA)
		return r < 0 ? r : DISK_EXT4;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	piece = malloc(PIECE);
	r = piece ? read_through(fd, piece) : -ENOMEM;
	free(piece);
	close(fd);
	return r;
}
