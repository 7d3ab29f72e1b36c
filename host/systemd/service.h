/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/systemd/service.h - an appliance as a service of Type=notify
 *
 * Theory of operation: after every step the lifecycle is compared with what
 * the manager was last told, and what is new goes into one message:
 *
 *	READY=1                  once, when the payload is ready
 *	STOPPING=1               once, when the end for good has begun
 *	STATUS=                  the state, as `reprise status` names it
 *	EXTEND_TIMEOUT_USEC=     while it starts or stops: until the state's own
 *	                         deadline, for the lifecycle waits for nothing
 *	                         without one
 *
 * What could not be sent is new the next time too. WATCHDOG=1 comes from a
 * timer in the shim's loop: the loop never waits for QEMU, so that a QEMU that
 * is deaf while it frees memory costs no ping.
 */
#ifndef HOST_SYSTEMD_SERVICE_H
#define HOST_SYSTEMD_SERVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/systemd/notify.h"

struct lifecycle;
struct loop;

enum { SERVICE_STATUS = 160, SERVICE_WORDS = SERVICE_STATUS + 96 };

/* What the manager knows. */
struct service_told {
	bool ready, stopping;
	uint64_t deadline_us; /* of the last EXTEND_TIMEOUT_USEC */
	char status[SERVICE_STATUS];
};

struct service {
	const struct notify *notify; /* borrowed */
	struct service_told told;
	struct loop *loop;
	int timer_fd, slot; /* of the watchdog; -1: none */
};

/*
 * service_words() - the message about what is new; pure
 * @told:	in: what is known; out: what will be known
 * Return: false: there is nothing to tell
 */
bool service_words(const struct lifecycle *lc, uint64_t now_us,
		   struct service_told *told, char text[static SERVICE_WORDS]);

/*
 * service_open() - with the timer of the watchdog, if there is one
 * Return: 0; else -errno
 */
int service_open(struct service *s, const struct notify *notify,
		 struct loop *loop);

/* service_tell() - the lifecycle has made a step */
void service_tell(struct service *s, const struct lifecycle *lc,
		  uint64_t now_us);

void service_close(struct service *s);

#endif
