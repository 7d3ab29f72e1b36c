/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/systemd/notify.h - datagrams to the service manager
 *
 * Source: sd_notify(3), sd_watchdog_enabled(3). Own code, for libsystemd is
 * larger than the whole of `reprise`.
 */
#ifndef HOST_SYSTEMD_NOTIFY_H
#define HOST_SYSTEMD_NOTIFY_H

#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>

#include "host/sentence.h"

/* From a deadline, of which EXTEND_TIMEOUT_USEC tells, to what follows it. */
enum { NOTIFY_MARGIN_US = 10000000 };

struct notify {
	int fd; /* -1: no manager listens */
	struct sockaddr_un to;
	socklen_t to_len;
	uint64_t watchdog_us; /* a WATCHDOG=1 at least so often; 0: none */
};

/*
 * notify_open() - what NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID say
 *
 * Takes them out of the environment, for QEMU must not speak for us.
 * @n:		the caller's until notify_close(), also on failure
 * Return: 0, also where nobody listens; -EINVAL: NOTIFY_SOCKET names no
 *	datagram socket (@error); else -errno, @error
 */
int notify_open(struct notify *n, char *error);

/*
 * notify_send() - one message, lines of KEY=VALUE; never waits
 * Return: 0, also where nobody listens; else -errno, and it was not told
 */
int notify_send(const struct notify *n, const char *text);

/*
 * notify_extend() - what follows may take , and a margin
 * Return: as notify_send()
 */
int notify_extend(const struct notify *n, uint32_t ms);

/* notify_close() - takes a closed one */
void notify_close(struct notify *n);

#endif
