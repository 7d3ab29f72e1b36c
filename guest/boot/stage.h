/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guest/boot/stage.h - how far the boot has come, on the console
 */
#ifndef GUEST_BOOT_STAGE_H
#define GUEST_BOOT_STAGE_H

#include <stdint.h>

/* boot_stage_say() - "stage 6 network", one line */
void boot_stage_say(uint8_t stage);

#endif
