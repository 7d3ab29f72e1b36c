// SPDX-License-Identifier: Apache-2.0
/*
 * host/config/running.c - which appliances run, as the verbs see it
 *
 * Theory of operation: an appliance runs while the lock in its directory is
 * held. Asking does not take the lock (F_OFD_GETLK): a verb never makes a
 * `run` fail that starts at that moment.
 */
#include "host/config/runtime.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/config/appliance.h"
#include "host/config/place.h"

static bool is_running(const char *dir)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	char path[PATH_MAX];
	bool held;
	int fd;

	snprintf(path, sizeof(path), "%s/lock", dir);
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return false;
	held = fcntl(fd, F_OFD_GETLK, &whole) == 0 && whole.l_type != F_UNLCK;
	close(fd);
	return held;
}

static int no_answer(const char *name, const char *dir,
		     enum runtime_socket which, int r, char *error)
{
	if (r == -EACCES)
		return sentence(error, r,
				"%s: permission denied: ask as the user who "
				"runs %s",
				dir, name);
	if (!is_running(dir))
		return sentence(error, -ENOENT,
				"%s is not running (nobody holds %s/lock): "
				"`reprise ps` shows what is",
				name, dir);
	return sentence(error, r,
			"%s runs, but %s/%s does not answer (%s): its shim "
			"starts, ends or has died",
			name, dir, place_name(which), strerror(-r));
}

int runtime_dial(const char *name, enum runtime_socket which, char *error)
{
	char root[PLACE_SIZE], dir[PATH_MAX];
	int r;

	if (!appliance_name_ok(name))
		return sentence(error, -EINVAL,
				"'%s' is no appliance's name: write one that "
				"`reprise ps` shows",
				name);
	r = place_root(root, error);
	if (r < 0)
		return r;
	snprintf(dir, sizeof(dir), "%s/%s", root, name);
	r = place_connect(dir, which, 0);
	return r < 0 ? no_answer(name, dir, which, r, error) : r;
}

static int visible(const struct dirent *d)
{
	return appliance_name_ok(d->d_name);
}

int runtime_list(void (*each)(void *ctx, const char *name), void *ctx,
		 char *error)
{
	char root[PLACE_SIZE], dir[PATH_MAX];
	struct dirent **found;
	int n = place_root(root, error);

	if (n < 0)
		return n;
	n = scandir(root, &found, visible, alphasort);
	if (n < 0 && errno == ENOENT)
		return 0;
	if (n < 0)
		return sentence(error, -errno, "%s: %s", root, strerror(errno));
	for (int i = 0; i < n; i++) {
		snprintf(dir, sizeof(dir), "%s/%.63s", root, found[i]->d_name);
		if (is_running(dir))
			each(ctx, found[i]->d_name);
		free(found[i]);
	}
	free(found);
	return 0;
}
