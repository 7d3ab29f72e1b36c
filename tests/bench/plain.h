/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/bench/plain.h - the same QEMU, by hand: what Reprise is measured
 * against
 *
 * Theory of operation: QEMU is started by the shim's own code for that
 * (host/qemu/generation: the same command line, the same sockets), but there
 * is no shim: no gate, no judgement, no waiting for memory. The bench is the
 * agent of its guest and answers as a shim would, at once and without a
 * thought. Of everything that happens the moment is noted, the last one of
 * each kind.
 */
#ifndef TESTS_BENCH_PLAIN_H
#define TESTS_BENCH_PLAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "common/msg.h"
#include "host/config/runtime.h"
#include "host/qemu/process.h"

struct agent;
struct prepared;
struct qmp;
struct turns;

enum plain_moment {
	PLAIN_START,   /* just before fork() */
	PLAIN_CONSOLE, /* PID 1's first line on the console */
	PLAIN_HELLO,
	PLAIN_READY,
	PLAIN_RESET, /* QEMU's event */
	PLAIN_ENDED, /* QEMU can be reaped */
	PLAIN_FREED, /* its helper can be */
	PLAIN_MOMENTS,
};

enum { PLAIN_SEEN = 256 };

struct plain {
	struct turns *turns;
	const struct prepared *what; /* borrowed */
	struct runtime runtime;
	bool own_reset; /* QEMU resets by itself when the guest asks to */
	bool killing;
	struct process process;
	struct process old; /* ended; its helper may still be there */
	uint64_t epoch;
	int end_slot, helper_slot;
	struct qmp *qmp;
	struct agent *agent;
	int serial_fd, serial_slot;
	char seen[PLAIN_SEEN]; /* the console's last words */
	size_t seen_len;
	uint64_t at_us[PLAIN_MOMENTS];
	struct msg_ready ready; /* the last one */
};

/*
 * plain_open() - get ready; nothing runs yet
 * @what:	its appliance's name names the runtime directory
 * Return: 0; else -errno and the sentence in @error, nothing to close
 */
int plain_open(struct plain *p, struct turns *turns,
	       const struct prepared *what, char *error);

/* plain_start() - spawn QEMU; its guest runs as soon as QMP is up. Return: 0;
 * else -errno (@error) */
int plain_start(struct plain *p, char *error);

/* plain_await() - wait for a moment since the last start or reboot. Return: 0;
 * else -errno (@error) */
int plain_await(struct plain *p, enum plain_moment m, char *error);

/* plain_reboot() - ask the guest to reboot. Return: 0; else -errno (@error) */
int plain_reboot(struct plain *p, char *error);

/*
 * plain_kill() - SIGKILL to QEMU alone, wait until it can be reaped, reap it
 *
 * Its helper is left alone; PLAIN_FREED can be waited for.
 * Return: 0; else -errno (@error)
 */
int plain_kill(struct plain *p, char *error);

/* plain_close() - nothing of it is left; takes what plain_open() refused */
void plain_close(struct plain *p);

#endif
