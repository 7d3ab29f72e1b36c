// SPDX-License-Identifier: Apache-2.0
/*
 * guest/watchdog/watchdog.c - the machine's watchdog: started once, then fed
 *
 * open(2) starts it, and it goes on when its descriptor is closed without the
 * word for that, which nobody here says. The child that calls reboot(2) shares
 * the descriptor; nothing else does.
 */
#include "guest/watchdog/watchdog.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/watchdog.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "guest/boot/clock.h"
#include "guest/boot/console.h"

enum { FEEDS = 4, LATEST = 2 }; /* parts of the timeout */

static const char path[] = "/dev/watchdog0";
static int fd = -1;
static uint32_t timeout_ms;
static uint64_t fed_ms;

bool watchdog_wanted(const struct init_conf *conf)
{
	return conf->watchdog.timeout_ms != 0;
}

static void feed(uint64_t now_ms)
{
	ioctl(fd, WDIOC_KEEPALIVE, 0);
	fed_ms = now_ms;
}

int watchdog_open(const struct init_conf *conf)
{
	int seconds = (int)((conf->watchdog.timeout_ms + 999) / 1000);
	int r = 0;

	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 && (conf->watchdog.required || errno != ENOENT)) {
		r = -errno;
		say("watchdog: open %s: %s", path, strerror(errno));
		return r;
	}
	if (fd < 0) {
		say("watchdog: this machine has none");
		return 0;
	}
	if (ioctl(fd, WDIOC_SETTIMEOUT, &seconds) < 0) {
		r = -errno;
		say("watchdog: it takes no timeout of %d s: %s", seconds,
		    strerror(errno));
		return r;
	}
	timeout_ms = (uint32_t)seconds * 1000; /* as it was rounded */
	feed(clock_ms());
	return 0;
}

bool watchdog_due(uint64_t now_ms, uint64_t last_ms, uint32_t limit_ms,
		  bool may, uint64_t *next_ms)
{
	uint64_t at =
		may && now_ms >= last_ms + limit_ms / FEEDS ? now_ms : last_ms;

	*next_ms = may ? at + limit_ms / LATEST : WATCHDOG_NEVER;
	return may && at == now_ms;
}

uint64_t watchdog_turn(uint64_t now_ms, bool may)
{
	uint64_t next_ms;

	if (!timeout_ms) /* none, or it is not as it should be */
		return WATCHDOG_NEVER;
	if (watchdog_due(now_ms, fed_ms, timeout_ms, may, &next_ms))
		feed(now_ms);
	return next_ms;
}
