/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/memory/ledger.h - who was promised memory, who drains, who waits
 *
 * Theory of operation: one file of lines of equal length, its slots. A slot
 * counts while somebody holds a lock on its byte, far behind the lines
 * (F_OFD_SETLK; fcntl(2)); a line without its lock is free, whatever it says.
 * The lock belongs to a description that QEMU inherits, so a promise lasts for
 * as long as shim or QEMU does, and nothing has to be cleared away. It is a
 * shared one: a shim that adopts a QEMU takes the same slot beside it.
 *
 * One more lock is the host-wide critical section. Its description is opened
 * for the section and never inherited: a shim that is killed in it frees it.
 * Every change of a line is made in it.
 *
 * Who may make appliances in the directory of the ledger may use it: it is
 * private, or its directory's group shares it, whoever's umask made it. Nobody
 * else may so much as read it, for who can may lock it.
 */
#ifndef HOST_MEMORY_LEDGER_H
#define HOST_MEMORY_LEDGER_H

#include <stdint.h>
#include <sys/types.h>

#include "host/core/admission.h"
#include "host/memory/domains.h"
#include "host/memory/promise.h"
#include "host/sentence.h"

/* In the directory of the appliances' directories: the name of none. */
#define LEDGER_NAME "memory.ledger"

enum { LEDGER_SLOTS = 512, LEDGER_PATH = 128 };

/* Who wants memory. */
struct application {
	const char *name; /* of the appliance */
	uint64_t need;	  /* need_bytes() */
	int priority;
	const struct domains *domains; /* not to be moved before the end */
};

/* A slot. What is in it is written by ledger_*() only. */
struct promise_slot {
	int fd; /* to be inherited by QEMU; CLOEXEC; -1: none */
	unsigned int slot;
	char path[LEDGER_PATH];
	const struct domains *domains;
	struct promised mine;
};

/* What the ledger does not know: sizes of now. */
struct ledger_ops {
	/* as domains_room() */
	int (*room)(void *ctx, const struct domains *d,
		    struct domain domain[static ADMISSION_DOMAINS],
		    char *error);
	/* Return: bytes that @pid holds; 0: it is not there */
	uint64_t (*resident)(void *ctx, pid_t pid);
	void *ctx;
};

/*
 * Whatever changes the ledger may find the critical section taken, by a shim
 * that was stopped in it: after 100 ms it gives up with -EAGAIN, and may be
 * called again as it was. @error then has the sentence, as after each failure.
 * A slot that is none has nothing to tell, and that is no error.
 */

/*
 * ledger_make() - the file, if it is not there; takes one that is
 *
 * With room for all of its lines, where its file system has that.
 * A shim does so before it gives up its rights: to share the file with the
 * group of its directory takes CAP_CHOWN, or to be in that group.
 * Return: 0; -EPERM: it cannot be shared; else -errno
 */
int ledger_make(const char *path, char *error);

/*
 * ledger_join() - take a slot, waiting; no memory is promised by that
 * @path:	of the ledger, absolute; made if it is not there
 * @p:		the caller's until ledger_leave(); none after a failure
 * Return: 0; -EUSERS: no slot is free; -ENOSPC: it cannot be written; -EAGAIN;
 *	else -errno
 */
int ledger_join(const char *path, const struct application *a,
		struct promise_slot *p, char *error);

/*
 * ledger_rejoin() - go on waiting in the place that one of this name has
 *
 * Held by a description beside this one's; @a's need and priority are those
 * of now. Return: as ledger_join(); -ESRCH: none waits
 */
int ledger_rejoin(const char *path, const struct application *a,
		  struct promise_slot *p, char *error);

/*
 * ledger_retake() - the slot of a QEMU that another shim has started
 * @qemu:	its pid; it may have ended, if nobody took its slot since
 * @p:		as of ledger_join(); with what its line says, but @a's domains
 * Return: 0; -ESRCH: it has none; -EAGAIN; else -errno
 */
int ledger_retake(const char *path, const struct application *a, pid_t qemu,
		  struct promise_slot *p, char *error);

/*
 * ledger_ask() - may it start now? If so, that is its promise from now on
 * @d:		the decision
 * @text:	ADMISSION_TEXT bytes: its numbers
 * Return: 0; -EBADMSG: a slot that is held cannot be read, so nobody knows;
 *	-EAGAIN; else -errno
 */
int ledger_ask(struct promise_slot *p, const struct ledger_ops *ops,
	       struct decision *d, char *text, char *error);

/*
 * ledger_grow() - may one that lives have so much? If so, it is promised it
 * @bytes:	in all; less than it has is no change
 * @d, @text:	of what is more: it goes before all who came after it
 * Return: as ledger_ask()
 */
int ledger_grow(struct promise_slot *p, uint64_t bytes,
		const struct ledger_ops *ops, struct decision *d, char *text,
		char *error);

/*
 * ledger_keeps() - one that lives has so much, whatever there is
 * @bytes:	less than before; or more that its own end gives back first
 * Return: 0; -EAGAIN; else -errno
 */
int ledger_keeps(struct promise_slot *p, uint64_t bytes, char *error);

/*
 * ledger_lives() - its QEMU is @pid; with 0: it starts, admitted or not
 * Return: 0; -EAGAIN; else -errno
 */
int ledger_lives(struct promise_slot *p, pid_t pid, char *error);

/*
 * ledger_drains() - it will touch no more, or has ended
 * @bytes:	that it holds, and that will come back; to be told again when
 *		that is far less
 * Return: 0; -EAGAIN; else -errno
 */
int ledger_drains(struct promise_slot *p, uint64_t bytes, char *error);

/* ledger_leave() - this description is done with it; takes one that is none */
void ledger_leave(struct promise_slot *p);

/*
 * ledger_peek() - what would an answer be now? Writes nothing, waits for nobody
 * @a:		as if it came last of all who wait; with no need: what can be
 *		promised still is admission_headroom(@d)
 * @leaving:	counts as if it drained; NULL, or none: everybody stays
 * Return: 0, also where there is no ledger; else as ledger_ask()
 */
int ledger_peek(const char *path, const struct application *a,
		const struct promise_slot *leaving,
		const struct ledger_ops *ops, struct decision *d, char *text,
		char *error);

/*
 * ledger_could_grow() - what would ledger_grow() answer now?
 *
 * Writes nothing, waits for nobody. Return: as ledger_ask()
 */
int ledger_could_grow(const struct promise_slot *p, uint64_t bytes,
		      const struct ledger_ops *ops, struct decision *d,
		      char *text, char *error);

/*
 * ledger_list() - call @each for everybody who counts, in no order
 *
 * Writes nothing, waits for nobody; a line that cannot be read is left out.
 * Return: 0, also where there is no ledger; -EACCES: it is not ours; -errno
 */
int ledger_list(const char *path,
		void (*each)(void *ctx, const struct promised *m), void *ctx);

#endif
