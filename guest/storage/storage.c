// SPDX-License-Identifier: Apache-2.0
/*
 * guest/storage/storage.c - the boot step that mounts the data disks
 *
 * Theory of operation: one disk after another, in init.conf's order: find it,
 * make a file system if it has none and may have one, check it, mount it.
 * mkfs and e2fsck are the image's own, at fixed places, and write to the
 * console; this runs in a child of PID 1, so they may take a while, which PID 1
 * bounds. A disk that is mounted read-only is not checked: nothing could be
 * repaired, and nothing is at risk.
 */
#include "guest/storage/storage.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "guest/boot/clock.h"
#include "guest/boot/console.h"
#include "guest/storage/disk.h"

enum {
	LOOK_AGAIN_MS = 20,
	FSCK_REPAIRED = 1,
	/* all of a disk is read before it is made, and perhaps by e2fsck */
	STEP_MS = 30000,
	BYTES_A_MS = (32 << 20) / 1000,
};

static const char mkfs[] = STORAGE_MKFS;
static const char fsck[] = STORAGE_FSCK;

bool storage_wanted(const struct init_conf *conf)
{
	return conf->storage.disks != 0;
}

uint32_t storage_limit_ms(const struct init_conf *conf)
{
	const struct storage_conf *s = &conf->storage;
	uint64_t ms = disk_bytes("") / BYTES_A_MS + STEP_MS + s->wait_ms;

	if (s->timeout_ms)
		return s->timeout_ms;
	return ms < UINT32_MAX ? (uint32_t)ms : UINT32_MAX;
}

/* Return: 0; -errno, which the sentence has said */
static int wrong(const struct storage_disk *d, int error, const char *what)
{
	say("storage: %s, disk %s: %s: %s", d->path, d->name, what,
	    strerror(-error));
	return error;
}

/* Return: its exit status; -errno: it could not be run, or was killed */
static int execute(const char *const argv[])
{
	static const char *const env[] = { "PATH=/sbin:/bin", NULL };
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		execve(argv[0], (char *const *)(uintptr_t)argv,
		       (char *const *)(uintptr_t)env);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return -errno;
	if (!WIFEXITED(status))
		return -EINTR;
	return WEXITSTATUS(status) == 127 ? -ENOENT : WEXITSTATUS(status);
}

static int find(const struct storage_disk *d, uint64_t until,
		char name[static DISK_NAME_SIZE])
{
	const struct timespec again = { .tv_nsec = LOOK_AGAIN_MS * 1000000 };
	int r;

	while ((r = disk_find("", d, name)) == -ENOENT && clock_ms() < until)
		nanosleep(&again, NULL);
	return r;
}

/* Return: 1: it was made; 0: there was one; -errno */
static int make(const struct storage_disk *d, const char *device)
{
	const char *const argv[] = { mkfs, "-q",	"-F",	"-m", "0",
				     "-E", "nodiscard", device, NULL };
	int r = disk_content(device);

	if (r == DISK_EXT4)
		return 0;
	if (r < 0)
		return wrong(d, r, "read all of it");
	if (!d->create || r == DISK_SOMETHING)
		return wrong(d, -EMEDIUMTYPE,
			     d->create ? "it is not empty, and no ext4"
				       : "it has no ext4, and init.conf does "
					 "not say create");
	say("storage: %s: making a file system on disk %s", d->path, d->name);
	r = execute(argv);
	if (r)
		return wrong(d, r < 0 ? r : -EIO, mkfs);
	return 1;
}

static int check(const struct storage_disk *d, const char *device)
{
	const char *const argv[] = { fsck, "-p", device, NULL };
	int r = execute(argv);

	if (r < 0)
		return wrong(d, r, fsck);
	if (r > FSCK_REPAIRED)
		return wrong(d, -ENOTRECOVERABLE,
			     "e2fsck could not repair it alone");
	return 0;
}

/* Every directory of @path that is not there yet. */
static void make_directories(const char *path)
{
	char part[STORAGE_PATH_SIZE];

	for (size_t n = 1; path[n - 1]; n++) {
		if (path[n] != '/' && path[n] != '\0')
			continue;
		memcpy(part, path, n);
		part[n] = '\0';
		mkdir(part, 0755); /* mount(2) says what went wrong */
	}
}

static int mount_disk(const struct storage_disk *d, const char *device)
{
	unsigned long flags = MS_NODEV | MS_NOSUID;

	if (d->read_only)
		flags |= MS_RDONLY;
	make_directories(d->path);
	if (mount(device, d->path, "ext4", flags, "errors=remount-ro") < 0)
		return wrong(d, -errno, "mount");
	return 0;
}

static int one(const struct storage_disk *d, uint64_t until)
{
	char name[DISK_NAME_SIZE], device[DISK_NAME_SIZE + 8];
	int r = find(d, until, name);

	if (r == -ENOENT && d->absent_skip) {
		say("storage: %s: disk %s is absent: skipped", d->path,
		    d->name);
		return 0;
	}
	if (r < 0)
		return wrong(d, r,
			     r == -EEXIST ? "there are several, tell them apart"
					  : "look for it");
	snprintf(device, sizeof(device), "/dev/%s", name);
	if (d->read_only)
		return mount_disk(d, device);
	if (disk_read_only("", name))
		return wrong(d, -EROFS, "the machine has it read-only");
	r = make(d, device);
	if (r == 0)
		r = check(d, device);
	return r < 0 ? r : mount_disk(d, device);
}

int storage_run(const struct init_conf *conf)
{
	const struct storage_conf *s = &conf->storage;
	const uint64_t until = clock_ms() + s->wait_ms;
	int r = 0;

	for (unsigned int i = 0; r == 0 && i < s->disks; i++)
		r = one(&s->disk[i], until);
	return r;
}
