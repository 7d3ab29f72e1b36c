/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guest/power/quiet.h - let nothing be written any more
 */
#ifndef GUEST_POWER_QUIET_H
#define GUEST_POWER_QUIET_H

#include <sys/types.h>

/*
 * quiet_start() - sync, unmount block devices or make them read-only
 *
 * In a child, since a disk can block for ever; its end is the answer, and what
 * it achieved is read back by proof_read(). Where no child can be had PID 1
 * does it: what is written would be lost for certain otherwise, and a disk that
 * then blocks PID 1 as well is for the watchdog and the host to end.
 *
 * Return: the child's pid; 0: no disk, or no child to be had: it is done
 */
pid_t quiet_start(void);

#endif
