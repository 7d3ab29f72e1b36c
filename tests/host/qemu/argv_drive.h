/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/host/qemu/argv_drive.h - an argument vector as one line
 */
#ifndef TESTS_HOST_QEMU_ARGV_DRIVE_H
#define TESTS_HOST_QEMU_ARGV_DRIVE_H

#include "host/config/appliance.h"
#include "host/config/image.h"
#include "host/qemu/argv.h"
#include "host/qemu/probe.h"

extern const struct qemu_fds argv_fds; /* of all that there may be */
extern const struct image argv_image;
extern struct argv argv_out; /* of the last argv_line() */

/* argv_web() - an appliance of two forwards and a watchdog */
struct appliance argv_web(const char *arch);

/* argv_able() - QEMU 7.2's abilities, as far as the line depends on them */
struct qemu_caps argv_able(void);

/*
 * argv_joined() - argv_out, its arguments joined by blanks
 *
 * Those with blanks in them stand in quotes. Return: until the next call
 */
const char *argv_joined(void);

/* argv_line() - the line of @a by argv_able() with argv_fds, joined */
const char *argv_line(const struct appliance *a);

#endif
