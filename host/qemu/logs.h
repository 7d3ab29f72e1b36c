/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/qemu/logs.h - what QEMU writes may not fill the disk
 *
 * Theory of operation: qemu.log and qmp.log lie in the runtime directory, which
 * is the host's memory and every appliance's. How much goes into them is up to
 * QEMU: a program that is none, or a guest that makes it complain, writes
 * without end. So whoever is in charge is woken by each write (inotify), and
 * gives the beginning of a log back to the disk, as a hole, once it takes
 * LOGS_MOST. Offsets stay what they were, and the newest LOGS_KEPT bytes are
 * always there: nobody reads more of either log.
 */
#ifndef HOST_QEMU_LOGS_H
#define HOST_QEMU_LOGS_H

#include <stdbool.h>

enum { LOGS_MOST = 1 << 20, LOGS_KEPT = 1 << 16 }; /* bytes of disk */

/*
 * logs_watch() - be woken when one of them is written
 * @logs:	two descriptors
 * Return: one to be polled for EPOLLIN, CLOEXEC, the caller's; else -errno:
 *	nobody is woken
 */
int logs_watch(const int logs[static 2]);

/*
 * logs_heed() - forget why it was woken. @fd: of logs_watch()
 */
void logs_heed(int fd);

/*
 * logs_bound() - give back what a log may not take
 * @log:	open for writing
 * Return: true: there was something
 */
bool logs_bound(int log);

#endif
