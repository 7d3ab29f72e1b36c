// SPDX-License-Identifier: Apache-2.0
/*
 * tests/bench/rival.c - somebody who wants the same CPU
 */
#include "tests/bench/rival.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/sentence.h"

/* Nice values ten apart are about one to nine, wherever they are. */
enum { ABOVE_ALL = -20, A_NINTH_OF_IT = -10, ORDINARY = 0, A_NINTH = 10 };

/* Return: 0; -errno: it may not count for so much */
static int weigh(pid_t pid, int nice)
{
	char path[64];
	int fd, r = 0;

	if (setpriority(PRIO_PROCESS, (id_t)pid, nice) < 0)
		return -errno;
	snprintf(path, sizeof(path), "/proc/%d/autogroup", (int)pid);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return 0; /* the kernel has none, and goes by process */
	if (dprintf(fd, "%d", nice) < 0)
		r = -errno;
	close(fd);
	return r;
}

static void spin(int nice)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setsid(); /* an autogroup of its own: first of all */
	weigh(getpid(), nice);
	for (;;)
		;
}

/* Both on one CPU, the last that we may use. */
static int share_cpu(pid_t a, pid_t b)
{
	int cpu = CPU_SETSIZE - 1;
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		return -errno;
	while (!CPU_ISSET(cpu, &set))
		cpu--;
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(a, sizeof(set), &set) < 0 ||
	    sched_setaffinity(b, sizeof(set), &set) < 0)
		return -errno;
	return 0;
}

int rival_start(struct rival *r, pid_t slowed, char *error)
{
	bool outranks = weigh(slowed, A_NINTH_OF_IT) == 0;
	int done = outranks ? 0 : weigh(slowed, A_NINTH);

	*r = (struct rival){ .pid = fork(), .outranks = outranks };
	if (r->pid == 0)
		spin(outranks ? ABOVE_ALL : ORDINARY);
	if (r->pid < 0)
		return sentence(error, -errno, "fork: %s", strerror(errno));
	if (done == 0)
		done = share_cpu(r->pid, slowed);
	if (done < 0)
		return sentence(error, done,
				"process %d cannot be slowed down: %s",
				(int)slowed, strerror(-done));
	return 0;
}

void rival_end(struct rival *r)
{
	if (r->pid <= 0)
		return;
	kill(r->pid, SIGKILL);
	waitpid(r->pid, NULL, 0);
	r->pid = 0;
}
