// SPDX-License-Identifier: Apache-2.0
/*
 * guest/boot/step.c - what is to be done before the payload starts
 */
#include "guest/boot/step.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/array.h"
#include "guest/net/net.h"
#include "guest/storage/storage.h"
#include "guest/watchdog/watchdog.h"

static const struct boot_step steps[] = {
#ifdef CONFIG_GUEST_NET
	{ .stage = BOOT_NETWORK,
	  .wanted = net_wanted,
	  .run = net_run,
	  .limit_ms = net_limit_ms,
	  .awaits = net_awaits,
	  .hear = net_hear },
#endif
#ifdef CONFIG_GUEST_STORAGE
	{ .stage = BOOT_STORAGE,
	  .wanted = storage_wanted,
	  .run = storage_run,
	  .limit_ms = storage_limit_ms },
#endif
#ifdef CONFIG_GUEST_WATCHDOG
	{ .stage = BOOT_WATCHDOG,
	  .wanted = watchdog_wanted,
	  .run = watchdog_open,
	  .inside = true },
#endif
	{ .stage = BOOT_NOTHING },
};

const struct boot_step *boot_step(unsigned int i)
{
	enum { LAST = ARRAY_SIZE(steps) - 1 };
	const struct boot_step *step = &steps[i <= LAST ? i : LAST];

	return step->run ? step : NULL;
}

pid_t boot_step_start(const struct boot_step *step,
		      const struct init_conf *conf)
{
	pid_t pid = _Fork();
	sigset_t none;

	if (pid < 0)
		return -errno;
	if (pid > 0)
		return pid;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid(); /* what it starts can be stopped with it */
	_exit(-step->run(conf) & 0xff);
}

void boot_step_stop(pid_t pid)
{
	kill(-pid, SIGKILL);
	kill(pid, SIGKILL); /* who leads no session yet */
}

unsigned int boot_step_error(int status)
{
	return WIFEXITED(status) ? (unsigned int)WEXITSTATUS(status) : EINTR;
}
