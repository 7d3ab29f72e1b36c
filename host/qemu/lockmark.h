/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/qemu/lockmark.h - the word in a command line that says whose QEMU it is
 *
 * It is in QEMU's (-add-fd fd=N,set=N,opaque=MARK), and so in that of its
 * helper, which shares its memory; elsewhere others may have an appliance of the
 * same name, and anybody may have a helper's.
 */
#ifndef HOST_QEMU_LOCKMARK_H
#define HOST_QEMU_LOCKMARK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { LOCKMARK_SIZE = 64 };

/*
 * lockmark_make() - of an appliance's lock
 * @lock_fd:	negative: it was removed
 * @mark:	no other file has the same for as long as it exists; "": none
 */
void lockmark_make(int lock_fd, char mark[static LOCKMARK_SIZE]);

/* lockmark_in() - is it in a command line of proc_read()? "" is in none */
bool lockmark_in(const char *cmdline, size_t len, const char *mark);

/* lockmark_on() - in that of @pid? Not once that gives up its memory */
bool lockmark_on(pid_t pid, const char *mark);

#endif
