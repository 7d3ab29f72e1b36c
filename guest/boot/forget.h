/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guest/boot/forget.h - memory that only the boot needed
 */
#ifndef GUEST_BOOT_FORGET_H
#define GUEST_BOOT_FORGET_H

/*
 * boot_forget() - give it back to the kernel
 *
 * Nothing is lost: the program's pages come back from the initramfs when they
 * are wanted. To be called near the stack's beginning: what was used below the
 * caller goes. A kernel that does not want it back keeps it.
 */
void boot_forget(void);

#endif
