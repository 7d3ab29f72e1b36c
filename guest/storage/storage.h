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

#endif
