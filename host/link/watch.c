// SPDX-License-Identifier: Apache-2.0
/*
 * host/link/watch.c - notice that something happens to any of many appliances
 */
#include "host/link/watch.h"

#include <errno.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/config/place.h"

/* With its NUL byte: a message of Varlink. */
static const char call[] = "{\"method\":\"io.reprise.Events\",\"more\":true}";

void watch_open(struct watch *w)
{
	w->count = 0;
	w->places = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
}

static bool add_place(void *ctx, const char *root)
{
	const struct watch *w = ctx;

	inotify_add_watch(w->places, root, IN_CREATE);
	return false;
}

void watch_places(struct watch *w)
{
	char error[SENTENCE_MAX];

	place_each(add_place, w, error);
}

static bool is_watched(const struct watch *w, const char *dir)
{
	for (size_t i = 0; i < w->count; i++)
		if (strcmp(w->on[i].dir, dir) == 0)
			return true;
	return false;
}

void watch_add(struct watch *w, const char *dir)
{
	int fd;

	if (!*dir || w->count == WATCH_MOST ||
	    strlen(dir) >= sizeof(w->on[0].dir) || is_watched(w, dir))
		return;
	fd = place_connect(dir, RUNTIME_CONTROL, SOCK_NONBLOCK);
	if (fd < 0)
		return;
	if (send(fd, call, sizeof(call), MSG_NOSIGNAL) != sizeof(call)) {
		close(fd);
		return;
	}
	w->on[w->count].fd = fd;
	strcpy(w->on[w->count++].dir, dir);
}

size_t watch_poll(const struct watch *w, struct pollfd fd[static WATCH_FDS])
{
	size_t n = w->count;

	for (size_t i = 0; i <= n; i++)
		fd[i] = (struct pollfd){ .fd = i < n ? w->on[i].fd : w->places,
					 .events = POLLIN };
	return n + 1;
}

/*
 * One piece: who floods has no end. Return: there was one; *@gone: no more will
 * come
 */
static bool drain(int fd, bool *gone)
{
	char events[4096];
	ssize_t n = recv(fd, events, sizeof(events), MSG_DONTWAIT);

	*gone = n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
	return n > 0;
}

bool watch_heard(struct watch *w)
{
	char names[4096];
	bool any = read(w->places, names, sizeof(names)) > 0, gone;

	for (size_t i = w->count; i-- > 0;) {
		any |= drain(w->on[i].fd, &gone);
		any |= gone;
		if (!gone)
			continue;
		close(w->on[i].fd);
		w->on[i] = w->on[--w->count];
	}
	return any;
}

void watch_close(struct watch *w)
{
	while (w->count)
		close(w->on[--w->count].fd);
	close(w->places);
}
