// SPDX-License-Identifier: Apache-2.0
/*
 * host/config/runtime.c - the runtime directory of a running appliance
 *
 * Theory of operation: an appliance runs as long as somebody holds the lock in
 * its directory. It is a lock of the open file description (F_OFD_SETLK): QEMU
 * inherits it with the descriptor and keeps it when the shim dies, and whoever
 * only wants to know can ask (F_OFD_GETLK) without taking it. No pid is ever
 * trusted; the one in the file is for the sentence. What a run that was killed
 * has left behind, the next one clears away under the lock.
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
#include "host/config/place.h"

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

static int make_dirs(const char *root, const char *dir, char *error)
{
	if (mkdir(root, geteuid() == 0 ? 0755 : 0700) < 0 && errno != EEXIST)
		return sentence(error, -errno, "%s: mkdir: %s", root,
				strerror(errno));
	if (mkdir(dir, 0700) < 0 && errno != EEXIST)
		return sentence(error, -errno, "%s: mkdir: %s", dir,
				strerror(errno));
	return 0;
}

/* The directory must be ours and nobody else's, whoever made it. */
static int open_dir(const char *dir, char *error)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) == 0 && st.st_uid == geteuid() &&
	    (st.st_mode & 077) == 0)
		return fd;
	close(fd);
	return sentence(error, -EPERM,
			"%s: not a private directory of this user: remove it",
			dir);
}

static int busy(int lock_fd, const char *dir, const char *name, char *error)
{
	int control = place_connect(dir, RUNTIME_CONTROL, SOCK_NONBLOCK);
	char pid[16];
	ssize_t n = pread(lock_fd, pid, sizeof(pid) - 1, 0);

	pid[n > 0 ? n : 0] = '\0';
	pid[strcspn(pid, "\n")] = '\0';
	if (control < 0)
		return sentence(error, -EBUSY,
				"%s runs already, but its shim (pid %s) does "
				"not answer: it starts, ends, or has died and "
				"left QEMU behind; `fuser %s/lock` names who "
				"is to be ended first",
				name, pid[0] ? pid : "unknown", dir);
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

/* Return: 0: locked; -EAGAIN: it went away meanwhile; else -errno */
static int take_lock(struct runtime *rt, const char *name, char *error)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	rt->lock_fd = openat(rt->dir_fd, "lock",
			     O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (rt->lock_fd < 0 && errno == ENOENT)
		return -EAGAIN;
	if (rt->lock_fd < 0)
		return sentence(error, -errno, "%s/lock: %s", rt->dir,
				strerror(errno));
	if (fcntl(rt->lock_fd, F_OFD_SETLK, &whole) < 0)
		return errno == EAGAIN || errno == EACCES
			       ? busy(rt->lock_fd, rt->dir, name, error)
			       : sentence(error, -errno, "%s/lock: %s", rt->dir,
					  strerror(errno));
	return still_there(rt->dir_fd, rt->lock_fd) ? 0 : -EAGAIN;
}

static int write_pid(const struct runtime *rt)
{
	if (ftruncate(rt->lock_fd, 0) < 0 ||
	    dprintf(rt->lock_fd, "%d\n", (int)getpid()) < 0)
		return -errno;
	return 0;
}

static int open_log(const struct runtime *rt, const char *name, char *error)
{
	int fd = openat(rt->dir_fd, name,
			O_WRONLY | O_APPEND | O_CREAT | O_TRUNC | O_NOFOLLOW |
				O_CLOEXEC,
			0600);

	return fd < 0 ? sentence(error, -errno, "%s/%s: %s", rt->dir, name,
				 strerror(errno))
		      : fd;
}

static void remove_files(const struct runtime *rt)
{
	for (size_t i = 0; i < RUNTIME_SOCKETS; i++)
		unlinkat(rt->dir_fd, place_name(i), 0);
	for (size_t i = 0; i < ARRAY_SIZE(log_names); i++)
		unlinkat(rt->dir_fd, log_names[i], 0);
}

static int open_locked(struct runtime *rt, const char *root, const char *name,
		       char *error)
{
	int r = make_dirs(root, rt->dir, error);

	if (r < 0)
		return r;
	error[0] = '\0';
	rt->dir_fd = open_dir(rt->dir, error);
	if (rt->dir_fd == -ENOENT)
		return -EAGAIN;
	if (rt->dir_fd < 0)
		return error[0] ? rt->dir_fd
				: sentence(error, rt->dir_fd, "%s: %s", rt->dir,
					   strerror(-rt->dir_fd));
	return take_lock(rt, name, error);
}

static int open_files(struct runtime *rt, char *error)
{
	int r = write_pid(rt);

	if (r < 0)
		return sentence(error, r, "%s/lock: %s", rt->dir, strerror(-r));
	remove_files(rt);
	rt->qemu_log = open_log(rt, log_names[0], error);
	if (rt->qemu_log < 0)
		return rt->qemu_log;
	rt->qmp_log = open_log(rt, log_names[1], error);
	return rt->qmp_log < 0 ? rt->qmp_log : 0;
}

int runtime_open(struct runtime *rt, const char *name, char *error)
{
	char root[PLACE_SIZE];
	int r = -EAGAIN;

	*rt = (struct runtime){
		.dir_fd = -1, .lock_fd = -1, .qemu_log = -1, .qmp_log = -1
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
	for (int i = 0; r == -EAGAIN && i < TRIES; i++) {
		runtime_close(rt);
		r = open_locked(rt, root, name, error);
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
	    listen(fd, BACKLOG) == 0)
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
	int *const fds[] = { &rt->dir_fd, &rt->lock_fd, &rt->qemu_log,
			     &rt->qmp_log };

	for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
		if (*fds[i] >= 0)
			close(*fds[i]);
		*fds[i] = -1;
	}
}

void runtime_remove(struct runtime *rt)
{
	if (rt->dir_fd >= 0) {
		remove_files(rt);
		unlinkat(rt->dir_fd, "lock", 0);
		rmdir(rt->dir);
	}
	runtime_close(rt);
}
