// SPDX-License-Identifier: Apache-2.0
/*
 * tests/bench/quiesce_disk.c - an orderly end with a disk to make quiet
 *
 * Theory of operation: the image of the device tests makes a file system on an
 * empty disk at its first boot and mounts it at every one. Its payload is
 * idle. Rebooted in place under its shim, whose marks say when.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/bench/bench.h"
#include "tests/bench/served.h"

enum { ROUNDS = 9, DISK_BYTES = 16 << 20 };

/* Return: 0; else -errno (@error) */
static int empty_disk(const char *path, char *error)
{
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	int r = fd < 0 || ftruncate(fd, DISK_BYTES) < 0 ? -errno : 0;

	if (fd >= 0)
		close(fd);
	return r < 0 ? sentence(error, r, "%s: %s", path, strerror(-r)) : 0;
}

static int add_disk(const struct site *s, const char *conf, char *error)
{
	char disk[SITE_PATH];
	FILE *f;
	int r;

	snprintf(disk, sizeof(disk), "%s/disk.img", s->dir);
	r = empty_disk(disk, error);
	if (r < 0)
		return r;
	f = fopen(conf, "ae");
	if (!f)
		return sentence(error, -errno, "%s: %s", conf, strerror(errno));
	fprintf(f, "[storage]\ndisk = data-1 %s\n", disk);
	if (fclose(f) != 0)
		return sentence(error, -EIO, "%s: cannot be written", conf);
	return 0;
}

static int reboots(struct served *s, struct samples *ms, char *error)
{
	struct marks m;
	int r = 0;

	for (int i = 0; i < ROUNDS && r == 0; i++) {
		r = served_reboot(s, "in_place", &m, error);
		if (r == 0)
			samples_add(ms, (double)(m.at_us[MARK_SHUTDOWN] -
						 m.at_us[MARK_INTENT]) /
						1000);
	}
	return r;
}

int measure_quiesce_disk(struct bench *b, const char *arch, struct figure *f,
			 char *error)
{
	char path[SITE_PATH], log[SITE_PATH + 32];
	struct samples ms = { 0 };
	struct served s = { 0 };
	int r = site_appliance(&b->site, "disk", arch, "devices", path, error);

	if (r == 0)
		r = add_disk(&b->site, path, error);
	if (r < 0)
		return r;
	snprintf(log, sizeof(log), "%s/log/bench-disk.log", b->site.build);
	r = served_start(&s, &b->turns, b->site.program, path, "disk", log,
			 error);
	if (r == 0)
		r = reboots(&s, &ms, error);
	served_close(&s);
	f->value = samples_median(&ms);
	figure_how(f,
		   "INTENT received to QEMU's SHUTDOWN event, by the shim's "
		   "marks, which is later than reboot(2): median of %d reboots "
		   "of an idle guest with an ext4 mounted, %.1f to %.1f",
		   ROUNDS, samples_min(&ms), samples_max(&ms));
	return r;
}
