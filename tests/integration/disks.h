/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/integration/disks.h - disks for a guest, in the scratch directory
 */
#ifndef TESTS_INTEGRATION_DISKS_H
#define TESTS_INTEGRATION_DISKS_H

#include "tests/integration/rig.h"

/* disks_make() - of nothing but zeroes. Return: its path; static */
const char *disks_make(struct rig *r, const char *name);

/* disks_make_ext4() - with an empty file system. Return: likewise */
const char *disks_make_ext4(struct rig *r, const char *name, const char *label);

/* disks_break() - so that `e2fsck -p` looks through it, and gives up */
void disks_break(const char *path);

#endif
