/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guest/boot/mount.h - the file systems every payload may expect
 */
#ifndef GUEST_BOOT_MOUNT_H
#define GUEST_BOOT_MOUNT_H

/*
 * mount_all() - /proc, /sys, /dev and so on, from one table
 *
 * What cannot be mounted is said on the console; PID 1 lives without it.
 */
void mount_all(void);

#endif
