/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/integration/member.h - an appliance that is begun again and again
 *
 * Theory of operation: it serves until it is told how to begin again, and
 * serves again when its shim says that it is ready. Nobody waits for that:
 * whoever has several of them polls the descriptors of all, then lets each hear
 * and look. How long the memory of its old generation takes to come back is
 * given: the helper is held at its end (tests/integration/held.h) for so long.
 */
#ifndef TESTS_INTEGRATION_MEMBER_H
#define TESTS_INTEGRATION_MEMBER_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "tests/integration/rig.h"
#include "tests/integration/space.h"

enum { MEMBER_FDS = 11 };

/* How it is begun again. */
enum restart {
	RESTART_ANY, /* `reboot`: the shim chooses */
	RESTART_FULL,
	RESTART_STOP, /* `stop`, then `run` as soon as it has its answer */
	RESTART_KILL, /* of QEMU */
	RESTART_SHIM, /* is killed: another one adopts */
	RESTART_BOTH, /* are killed: another one finds what drains */
	RESTARTS,
};

struct member {
	struct rig rig; /* of all but the first only shim and readiness */
	const struct space *space;
	char name[32], file[128];
	bool may_fail; /* then it is run again; else that fails the test */
	bool begun;    /* else it serves */
	enum restart how;
	struct child verb;    /* that restarts it */
	struct child leaving; /* a shim that drains, beside the next one */
	size_t heard;	      /* of what the shim has said, before that */
	int64_t by_ms;	      /* when it has to serve again */
	int qemu;	      /* pidfd of the one that is to end; -1: it has */
	pid_t held;	      /* its helper; 0: none */
	uint32_t hold_ms;     /* so long, from its end on */
	int64_t until_ms;
	uint32_t done[RESTARTS];
	uint32_t waited; /* restarts that had to wait for memory */
	uint32_t failed; /* verbs and shims */
};

/* member_word() - what people call it; static */
const char *member_word(enum restart how);

/*
 * member_open() - nothing runs yet; to be closed
 * @rig:	whose directories are used; @m's own: they are made
 * @name:	of the appliance, on all of this host
 * @lines:	of the appliance file
 */
void member_open(struct member *m, struct rig *rig, const char *name,
		 const char *lines);

/* member_run() - in its space */
void member_run(struct member *m);

/* member_restart() - one that serves; @hold_ms: what its drain takes longer */
void member_restart(struct member *m, enum restart how, uint32_t hold_ms);

/* member_poll() - Return: how many descriptors there are to wait for */
nfds_t member_poll(const struct member *m, struct pollfd p[static MEMBER_FDS]);

/* member_hear() - what its processes have said, and which of them have ended */
void member_hear(struct member *m);

/* member_look() - and do what follows from that */
void member_look(struct member *m);

/* member_knows() - does it wait for the end of @pid itself? */
bool member_knows(const struct member *m, pid_t pid);

/* member_close() - kill what is left of it, but for what its shims have left */
void member_close(struct member *m);

#endif
