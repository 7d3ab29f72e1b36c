/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/memory/ledger.h - who was promised memory, who drains, who waits
 *
 * Theory of operation: one file of lines of equal length, its slots. A slot
 * counts while somebody holds its lock, a byte far behind the lines
 * (F_OFD_SETLK; fcntl(2)); a line without its lock is free, whatever it says.
 * The lock belongs to a description that QEMU inherits, so a promise lasts for
 * as long as shim or QEMU does, and nothing has to be cleared away.
 *
 * One more lock is the host-wide critical section. Its description is opened
 * for the section and never inherited: a shim that is killed in it frees it.
 * Every change of a line is made in it.
 */
#ifndef HOST_MEMORY_LEDGER_H
#define HOST_MEMORY_LEDGER_H

#include <stdint.h>
#include <sys/types.h>

#include "host/core/admission.h"
#include "host/sentence.h"

enum { LEDGER_SLOTS = 512, LEDGER_LINE = 128 };

enum promise {
	PROMISE_WAITS, /* for an admission */
	PROMISE_LIVES, /* was admitted, may run */
	PROMISE_DRAINS,
};

/* A slot. What is in it is written by ledger_*() only. */
struct promised {
	enum promise state;
	pid_t pid; /* of QEMU; 0: there is none yet */
	int priority;
	uint64_t need;	  /* need_bytes() */
	uint64_t arrival; /* CLOCK_MONOTONIC, microseconds */
};

struct promise_slot {
	int fd; /* to be inherited by QEMU; CLOEXEC; -1: none */
	unsigned int slot;
	char path[128];
	struct promised mine;
};

/* What the ledger does not know: sizes of now. */
struct ledger_ops {
	/* Return: 0, -errno: room and the like of the host */
	int (*room)(void *ctx, struct domain *host);
	/* Return: bytes that @pid holds; 0: it is not there */
	uint64_t (*resident)(void *ctx, pid_t pid);
	void *ctx;
};

/*
 * ledger_join() - take a slot, waiting; no memory is promised by that
 * @path:	of the ledger; made if it is not there
 * @p:		the caller's until ledger_leave()
 * Return: 0; -ENOSPC: no slot is free; else -errno; @error has the sentence
 */
int ledger_join(const char *path, uint64_t need, int priority,
		struct promise_slot *p, char *error);

/*
 * ledger_ask() - may it start now? If so, that is its promise from now on
 * @d:		the decision
 * @text:	ADMISSION_TEXT bytes: its numbers
 * Return: 0; -EBADMSG: a slot that is held cannot be read, so nobody knows;
 *	else -errno; @error has the sentence
 */
int ledger_ask(struct promise_slot *p, const struct ledger_ops *ops,
	       struct decision *d, char *text, char *error);

/* ledger_tell() - @p has a QEMU now, or drains. Return: 0; -errno */
int ledger_tell(struct promise_slot *p, enum promise state, pid_t pid);

/* ledger_leave() - this description is done with it; takes one that is none */
void ledger_leave(struct promise_slot *p);

#endif
