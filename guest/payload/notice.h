/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guest/payload/notice.h - the socket for sd_notify(3)
 */
#ifndef GUEST_PAYLOAD_NOTICE_H
#define GUEST_PAYLOAD_NOTICE_H

#include <stdbool.h>
#include <stddef.h>

#include "guest/config/init_conf.h"
#include "guest/core/notify.h"

#define NOTICE_PATH "/run/reprise/notify"

/* notice_wanted() - does the payload speak by sd_notify? */
bool notice_wanted(const struct init_conf *conf);

/*
 * notice_open() - a datagram socket that anybody may write to
 * @path:	NOTICE_PATH but in tests
 * Return: a non-blocking descriptor; -errno
 */
int notice_open(const char *path);

struct notice {
	char text[NOTIFY_BYTES_MAX];
	size_t len;
};

/*
 * notice_read() - one datagram
 * Return: 1; 0: no more now; -EMSGSIZE: one that was too long is dropped
 */
int notice_read(int fd, struct notice *n);

#endif
