// SPDX-License-Identifier: Apache-2.0
/*
 * host/config/runtime.c - the runtime directory of a running appliance
 *
 * Theory of operation: an appliance runs as long as somebody holds the lock in
 * its directory (host/config/lock.h). Who opens the directory is in charge of
 * it, alone. If a QEMU lives there whose shim has died, its sockets and logs
 * are left as they are, for whoever adopts it; else what a run that was killed
 * has left behind is cleared away. No pid is ever trusted; the one in the file
 * is for the sentence.
 */
#include "host/config/runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/array.h"
#include "host/config/appliance.h"
#include "host/config/lock.h"
#include "host/config/place.h"
#include "host/config/running_record.h"
#include "host/handover.h"

enum { BACKLOG = 16, TRIES = 16 };

static const char *const log_names[] = { "qemu.log", "qmp.log" };

static int check_length(const char *dir, char *error)
{
	struct sockaddr_un sun;

	for (int i = 0; i < RUNTIME_SOCKETS; i++)
		if (place_socket(dir, (enum runtime_socket)i, &sun) < 0)
			return sentence(error, -ENAMETOOLONG,
					"%s/%s: a socket's path may have %zu "
					"bytes; set REPRISE_RUNTIME_DIR to a "
					"shorter one",
					dir, place_name(i),
					sizeof(sun.sun_path) - 1);
	return 0;
}

static int make_dir(const char *dir, mode_t mode, char *error)
{
	if (mkdir(dir, mode) == 0 || errno == EEXIST)
		return 0;
	return sentence(error, -errno,
			"%s: the directory cannot be made: %s; set "
			"REPRISE_RUNTIME_DIR to a place where it can",
			dir, strerror(errno));
}

/* The directory must be ours and nobody else's, whoever made it; one that
 * was shared may be passed through (runtime_share()). */
static int open_dir(const char *dir, char *error)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int r = fd < 0 ? -errno : -EPERM;
	struct stat st;

	if (fd >= 0 && fstat(fd, &st) == 0 && st.st_uid == geteuid() &&
	    (st.st_mode & 066) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return sentence(error, r,
			"%s: not a private directory of this user (%s): remove "
			"it, or write another name in [appliance]",
			dir, strerror(-r));
}

static int busy(int lock_fd, const char *dir, const char *name, char *error)
{
	int control = place_connect(dir, RUNTIME_CONTROL, SOCK_NONBLOCK);
	char pid[16];
	ssize_t n = pread(lock_fd, pid, sizeof(pid) - 1, 0);

	pid[n > 0 ? n : 0] = '\0';
	pid[strcspn(pid, "\n")] = '\0';
	if (control < 0)
		return sentence(
			error, -EBUSY,
			"%s runs already, but its shim (pid %s) does "
			"not answer: it starts, ends or is stuck; wait, "
			"or look at that process",
			name, pid[0] ? pid : "unknown");
	close(control);
	return sentence(error, -EBUSY,
			"%s runs already (pid %s, %s): stop it with `reprise "
			"stop %s`, or run this one under another name",
			name, pid[0] ? pid : "unknown", dir, name);
}

/* The one who held the lock may have removed the file just before. */
static bool still_there(int dir_fd, int lock_fd)
{
	struct stat held, named;

	return fstat(lock_fd, &held) == 0 &&
	       fstatat(dir_fd, "lock", &named, AT_SYMLINK_NOFOLLOW) == 0 &&
	       held.st_ino == named.st_ino && held.st_dev == named.st_dev;
}

