// SPDX-License-Identifier: Apache-2.0
/*
 * guest/boot/stage.c - how far the boot has come, on the console
 */
#include "guest/boot/stage.h"

#include "common/msg.h"
#include "guest/boot/console.h"

void boot_stage_say(uint8_t stage)
{
	say("stage %u %s", stage, boot_stage_name(stage));
}
