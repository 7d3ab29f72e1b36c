/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/sweep/inside.h - the stand from within: what becomes PID 1
 */
#ifndef TESTS_SWEEP_INSIDE_H
#define TESTS_SWEEP_INSIDE_H

#include "tests/sweep/stand.h"

enum { INSIDE_PATH = 128 };

/* What it needs of its parent's. */
struct inside {
	const struct stand_plan *plan;
	const char *dir; /* its root will be mounted there */
	char port[INSIDE_PATH], console[INSIDE_PATH]; /* devices */
	int socket; /* a byte comes: enum inside_go; the listener goes */
};

/* The ids are mapped; has it a control group of its own? */
enum inside_go { INSIDE_PLAIN = 'p', INSIDE_GROUP = 'g' };

/* inside_run() - build the root, move in, become PID 1 */
_Noreturn void inside_run(const struct inside *s);

/*
 * inside_receive() - the listener of its system calls, for the parent
 * Return: a descriptor; -ENOTCONN: it has ended before
 */
int inside_receive(int socket);

#endif
