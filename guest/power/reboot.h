/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guest/power/reboot.h - the end of an epoch: reboot(2)
 */
#ifndef GUEST_POWER_REBOOT_H
#define GUEST_POWER_REBOOT_H

#include <sys/types.h>

#include "common/msg.h"

/* power_ctrl_alt_del_off() - Ctrl-Alt-Del becomes SIGINT to PID 1 */
void power_ctrl_alt_del_off(void);

/*
 * power_end() - reboot(2) as @intent says, by PID 1 itself
 *
 * Comes back only if the kernel refused.
 */
void power_end(enum intent intent);

/*
 * power_end_by_child() - the same from a child
 *
 * The caller of reboot(2) may be made to exit by the kernel (a power-off where
 * nothing can switch the power off), and PID 1 may not.
 * Return: the child's pid; its end means that there was no effect. 0: there
 *	could be no child
 */
pid_t power_end_by_child(enum intent intent);

/*
 * power_end_at_last() - the end where there is no loop, or none any more
 *
 * As the session would do it, with its limits: everybody is killed, what is
 * written is written back, a child calls reboot(2), then PID 1; the last two
 * again every second.
 */
_Noreturn void power_end_at_last(enum intent intent);

#endif
