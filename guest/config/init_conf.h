/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guest/config/init_conf.h - init.conf, what the image says about its payload
 *
 *	[payload]
 *	exec = /bin/web -p 80           words, no shell; an absolute path
 *	ready = started | descriptor    descriptor: a byte on descriptor 3
 *	grace = 5 s                     between TERM and KILL
 *	env = KEY=VALUE                 may repeat
 *	[policy]
 *	host-may-reboot = yes           may an operator's request do that?
 *	host-may-poweroff = yes
 *	on-exit = poweroff | reboot     the payload ended with status 0
 *	on-failure = reboot | poweroff  in any other way
 *
 * Only exec has no default. Read at boot by PID 1 and at build time by the
 * image builder: what PID 1 would refuse never gets into an image.
 */
#ifndef GUEST_CONFIG_INIT_CONF_H
#define GUEST_CONFIG_INIT_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/conf.h"
#include "guest/config/words.h"

enum payload_ready { READY_STARTED, READY_DESCRIPTOR };
enum payload_end { END_POWEROFF, END_REBOOT };

struct init_conf {
	struct words exec;
	struct words env;
	int ready; /* enum payload_ready */
	uint32_t grace_ms;
	bool host_may_reboot, host_may_poweroff;
	int on_exit, on_failure; /* enum payload_end */
};

/*
 * init_conf_parse() - read a whole init.conf
 * @file:	its name, for the sentence
 * @error:	CONF_ERROR_MAX bytes; the sentence, or "" when all is well
 * Return: 0; -EINVAL: @ret is not written
 */
int init_conf_parse(const char *text, size_t len, const char *file,
		    struct init_conf *ret, char *error);

#endif
