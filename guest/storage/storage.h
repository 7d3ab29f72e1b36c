/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guest/storage/storage.h - the boot step that mounts the data disks
 */
#ifndef GUEST_STORAGE_STORAGE_H
#define GUEST_STORAGE_STORAGE_H

#include "guest/config/init_conf.h"

/* As struct boot_step wants them. */
bool storage_wanted(const struct init_conf *conf);
int storage_run(const struct init_conf *conf);

/*
 * storage_limit_ms() - as init.conf says; else half a minute, the waiting, and
 * a second for each 32 MiB that the disks now have
 */
uint32_t storage_limit_ms(const struct init_conf *conf);

#endif
