/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/config/runtime.h - the runtime directory of a running appliance
 *
 *	/run/reprise/NAME/  or  $XDG_RUNTIME_DIR/reprise/NAME/
 *		lock          held as long as shim or QEMU lives (lock.h)
 *		qmp.sock      QEMU listens: its monitor
 *		agent.sock    QEMU listens: the guest's agent port
 *		serial.sock   QEMU listens: the guest's console
 *		console.sock  the shim listens: the console, for operators
 *		control.sock  the shim listens: Varlink
 *		qemu.log      QEMU's stderr
 *		qmp.log       events that QEMU gave while no shim listened
 *		record        what the shim knows, for the next one (record.h)
 *
 * REPRISE_RUNTIME_DIR names another directory than the first two.
 */
#ifndef HOST_CONFIG_RUNTIME_H
#define HOST_CONFIG_RUNTIME_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

#include "host/config/appliance.h" /* APPLIANCE_NAME_SIZE */
#include "host/config/lock.h"
#include "host/sentence.h"

struct handover;

enum runtime_socket {
	RUNTIME_QMP,
	RUNTIME_AGENT,
	RUNTIME_SERIAL,
	RUNTIME_CONSOLE,
	RUNTIME_CONTROL,
	RUNTIME_SOCKETS,
};

struct runtime {
	char dir[PATH_MAX]; /* .../NAME */
	int dir_fd;
	int lock_fd;  /* LOCK_LIFE, to be inherited by QEMU */
	int shim_fd;  /* LOCK_SHIM, never inherited by it */
	int qemu_log; /* O_WRONLY | O_APPEND, likewise qmp_log */
	int qmp_log;
	bool occupied; /* a QEMU lives here that is not of this shim */
	int given[RUNTIME_SOCKETS]; /* listening already; -1: not */
};

/*
 * runtime_open() - make the directory, take charge, open the logs
 * @name:	checked with appliance_name_ok()
 * @rt:		the caller's until runtime_close() or runtime_remove(); all
 *		descriptors are CLOEXEC
 *
 * Where a QEMU lives whose shim has died, @rt is occupied and nothing of that
 * QEMU is touched; else what is there is cleared away.
 * Return: 0; -EBUSY: it runs already; else -errno; @error has the sentence
 */
int runtime_open(struct runtime *rt, const char *name, char *error);

/*
 * runtime_open_with() - likewise, with what the program before this one had
 * @h:		what is used of it becomes -1; NULL: there was none
 */
int runtime_open_with(struct runtime *rt, const char *name, struct handover *h,
		      char *error);

/*
 * runtime_claim() - nobody launches without: the lock that QEMU will inherit
 * Return: 0: it is ours, @rt is not occupied; -EAGAIN: a QEMU lives that has
 *	it; else -errno
 */
int runtime_claim(struct runtime *rt);

/*
 * runtime_listen() - a new listening socket, in place of any before it
 *
 * CLOEXEC and non-blocking. Each generation of QEMU needs new ones, for the
 * shim closes its copies after the spawn.
 * Return: the descriptor; else -errno, with the sentence in @error
 */
int runtime_listen(const struct runtime *rt, enum runtime_socket which,
		   char *error);

/*
 * runtime_share() - who besides the owner gets through to the shim's sockets
 * @control:	its group gets to control, console and the lock; others, if they
 *		may read, to control
 *
 * Until then, and without either, everything is the owner's alone. What is to
 * be read there the shim decides (host/link/access.h).
 * Return: 0; else -errno, with the sentence in @error
 */
int runtime_share(const struct runtime *rt, const struct control_conf *control,
		  char *error);

/* runtime_connect() - Return: a connected, non-blocking descriptor; -errno */
int runtime_connect(const struct runtime *rt, enum runtime_socket which);

/* runtime_close() - close the descriptors, leave the files; takes a closed one
 */
void runtime_close(struct runtime *rt);

/* runtime_remove() - nothing is left behind; then runtime_close() */
void runtime_remove(struct runtime *rt);

/*
 * runtime_dial() - connect to a socket of a running appliance, for the verbs
 * Never waits: a shim that does not take its callers is an error.
 * Return: a connected, blocking descriptor; -ENOENT: it is not running;
 *	-EAGAIN: as many wait as can; else -errno; @error has the sentence
 */
int runtime_dial(const char *name, enum runtime_socket which, char *error);

/*
 * runtime_watch_end() - get ready to wait for the end of a running appliance
 * Return: a descriptor for runtime_await_end(); -ENOENT: it is not running;
 *	else -errno; @error has the sentence
 */
int runtime_watch_end(const char *name, char *error);

/*
 * runtime_await_end() - wait until neither shim nor QEMU is there any more, and
 *	nothing of theirs in the runtime directory
 * @fd:		of runtime_watch_end(); is closed
 * @ms:		no longer than about this, milliseconds
 * Return: 0; -ETIMEDOUT: one of them is still there, @error says which; else
 *	-errno, @error
 */
int runtime_await_end(int fd, const char *name, unsigned int ms, char *error);

struct running {
	char name[APPLIANCE_NAME_SIZE];
	char dir[PATH_MAX];
	enum holder holder;
	bool hidden; /* it is another user's: whether it runs cannot be seen */
};

/*
 * runtime_list() - call @each for every appliance that runs on this host
 *
 * Those of our own place first, then those of other users as far as they can
 * be seen; each place sorted by name.
 * Return: 0; else -errno, @error
 */
int runtime_list(void (*each)(void *ctx, const struct running *r), void *ctx,
		 char *error);

#endif
