/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/link/watch.h - notice that something happens to any of many appliances
 *
 * Theory of operation: a connection to each shim, by which it tells its events
 * (Events with "more"). What they are is not read: that there is one is reason
 * to ask all shims anew (host/link/ask.h). A shim that goes closes its
 * connection, which is an event, too; one that refuses to tell does the same. A
 * shim that begins makes its directory, where inotify(7) tells of it.
 */
#ifndef HOST_LINK_WATCH_H
#define HOST_LINK_WATCH_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/un.h>

enum {
	WATCH_MOST = 64, /* of more the first are watched */
	WATCH_FDS = WATCH_MOST + 1,
};

struct watch {
	int places; /* who begins; -1: only those added are watched */
	size_t count;
	struct {
		int fd;
		char dir[sizeof(((struct sockaddr_un *)0)->sun_path)];
	} on[WATCH_MOST];
};

/* watch_open() - watch nobody yet. @w: the caller's until watch_close() */
void watch_open(struct watch *w);

/*
 * watch_places() - watch for who begins, in every place that is there by now
 */
void watch_places(struct watch *w);

/*
 * watch_add() - watch an appliance, if it can be and is not yet; never waits
 * @dir:	its runtime directory
 */
void watch_add(struct watch *w, const char *dir);

/* watch_poll() - what to poll for. Return: how many of @fd were filled */
size_t watch_poll(const struct watch *w, struct pollfd fd[static WATCH_FDS]);

/*
 * watch_heard() - has anything happened? Who has gone is watched no more
 * Never waits.
 */
bool watch_heard(struct watch *w);

void watch_close(struct watch *w);

#endif
