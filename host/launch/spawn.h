/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/launch/spawn.h - start a program with exactly these descriptors
 */
#ifndef HOST_LAUNCH_SPAWN_H
#define HOST_LAUNCH_SPAWN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct identity;

enum { SPAWN_FDS = 32, SPAWN_FD_MAX = 255 };

struct spawn {
	char *const *argv; /* argv[0] is looked up in PATH; ends with NULL */
	const int *keep;   /* descriptors that it inherits */
	const int *as; /* the numbers that it gets them by; NULL: the same */
	size_t keep_count; /* at most SPAWN_FDS; numbers to SPAWN_FD_MAX */
	int output;	   /* its stdout and stderr; stdin is /dev/null */
	int cgroup;	   /* where it is born: a directory of cgroup2; -1 */
	int memory_group;  /* where it is put: cgroup.procs of v1; 0: nowhere */
	bool with_score;   /* @spawned has score_fd, and it serves */
};

struct spawned {
	pid_t pid;
	int pidfd;	/* the caller's */
	bool in_cgroup; /* false: it is where its parent is */
	bool in_memory_group;
	int score_fd; /* the caller's: host/memory/victim.h; 0: none */
};

/*
 * spawn_program() - clone, become, exec
 * @who:	whom it becomes before exec; NULL: it stays what the caller is
 * @for_parent:	it becomes a child of the caller's parent
 *
 * It has a session of its own, no signal blocked. A cgroup that cannot be
 * entered is no error, nor is a score that cannot be had: @ret tells.
 * Return: 0; else -errno, of exec too, with nothing left behind
 */
int spawn_program(const struct spawn *s, const struct identity *who,
		  bool for_parent, struct spawned *ret);

#endif
