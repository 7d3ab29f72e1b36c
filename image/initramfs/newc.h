/* SPDX-License-Identifier: Apache-2.0 */
/*
 * image/initramfs/newc.h - a tree as the archive that the kernel unpacks
 *
 * Theory of operation: "newc" of the kernel's buffer-format.rst: for each node
 * a header of 110 characters (hexadecimal numbers), its path without the first
 * '/', its content, each padded to 4 bytes; a last one named TRAILER!!!. Inode
 * numbers count from 1, every time is NEWC_TIME: the bytes follow from the
 * tree.
 */
#ifndef IMAGE_INITRAMFS_NEWC_H
#define IMAGE_INITRAMFS_NEWC_H

#include "image/initramfs/tree.h"

enum { NEWC_TIME = 1767225600 }; /* 2026-01-01 00:00:00 UTC */

/* newc_write() - append the archive of a finished tree; failure: @out is bad */
void newc_write(const struct tree *t, struct bytes *out);

#endif
