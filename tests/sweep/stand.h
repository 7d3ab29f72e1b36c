/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/sweep/stand.h - reprise-init as a real PID 1, in namespaces
 *
 * Theory of operation: a process of new user, pid and mount namespaces has a
 * root of its own on tmpfs: /init, /bin/payload, /etc/reprise, a console and
 * an agent's port (both are pseudo-terminals, whose other ends the test has).
 * There reboot(2) ends PID 1 by a signal: SIGHUP is a restart, SIGINT a
 * power-off. Every system call inside comes to the test before it is made
 * (seccomp's user notification), which may let it be or answer it. Some are
 * always answered, as the stand has done them or does not want them: the
 * mounts of devtmpfs and sysfs, sync(2), and what only devices can do. Those
 * are files: a disk of zeroes, one that looks like ext4, a watchdog; the link
 * is lo.
 * Needs no privilege; a machine that forbids user namespaces cannot run it.
 */
#ifndef TESTS_SWEEP_STAND_H
#define TESTS_SWEEP_STAND_H

#include <linux/seccomp.h>
#include <stdbool.h>
#include <sys/types.h>

#include "tests/sweep/group.h"

struct stand_plan {
	const char *conf; /* text of init.conf */
	bool port;	  /* is there an agent's port? */
	bool traced;	  /* do system calls come to the test? */
	bool devices;	  /* disks, a watchdog, a network of its own? */
};

struct stand {
	pid_t pid; /* of PID 1, as we see it; 0: none */
	int pidfd;
	int calls;	   /* the system calls: stand_call(); -1: not traced */
	int port, console; /* our ends; non-blocking */
	int port_kept, console_kept; /* the other ends, so that none hangs up */
	char dir[64];
	char group[GROUP_PATH]; /* its control group; "": none */
};

/* A system call that waits for an answer. */
struct stand_call {
	unsigned long long id;
	pid_t pid;
	struct seccomp_data data;
};

/*
 * stand_start() - PID 1 is about to be executed
 * Return: 0; -EPERM, -ENOSYS, -ENOSPC: no user namespace to be had;
 *	else -errno. stand_end() is due in any case
 */
int stand_start(struct stand *s, const struct stand_plan *plan);

/*
 * stand_call() - take one system call from s->calls
 * Return: 1: @call waits for stand_answer(); 0: none, or answered here
 */
int stand_call(const struct stand *s, struct stand_call *call);

/* stand_answer() - let it be made (@error 0), or fail with the errno @error */
void stand_answer(const struct stand *s, const struct stand_call *call,
		  int error);

/*
 * stand_anonymous_kib() - memory of PID 1 that is no file's
 *
 * The kernel maps some pages of its program unasked, now these, now those.
 * Return: 0: unknown
 */
unsigned long stand_anonymous_kib(const struct stand *s);

/*
 * stand_wait() - PID 1 has ended: its wait status; all else inside is gone too
 */
int stand_wait(struct stand *s);

/* stand_end() - kill what still runs, close everything */
void stand_end(struct stand *s);

#endif
