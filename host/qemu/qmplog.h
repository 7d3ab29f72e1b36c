/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/qemu/qmplog.h - what QEMU said on QMP while nobody listened
 *
 * Theory of operation: QEMU writes all that it says on its monitor into a file
 * besides, also while no client is connected, and a client that comes later
 * gets none of it (docs/facts.md 10.2). The shim empties the file when a gate
 * is settled; so what stands there after the last RESUME or RESET is why the
 * VM stands still. Lines that are no event, cut ones too, are passed over.
 */
#ifndef HOST_QEMU_QMPLOG_H
#define HOST_QEMU_QMPLOG_H

#include <jansson.h>
#include <stddef.h>

/* @data: of the event, borrowed, or NULL */
typedef void qmplog_fn(void *ctx, const char *event, const json_t *data);

/* qmplog_replay() - call @fn for each event of @text since the VM last ran */
void qmplog_replay(const char *text, size_t len, qmplog_fn *fn, void *ctx);

/*
 * qmplog_read() - the end of the log in the directory @dir_fd
 * Return: bytes; -errno, and @buf is to be taken as empty
 */
int qmplog_read(int dir_fd, const char *name, char *buf, size_t size);

#endif
