// SPDX-License-Identifier: Apache-2.0
/*
 * host/config/place.c - where the directories of an appliance are
 *
 * Theory of operation: a variable REPRISE_..._DIR counts before all else;
 * without it root has the directories of the system, and everybody else those
 * of his own. Only who looks for appliances (place_each()) looks in more than
 * one.
 */
#include "host/config/place.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static const char system_root[] = "/run/reprise";

static const char *const socket_names[RUNTIME_SOCKETS] = {
	[RUNTIME_QMP] = "qmp.sock",	    [RUNTIME_AGENT] = "agent.sock",
	[RUNTIME_SERIAL] = "serial.sock",   [RUNTIME_CONSOLE] = "console.sock",
	[RUNTIME_CONTROL] = "control.sock",
};

static int is_number(const struct dirent *d)
{
	return d->d_name[0] && !d->d_name[strspn(d->d_name, "0123456789")];
}

const char *place_name(enum runtime_socket which)
{
	return socket_names[which];
}

int place_root(char root[static PLACE_SIZE], char *error)
{
	const char *given = getenv("REPRISE_RUNTIME_DIR");
	const char *user = getenv("XDG_RUNTIME_DIR");
	const char *from = "XDG_RUNTIME_DIR";
	int n;

	if (given && given[0]) {
		from = "REPRISE_RUNTIME_DIR";
		n = snprintf(root, PLACE_SIZE, "%s", given);
	} else if (geteuid() == 0) {
		n = snprintf(root, PLACE_SIZE, "%s", system_root);
	} else if (user && user[0]) {
		n = snprintf(root, PLACE_SIZE, "%s/reprise", user);
	} else {
		return sentence(error, -ENOENT,
				"no runtime directory: XDG_RUNTIME_DIR is not "
				"set; log in with a session, or set "
				"REPRISE_RUNTIME_DIR to a directory of yours");
	}
	if (n < 0 || n >= PLACE_SIZE || root[0] != '/')
		return sentence(error, -EINVAL,
				"%s is '%s': write a shorter, absolute path",
				from, root);
	return 0;
}

int place_state(char root[static PLACE_SIZE], char *error)
{
	const char *given = getenv("REPRISE_STATE_DIR");
	const char *state = getenv("XDG_STATE_HOME");
	const char *home = getenv("HOME");
	int n;

	if (given && given[0])
		n = snprintf(root, PLACE_SIZE, "%s", given);
	else if (geteuid() == 0)
		n = snprintf(root, PLACE_SIZE, "/var/lib/reprise");
	else if (state && state[0])
		n = snprintf(root, PLACE_SIZE, "%s/reprise", state);
	else
		n = snprintf(root, PLACE_SIZE, "%s%s", home ? home : "",
			     home ? "/.local/state/reprise" : "");
	if (n < 0 || n >= PLACE_SIZE || root[0] != '/')
		return sentence(error, -EINVAL,
				"no state directory: set REPRISE_STATE_DIR to "
				"the absolute path of a directory of yours");
	return 0;
}

int place_file(const char *word, char path[static PATH_MAX], char *error)
{
	const char *dir = getenv("REPRISE_CONFIG_DIR");
	bool is_name = appliance_name_ok(word) && access(word, F_OK) < 0;
	int n;

	if (!dir || !dir[0])
		dir = "/etc/reprise";
	if (is_name && dir[0] != '/')
		return sentence(error, -EINVAL,
				"REPRISE_CONFIG_DIR is '%s': write an "
				"absolute path",
				dir);
	if (is_name)
		n = snprintf(path, PATH_MAX, "%s/%s.conf", dir, word);
	else
		n = snprintf(path, PATH_MAX, "%s", word);
	if (n < 0 || n >= PATH_MAX)
		return sentence(error, -ENAMETOOLONG, "%s: too long", path);
	return 0;
}

/* /run/user/UID/reprise, of every user whose session is there. */
static bool each_user(bool (*each)(void *ctx, const char *root), void *ctx)
{
	char root[PLACE_SIZE];
	struct dirent **found;
	int n = scandir("/run/user", &found, is_number, alphasort);
	bool enough = false;

	for (int i = 0; i < n; i++) {
		snprintf(root, sizeof(root), "/run/user/%.32s/reprise",
			 found[i]->d_name);
		enough = enough || each(ctx, root);
		free(found[i]);
	}
	if (n >= 0)
		free(found);
	return enough;
}

int place_each(bool (*each)(void *ctx, const char *root), void *ctx,
	       char *error)
{
	const char *given = getenv("REPRISE_RUNTIME_DIR");
	char root[PLACE_SIZE];
	int r = place_root(root, error);

	if (r == 0 && (each(ctx, root) || (given && given[0])))
		return 0;
	if (geteuid() == 0)
		return each_user(each, ctx) ? 0 : r;
	each(ctx, system_root);
	return 0;
}

int place_socket(const char *dir, enum runtime_socket which,
		 struct sockaddr_un *sun)
{
	int n;

	*sun = (struct sockaddr_un){ .sun_family = AF_UNIX };
	n = snprintf(sun->sun_path, sizeof(sun->sun_path), "%s/%s", dir,
		     socket_names[which]);
	return n < 0 || (size_t)n >= sizeof(sun->sun_path) ? -ENAMETOOLONG : 0;
}

int place_connect(const char *dir, enum runtime_socket which, int flags)
{
	struct sockaddr_un sun;
	int r = place_socket(dir, which, &sun);
	int fd;

	if (r < 0)
		return r;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&sun, sizeof(sun)) == 0)
		return fd;
	r = -errno;
	close(fd);
	return r;
}
