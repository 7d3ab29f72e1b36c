// SPDX-License-Identifier: Apache-2.0
/*
 * host/link/watch.c - notice that something happens to any of many appliances
 */
#include "host/link/watch.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/config/place.h"

/* With its NUL byte: a message of Varlink. */
static const char call[] = "{\"method\":\"io.reprise.Events\",\"more\":true}";

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

size_t watch_poll(const struct watch *w, struct pollfd fd[static WATCH_MOST])
{
	for (size_t i = 0; i < w->count; i++)
		fd[i] = (struct pollfd){ .fd = w->on[i].fd, .events = POLLIN };
	return w->count;
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
	bool any = false, gone;

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
}
