// SPDX-License-Identifier: Apache-2.0
/*
 * guest/power/reboot.c - the end of an epoch: reboot(2)
 *
 * A child by fork(2): vfork(2) would hold PID 1 up for as long as the kernel
 * takes to reboot, which may be for ever.
 */
#include "guest/power/reboot.h"

#include <sys/reboot.h>
#include <time.h>
#include <unistd.h>

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

void power_end_at_last(enum intent intent)
{
	const struct timespec pause = { .tv_sec = 1 };

	for (;;) {
		power_end(intent);
		nanosleep(&pause, NULL);
	}
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
