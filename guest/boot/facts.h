/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guest/boot/facts.h - what this boot is: image, epoch, secure or not
 */
#ifndef GUEST_BOOT_FACTS_H
#define GUEST_BOOT_FACTS_H

#include <stddef.h>
#include <stdint.h>

/*
 * facts_image() - "name version" from /etc/reprise/image
 *
 * Cut at @size, printable ASCII only; "unknown" without the file.
 */
void facts_image(char *image, size_t size);

/* facts_epoch() - a number that no other boot has. Never 0, never blocks. */
uint64_t facts_epoch(void);

/*
 * facts_secure() - is this a Secure Execution guest? Wants /sys.
 * Return: 0 no; 1 yes; 2 cannot tell
 */
uint8_t facts_secure(void);

#endif
