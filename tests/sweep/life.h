/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/sweep/life.h - one life of PID 1 on the stand, and how it ended
 */
#ifndef TESTS_SWEEP_LIFE_H
#define TESTS_SWEEP_LIFE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/msg.h"

/* Whose system calls are counted and made to fail. */
enum life_who {
	LIFE_INIT,    /* PID 1's */
	LIFE_HELPERS, /* its children's, until they execute something else */
	LIFE_WHOS,
};

/* What is to happen, and what is to come of it. */
struct life_plan {
	const char *name;
	const char *exec; /* the payload's command line */
	const char *more; /* lines of init.conf after it */
	bool port, devices;
	enum intent request; /* by the host, when all below was seen */
	unsigned int heartbeats;
	enum intent meant; /* how it ends when nothing fails */
};

/* Which call fails, and how. */
struct life_fault {
	enum life_who who;
	unsigned int k; /* the k-th, from 1; 0: none */
	unsigned int e; /* which errno of that call's, from 0, modulo */
	bool lasts;	/* and so does every later call of that name */
};

enum { LIFE_CONSOLE = 8192, LIFE_CALLS = 512 };

struct life {
	unsigned int calls[LIFE_WHOS];
	bool injected;
	int nr, error;	     /* of the call that was made to fail */
	unsigned int errnos; /* how many that call has */
	bool ended;	     /* by itself, before the limit */
	int status;	     /* wait status of PID 1 */
	uint32_t took_ms;
	unsigned int pushes; /* what it took to make it end: 0: as planned */
	unsigned int seen[MSG_TYPES];
	struct msg_intent intent;
	struct proof proof;
	/* from READY on: how often PID 1 made each call */
	unsigned int served[LIFE_CALLS];
	char console[LIFE_CONSOLE];
	char why[256]; /* what was wrong with it; "": nothing */
};

/*
 * life_run() - one life, to its end or to a limit
 * @l:	written whole; l->why is the verdict
 * Return: 0; -EPERM and others of stand_start(): it could not be run
 */
int life_run(struct life *l, const struct life_plan *plan,
	     const struct life_fault *fault);

#endif
