/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guest/boot/console.h - where PID 1 says what it does
 */
#ifndef GUEST_BOOT_CONSOLE_H
#define GUEST_BOOT_CONSOLE_H

/*
 * console_open() - have a console, and something at descriptors 0 to 2
 *
 * Called again when /dev is mounted: an initramfs need not hold /dev/console.
 */
void console_open(void);

/*
 * say() - "reprise-init: <text>", one line
 *
 * Never blocks: a line that the console does not take at once is lost.
 */
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* console_fd() - the descriptor that say() writes to; non-blocking, or -1 */
int console_fd(void);

#endif
