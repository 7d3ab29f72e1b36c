// SPDX-License-Identifier: Apache-2.0
/*
 * guest/power/reboot.c - the end of an epoch: reboot(2)
 */
#include "guest/power/reboot.h"

#include <sys/reboot.h>
#include <unistd.h>

void power_ctrl_alt_del_off(void)
{
	reboot(RB_DISABLE_CAD);
}

void power_end(enum intent intent)
{
	reboot(intent == INTENT_POWEROFF ? RB_POWER_OFF : RB_AUTOBOOT);
}

pid_t power_end_by_child(enum intent intent)
{
	pid_t pid = fork();

	if (pid == 0) {
		power_end(intent);
		_exit(1);
	}
	return pid > 0 ? pid : 0;
}
