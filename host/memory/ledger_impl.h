/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/memory/ledger_impl.h - between the three files of the ledger
 *
 * ledger_file.c has the file and the section, ledger.c the changes of one line,
 * ledger_ask.c reads all of them.
 */
#ifndef HOST_MEMORY_LEDGER_IMPL_H
#define HOST_MEMORY_LEDGER_IMPL_H

#include <fcntl.h>
#include <stdbool.h>

#include "host/memory/ledger.h"

/*
 * ledger_enter() - the critical section; it ends when the descriptor is closed
 * Return: the descriptor; -EAGAIN: it is taken; else -errno; @error
 */
int ledger_enter(const char *path, char *error);

/* ledger_lock() - of a slot: F_RDLCK, or F_WRLCK to see whether one is there */
struct flock ledger_lock(short type, int slot);

/* ledger_is_held() - by another description than that of @fd? */
bool ledger_is_held(int fd, unsigned int slot);

/* ledger_write() - its line, in the section @fd. Return: 0; -errno */
int ledger_write(int fd, const struct promise_slot *p);

/* ledger_know_groups() - the groups of @m are those of @d */
void ledger_know_groups(struct promised *m, const struct domains *d);

/* ledger_failed() - say @r of the file. Return: @r */
int ledger_failed(const char *path, int r, char *error);

#endif
