/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/integration/child.h - a program that a test has started
 *
 * All waits end at a deadline, and all of them read what the program says
 * meanwhile, so that it never waits for us.
 */
#ifndef TESTS_INTEGRATION_CHILD_H
#define TESTS_INTEGRATION_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { CHILD_TEXT = 65536, CHILD_DEADLINE_MS = 120000 };

enum child_stream { CHILD_OUT, CHILD_ERR, CHILD_STREAMS };

struct child {
	pid_t pid; /* 0: not started, or reaped */
	int pidfd;
	int fd[CHILD_STREAMS];
	size_t len[CHILD_STREAMS];
	char text[CHILD_STREAMS][CHILD_TEXT]; /* terminated, cut when full */
	bool ended;
	int code; /* once it ended: exit code, or minus the signal's number */
};

/* child_now() - CLOCK_MONOTONIC, ms */
int64_t child_now(void);

/* child_deadline() - CHILD_DEADLINE_MS from now, ms */
int64_t child_deadline(void);

/* child_left() - ms until @end_ms, for poll(); 0 when it has passed */
int child_left(int64_t end_ms);

/*
 * child_start() - start a program with nothing on its standard input
 * @argv:	ends with NULL; argv[0] is a path
 * @fd3:	becomes its descriptor 3, if not negative
 * Return: 0; -errno
 */
int child_start(struct child *c, const char *const argv[], int fd3);

/*
 * child_poll() - read what it says, see whether it ended, wait for either
 * @also:	wait for this descriptor too, if not negative
 * Return: false: @end_ms has passed
 */
bool child_poll(struct child *c, int also, int64_t end_ms);

/* child_await_text() - Return: false: it ended, or the deadline, before @text
 */
bool child_await_text(struct child *c, enum child_stream s, const char *text);

/* child_await_end() - Return: false: it did not end before the deadline */
bool child_await_end(struct child *c);

/* child_close() - kill it if it has not ended, reap it, close everything */
void child_close(struct child *c);

/*
 * child_await_pid() - wait for the end of a process that has become ours, reap it
 * Return: false: it is not ours, or did not end before the deadline
 */
bool child_await_pid(pid_t pid);

/*
 * child_kill_all() - kill and reap every child of this process
 *
 * This process should be a subreaper: then what its children leave behind is
 * its own. Return: how many there were
 */
int child_kill_all(void);

#endif
