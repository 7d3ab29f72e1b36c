// SPDX-License-Identifier: Apache-2.0
/*
 * guest/power/reboot.c - the end of an epoch: reboot(2)
 *
 * A child by fork(2): vfork(2) would hold PID 1 up for as long as the kernel
 * takes to reboot, which may be for ever.
 */
#include "guest/power/reboot.h"

#include <signal.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "guest/boot/clock.h"
#include "guest/core/session.h"
#include "guest/power/quiet.h"

enum { LOOK_AGAIN_MS = 20 };

void power_ctrl_alt_del_off(void)
{
	reboot(RB_DISABLE_CAD);
}

static int command(enum intent intent)
{
	return intent == INTENT_POWEROFF ? RB_POWER_OFF : RB_AUTOBOOT;
}

void power_end(enum intent intent)
{
	reboot(command(intent));
}

pid_t power_end_by_child(enum intent intent)
{
	const int how = command(intent);
	pid_t pid = _Fork();

	if (pid == 0) {
		reboot(how);
		_exit(1);
	}
	return pid > 0 ? pid : 0;
}

/* Nothing tells of its end here, where the loop has failed. */
static void await(pid_t child, uint32_t limit_ms)
{
	const struct timespec pause = { .tv_nsec = LOOK_AGAIN_MS * 1000000 };
	const uint64_t until = clock_ms() + limit_ms;

	while (child > 0 && waitpid(child, NULL, WNOHANG | __WALL) == 0 &&
	       clock_ms() < until)
		nanosleep(&pause, NULL);
}

void power_end_at_last(enum intent intent)
{
	const struct timespec second = { .tv_sec = 1 };

	kill(-1, SIGKILL);
	await(quiet_start(), SESSION_QUIET_MS);
	for (;; nanosleep(&second, NULL)) {
		await(power_end_by_child(intent), SESSION_REBOOT_MS);
		power_end(intent);
	}
}
