/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guest/config/init_conf.h - init.conf, what the image says about its payload
 *
 * The table in guest/config/init_conf.c is the schema, init.conf(5) its manual.
 * Read at boot by PID 1 and at build time by the image builder: what PID 1
 * would refuse never gets into an image.
 */
#ifndef GUEST_CONFIG_INIT_CONF_H
#define GUEST_CONFIG_INIT_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/conf.h"
#include "guest/config/box_conf.h"
#include "guest/config/words.h"
#include "guest/core/restart.h"
#include "guest/net/net_conf.h"
#include "guest/storage/storage_conf.h"
#include "guest/watchdog/watchdog_conf.h"

enum { INIT_CONF_BYTES_MAX = 8192 };
enum payload_ready { READY_STARTED, READY_DESCRIPTOR, READY_NOTIFY };
enum payload_end { END_POWEROFF, END_REBOOT };

struct init_conf {
	struct words exec;
	struct words env;
	struct box_conf box;
	int ready;			       /* enum payload_ready */
	uint32_t ready_within_ms, watchdog_ms; /* 0: no limit */
	struct words health;		       /* empty: none */
	uint32_t health_ms, health_timeout_ms, health_failures;
	uint32_t grace_ms, grace_max_ms;
	int restart;			    /* enum restart_when */
	struct restart_rules restart_rules; /* without .when and .on_* */
	bool host_may_reboot, host_may_poweroff;
	int on_exit, on_failure, on_give_up; /* enum payload_end */
	struct net_conf net;
	struct storage_conf storage;
	struct watchdog_conf watchdog;
};

/*
 * init_conf_parse() - read a whole init.conf
 * @len:	beyond INIT_CONF_BYTES_MAX it is refused
 * @file:	its name, for the sentence
 * @error:	CONF_ERROR_MAX bytes; the sentence, or "" when all is well
 * Return: 0; -EINVAL: @ret is not written
 */
int init_conf_parse(const char *text, size_t len, const char *file,
		    struct init_conf *ret, char *error);

#endif
