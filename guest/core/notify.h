/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guest/core/notify.h - what a payload says by sd_notify. Pure.
 */
#ifndef GUEST_CORE_NOTIFY_H
#define GUEST_CORE_NOTIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NOTIFY_BYTES_MAX = 1024, NOTIFY_EXTEND_MAX_MS = 600000 };

struct notify {
	bool ready;	    /* READY=1 */
	bool watchdog;	    /* WATCHDOG=1: a sign of life */
	bool stopping;	    /* STOPPING=1: it will end by itself */
	uint32_t extend_ms; /* EXTEND_TIMEOUT_USEC=, at most
			       NOTIFY_EXTEND_MAX_MS; 0: not asked for */
};

/*
 * notify_parse() - one datagram: lines of NAME=VALUE
 * @text:	not trusted; need not end with NUL
 * @ret:	what was understood; other lines are skipped, as sd_notify(3)
 * asks
 * @status_len:	length of what is returned
 * Return: the text of STATUS=, into @text; NULL: there is none
 */
const char *notify_parse(const char *text, size_t len, struct notify *ret,
			 size_t *status_len);

#endif