static int open_lock(const struct runtime *rt)
{
	int fd = openat(rt->dir_fd, "lock",
			O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	return fd < 0 ? -errno : fd;
}

static int lock_failed(const struct runtime *rt, int r, char *error)
{
	return sentence(error, r, "%s/lock: %s", rt->dir, strerror(-r));
}

/* Return: 0: in charge; -EBUSY; -EAGAIN: it went away meanwhile; -errno */
static int take_charge(struct runtime *rt, const char *name, char *error)
{
	int r;

	if (rt->shim_fd < 0)
		rt->shim_fd = open_lock(rt);
	if (rt->shim_fd == -ENOENT)
		return -EAGAIN;
	if (rt->shim_fd < 0)
		return lock_failed(rt, rt->shim_fd, error);
	r = lock_take(rt->shim_fd, LOCK_SHIM);
	if (r == -EAGAIN)
		return busy(rt->shim_fd, rt->dir, name, error);
	if (r < 0)
		return lock_failed(rt, r, error);
	if (!still_there(rt->dir_fd, rt->shim_fd))
		return -EAGAIN;
	rt->lock_fd = open_lock(rt);
	if (rt->lock_fd < 0)
		return lock_failed(rt, rt->lock_fd, error);
	r = runtime_claim(rt);
	rt->occupied = r == -EAGAIN;
	return r == 0 || r == -EAGAIN ? 0 : lock_failed(rt, r, error);
}

int runtime_claim(struct runtime *rt)
{
	int r = lock_take(rt->lock_fd, LOCK_LIFE);

	if (r == 0)
		rt->occupied = false;
	return r;
}
/* For the sentence of a second run: a full disk is no reason to end here. */
static void write_pid(const struct runtime *rt)
{
	if (ftruncate(rt->shim_fd, 0) == 0)
		dprintf(rt->shim_fd, "%d\n", (int)getpid());
}

/* What a QEMU writes that lives already is appended to, not cut. */
static int open_log(const struct runtime *rt, const char *name, char *error)
{
	int fd = openat(rt->dir_fd, name,
			O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC,
			0600);

	return fd < 0 ? sentence(error, -errno, "%s/%s: %s", rt->dir, name,
				 strerror(errno))
		      : fd;
}

static void remove_files(const struct runtime *rt, bool given)
{
	for (size_t i = 0; i < RUNTIME_SOCKETS; i++)
		if (given || rt->given[i] < 0)
			unlinkat(rt->dir_fd, place_name(i), 0);
	for (size_t i = 0; i < ARRAY_SIZE(log_names); i++)
		unlinkat(rt->dir_fd, log_names[i], 0);
}

static void inherit(struct runtime *rt, struct handover *h)
{
	if (!h || !h->given)
		return;
	rt->shim_fd = h->lock;
	rt->given[RUNTIME_CONTROL] = h->control;
	rt->given[RUNTIME_CONSOLE] = h->console;
	h->lock = h->control = h->console = -1;
}

static int open_locked(struct runtime *rt, const char *root, const char *name,
		       char *error)
{
	int r = make_dir(root, geteuid() == 0 ? 0755 : 0700, error);

	if (r == 0)
		r = make_dir(rt->dir, 0700, error);
	if (r < 0)
		return r;
	rt->dir_fd = open_dir(rt->dir, error);
	if (rt->dir_fd < 0)
		return rt->dir_fd == -ENOENT ? -EAGAIN : rt->dir_fd;
	return take_charge(rt, name, error);
}

/* After a handover what has ended meanwhile has said why in its logs. */
static int open_files(struct runtime *rt, char *error)
{
	write_pid(rt);
	if (!rt->occupied && rt->given[RUNTIME_CONTROL] < 0)
		remove_files(rt, false);
	rt->qemu_log = open_log(rt, log_names[0], error);
	if (rt->qemu_log < 0)
		return rt->qemu_log;
	rt->qmp_log = open_log(rt, log_names[1], error);
	return rt->qmp_log < 0 ? rt->qmp_log : 0;
}

int runtime_open(struct runtime *rt, const char *name, char *error)
{
	return runtime_open_with(rt, name, NULL, error);
}

int runtime_open_with(struct runtime *rt, const char *name, struct handover *h,
		      char *error)
{
	char root[PLACE_SIZE];
	int r = -EAGAIN;

	*rt = (struct runtime){
		.dir_fd = -1,
		.lock_fd = -1,
		.shim_fd = -1,
		.qemu_log = -1,
		.qmp_log = -1,
		.given = { -1, -1, -1, -1, -1 },
	};
	if (!appliance_name_ok(name))
		return sentence(error, -EINVAL,
				"'%s' is no appliance's name: write 1 to 63 of "
				"a-z, 0-9 and -",
				name);
	if (place_root(root, error) < 0)
		return -EINVAL;
	snprintf(rt->dir, sizeof(rt->dir), "%s/%s", root, name);
	if (check_length(rt->dir, error) < 0)
		return -ENAMETOOLONG;
	inherit(rt, h);
	for (int i = 0; r == -EAGAIN && i < TRIES; i++) {
		r = open_locked(rt, root, name, error);
		if (r == -EAGAIN)
			runtime_close(rt);
	}
	if (r == -EAGAIN)
		sentence(error, r, "%s: it vanishes again and again", rt->dir);
	if (r == 0)
		r = open_files(rt, error);
	if (r < 0)
		runtime_close(rt);
	return r;
}

static int listen_at(const struct sockaddr_un *sun)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int r;

	if (fd < 0)
		return -errno;
	unlink(sun->sun_path);
	if (bind(fd, (const struct sockaddr *)sun, sizeof(*sun)) == 0 &&
	    chmod(sun->sun_path, 0600) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	r = -errno;
	close(fd);
	return r;
}

int runtime_listen(const struct runtime *rt, enum runtime_socket which,
		   char *error)
{
	struct sockaddr_un sun;
	int r = place_socket(rt->dir, which, &sun);

	if (rt->given[which] >= 0)
		return fcntl(rt->given[which], F_DUPFD_CLOEXEC, 0);
	if (r == 0)
		r = listen_at(&sun);
	return r < 0 ? sentence(error, r, "%s/%s: listen: %s", rt->dir,
				place_name(which), strerror(-r))
		     : r;
}

int runtime_connect(const struct runtime *rt, enum runtime_socket which)
{
	return place_connect(rt->dir, which, SOCK_NONBLOCK);
}

void runtime_close(struct runtime *rt)
{
	int *const fds[] = { &rt->dir_fd, &rt->lock_fd, &rt->shim_fd,
			     &rt->qemu_log, &rt->qmp_log };

	for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
		if (*fds[i] >= 0)
			close(*fds[i]);
		*fds[i] = -1;
	}
	for (size_t i = 0; i < RUNTIME_SOCKETS; i++) {
		if (rt->given[i] >= 0)
			close(rt->given[i]);
		rt->given[i] = -1;
	}
}

void runtime_remove(struct runtime *rt)
{
	if (rt->dir_fd >= 0) {
		remove_files(rt, true);
		record_remove(rt->dir_fd);
		unlinkat(rt->dir_fd, "lock", 0);
		rmdir(rt->dir);
	}
	runtime_close(rt);
}
