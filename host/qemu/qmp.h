/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/qemu/qmp.h - a client of QEMU's monitor
 *
 * Theory of operation: the protocol of docs/interop/qmp-spec in QEMU: a
 * greeting, qmp_capabilities, then commands with an id and their replies,
 * mixed with events; one JSON object a line. A command is a row of a table
 * here, and its number is its id. Commands may be sent one behind the other:
 * QEMU answers them in order, so the ids of those that wait are all there is to
 * remember. A peer that does anything else is no QEMU, and is left: nothing is
 * allocated by what it says, a line has its bound, and so has what is read in
 * one turn of the loop, and at the end.
 */
#ifndef HOST_QEMU_QMP_H
#define HOST_QEMU_QMP_H

#include <jansson.h>
#include <stdbool.h>

struct loop;
struct qmp;

enum qmp_command {
	QMP_CAPABILITIES, /* sent by itself after the greeting */
	QMP_STATUS,	  /* query-status */
	QMP_ALLOW_RESET,  /* set-action reboot=reset, and the other three */
	QMP_RESET,	  /* system_reset: only queued; wait for RESET */
	QMP_FORBID_RESET, /* set-action reboot=shutdown, and the other three */
	QMP_CONT,
	QMP_QUIT,
	QMP_POWERDOWN, /* system_powerdown: the machine's button */
	QMP_STOP,      /* pause the VM; an event STOP follows */
	QMP_COMMANDS,
};

struct qmp_ops {
	void (*up)(void *ctx); /* negotiated */
	void (*event)(void *ctx, const char *name, const json_t *data);
	/* @result: its "return", borrowed; NULL: it was refused */
	void (*reply)(void *ctx, enum qmp_command command,
		      const json_t *result);
	/* Once. @why: how it broke the protocol (static); NULL: it closed */
	void (*lost)(void *ctx, const char *why);
};

/*
 * qmp_open() - speak QMP on a connected socket
 * @fd:		taken over, also on failure; non-blocking
 * @ops:	borrowed until qmp_close(), as are @loop and @ctx
 * Return: 0; else -errno
 */
int qmp_open(struct qmp **ret, struct loop *loop, int fd,
	     const struct qmp_ops *ops, void *ctx);

/* qmp_send() - Return: 0; -EAGAIN: QEMU does not read; else -errno */
int qmp_send(struct qmp *q, enum qmp_command command);

/* qmp_drain() - handle all that is there already: QEMU has ended. Takes NULL */
void qmp_drain(struct qmp *q);

/* qmp_close() - takes NULL */
void qmp_close(struct qmp *q);

#endif
