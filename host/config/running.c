// SPDX-License-Identifier: Apache-2.0
/*
 * host/config/running.c - which appliances run, as the verbs see it
 *
 * Theory of operation: an appliance runs while the lock in its directory is
 * held (host/config/lock.h). Asking does not take it: a verb never makes a
 * `run` fail that starts at that moment. Waiting for the end does take a
 * shared one, but only gets it when the file has been removed.
 */
#include "host/config/runtime.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/config/appliance.h"
#include "host/config/lock.h"
#include "host/config/place.h"

/* Return: the lock's file, if somebody holds the lock; else -ENOENT, -errno */
static int open_held(const char *dir)
{
	char path[PATH_MAX + 8];
	int fd;

	snprintf(path, sizeof(path), "%s/lock", dir);
	/* Root looks into directories of others: a FIFO must not hold him. */
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (lock_holder(fd) != HOLDER_NOBODY)
		return fd;
	close(fd);
	return -ENOENT;
}

/* Return: who holds it; -EACCES: the lock is not ours to ask about; -ENOENT */
static int holder_of(const char *dir)
{
	int h, fd = open_held(dir);

	if (fd < 0)
		return fd;
	h = (int)lock_holder(fd);
	close(fd);
	return h;
}

struct search {
	const char *name;
	char *dir; /* PATH_MAX: of the first root, or where it runs */
	bool found;
};

static bool look_in(void *ctx, const char *root)
{
	struct search *s = ctx;
	char dir[PATH_MAX];
	int holder;

	snprintf(dir, sizeof(dir), "%s/%.63s", root, s->name);
	holder = holder_of(dir);
	s->found = holder > HOLDER_NOBODY || holder == -EACCES;
	if (s->found || !s->dir[0])
		memcpy(s->dir, dir, sizeof(dir));
	return s->found;
}

/* The directory of @name, which a person has typed: where it runs, in our own
 * place first; else where it would. */
static int find_dir(const char *name, char dir[static PATH_MAX], char *error)
{
	struct search s = { .name = name, .dir = dir };

	if (!appliance_name_ok(name))
		return sentence(error, -EINVAL,
				"'%s' is no appliance's name: write one that "
				"`reprise ps` shows",
				name);
	dir[0] = '\0';
	return place_each(look_in, &s, error);
}

/* A socket that connects at once or not at all, and then blocks. */
static int connect_now(const char *dir, enum runtime_socket which)
{
	int fd = place_connect(dir, which, SOCK_NONBLOCK);
	int r;

	if (fd < 0 || fcntl(fd, F_SETFL, 0) == 0)
		return fd;
	r = -errno;
	close(fd);
	return r;
}

static int not_running(const char *name, const char *dir, int r, char *error)
{
	if (r == -EACCES)
		return sentence(error, r,
				"%s: permission denied: ask as the user who "
				"runs %s",
				dir, name);
	return sentence(error, -ENOENT,
			"%s is not running (nobody holds %s/lock): "
			"`reprise ps` shows what is",
			name, dir);
}

int runtime_dial(const char *name, enum runtime_socket which, char *error)
{
	char dir[PATH_MAX];
	int holder;
	int r = find_dir(name, dir, error);

	if (r < 0)
		return r;
	r = connect_now(dir, which);
	if (r >= 0)
		return r;
	holder = holder_of(dir);
	if (r == -EACCES || holder <= HOLDER_NOBODY)
		return not_running(name, dir, r, error);
	if (holder == HOLDER_QEMU)
		return sentence(error, -ECONNREFUSED,
				"%s runs, but without a shim, which has died: "
				"`reprise run` with its file takes charge of "
				"it again, `reprise release %s` ends it",
				name, name);
	if (r == -EAGAIN)
		return sentence(
			error, r,
			"%s runs, but its shim takes nobody who calls at "
			"%s/%s: it is stopped or stuck, look at its "
			"process",
			name, dir, place_name(which));
	return sentence(error, r,
			"%s runs, but %s/%s does not answer (%s): its shim "
			"starts, ends or has died",
			name, dir, place_name(which), strerror(-r));
}

int runtime_watch_end(const char *name, char *error)
{
	char dir[PATH_MAX];
	int r = find_dir(name, dir, error);

	if (r < 0)
		return r;
	r = open_held(dir);
	return r < 0 ? not_running(name, dir, r, error) : r;
}

static int not_ended(enum holder holder, const char *name, unsigned int ms,
		     char *error)
{
	if (holder == HOLDER_QEMU)
		return sentence(error, -ETIMEDOUT,
				"the shim of %s has gone, but %u s later its "
				"QEMU has not ended: `reprise release %s` ends "
				"what is left",
				name, ms / 1000, name);
	return sentence(error, -ETIMEDOUT,
			"%s has ended, but %u s later its shim has not: `ps -C "
			"reprise` shows its process, look what it waits for",
			name, ms / 1000);
}

int runtime_await_end(int fd, const char *name, unsigned int ms, char *error)
{
	int r = lock_await(fd, ms);

	if (r == -ETIMEDOUT)
		not_ended(lock_holder(fd), name, ms, error);
	else if (r < 0)
		sentence(error, r, "%s: its lock: %s", name, strerror(-r));
	close(fd);
	return r;
}

static int visible(const struct dirent *d)
{
	return appliance_name_ok(d->d_name);
}

struct listing {
	void (*each)(void *ctx, const struct running *r);
	void *ctx;
	char *error;
	int r;
};

static void list_one(const struct listing *l, const char *root,
		     const char *name)
{
	struct running r;
	int holder;

	snprintf(r.name, sizeof(r.name), "%s", name);
	snprintf(r.dir, sizeof(r.dir), "%s/%.63s", root, name);
	holder = holder_of(r.dir);
	r.hidden = holder == -EACCES;
	r.holder = holder > 0 ? (enum holder)holder : HOLDER_NOBODY;
	if (r.hidden || r.holder != HOLDER_NOBODY)
		l->each(l->ctx, &r);
}

static bool list_root(void *ctx, const char *root)
{
	struct listing *l = ctx;
	struct dirent **found;
	int n = scandir(root, &found, visible, alphasort);

	if (n < 0 && errno != ENOENT && errno != EACCES)
		l->r = sentence(l->error, -errno,
				"%s: %s: appliances are looked for there; set "
				"REPRISE_RUNTIME_DIR to a directory",
				root, strerror(errno));
	for (int i = 0; i < n; i++) {
		list_one(l, root, found[i]->d_name);
		free(found[i]);
	}
	if (n >= 0)
		free(found);
	return l->r < 0;
}

int runtime_list(void (*each)(void *ctx, const struct running *r), void *ctx,
		 char *error)
{
	struct listing l = { each, ctx, error, 0 };
	int r = place_each(list_root, &l, error);

	return r < 0 ? r : l.r;
}
