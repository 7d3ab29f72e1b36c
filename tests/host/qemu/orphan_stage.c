// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/qemu/orphan_stage.c - processes that look like QEMU and its helper
 */
#include "tests/host/qemu/orphan_stage.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "host/qemu/lockmark.h"
#include "host/qemu/proc.h"

const struct orphan_hint no_hint;
struct stage stage;
static char mark[LOCKMARK_SIZE];

/* All processes of the machine are looked at, those of other runs too. */
const char *stage_web(void)
{
	static char name[32];

	if (!name[0]) /* it is called before any child of ours */
		snprintf(name, sizeof(name), "web%d", (int)getpid());
	return name;
}

void stage_lock(const char *file)
{
	int fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	lockmark_make(fd, mark);
	close(fd);
}

int stage_begin(void **state)
{
	(void)state;
	scratch_make(&stage.scratch);
	scratch_path(&stage.scratch, "lock", stage.lock);
	stage_lock(stage.lock);
	return 0;
}

int stage_over(void **state)
{
	(void)state;
	scratch_remove(&stage.scratch);
	return 0;
}

/* That it runs is what it says: execve(2) closes descriptors before it sets the
 * command line. */
pid_t stage_start(const char *name, const char *file, int other, int *go)
{
	char value[64], log[128], byte;
	int in[2], up[2];
	pid_t pid;

	snprintf(value, sizeof(value), "%s,debug-threads=on", name);
	snprintf(log, sizeof(log), "fd=3,set=7,opaque=%s", mark);
	assert_int_equal(pipe2(in, O_CLOEXEC), 0);
	assert_int_equal(pipe2(up, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0) {
		int fd = open(file, O_RDWR | O_CREAT, 0600);

		close(other);
		dup2(in[0], STDIN_FILENO);
		dup2(up[1], STDOUT_FILENO);
		(void)fd; /* stays open */
		execl("/bin/sh", "sh", "-c",
		      "echo; read x && printf %s $x >/proc/self/comm; read x",
		      "sh", "-name", value, "-add-fd", log, NULL);
		_exit(1);
	}
	close(in[0]);
	close(up[1]);
	assert_int_equal(read(up[0], &byte, 1), 1);
	close(up[0]);
	*go = in[1];
	return pid;
}

void stage_end(pid_t pid, int go)
{
	close(go);
	assert_int_equal(waitpid(pid, NULL, __WALL), pid);
}

void stage_call_helper(pid_t pid, pid_t qemu, int go)
{
	char name[32], comm[32] = "";

	snprintf(name, sizeof(name), "cleanup/%d\n", (int)qemu);
	assert_int_equal(write(go, name, strlen(name)), strlen(name));
	for (int i = 0; i < 1000 && strcmp(comm, name) != 0; i++) {
		poll(NULL, 0, 10);
		proc_read(pid, "comm", comm, sizeof(comm));
	}
	assert_string_equal(comm, name);
}

pid_t stage_helper(pid_t qemu, int other, int *go)
{
	pid_t pid = stage_start(stage_web(), "/dev/null", other, go);

	stage_call_helper(pid, qemu, *go);
	return pid;
}

/* As the kernel does before it clears the rest. We stand on another stack. */
static void forget_command_line(void)
{
	const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t at = (uintptr_t)program_invocation_name & ~(page - 1);

	assert_int_equal(munmap((void *)at, 2 * page), 0);
}

static int be_nameless(void *name)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* should the test fail */
	prctl(PR_SET_NAME, name);
	forget_command_line();
	for (;;)
		pause();
	return 0;
}

pid_t stage_nameless(pid_t qemu, pid_t *parent)
{
	char name[32], file[64], children[64] = "", cmdline[64];
	pid_t pid = 0;

	snprintf(name, sizeof(name), "cleanup/%d", (int)qemu);
	*parent = fork();
	if (*parent == 0) {
		static char stack[65536] __attribute__((aligned(16)));

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		clone(be_nameless, stack + sizeof(stack), SIGCHLD, name);
		for (;;)
			pause();
	}
	snprintf(file, sizeof(file), "task/%d/children", (int)*parent);
	for (int i = 0; i < 1000 && !pid; i++) {
		poll(NULL, 0, 10);
		proc_read(*parent, file, children, sizeof(children));
		if (atoi(children) && proc_read(atoi(children), "cmdline",
						cmdline, sizeof(cmdline)) == 0)
			pid = atoi(children);
	}
	assert_true(pid > 0);
	return pid;
}

void stage_end_nameless(pid_t pid, pid_t parent)
{
	kill(pid, SIGKILL);
	kill(parent, SIGKILL);
	assert_int_equal(waitpid(parent, NULL, 0), parent);
}

pid_t stage_pair(const char *file, const char *script, pid_t *child)
{
	char children[64] = "", proc[64], line[256];
	pid_t pid;

	snprintf(line, sizeof(line),
		 "sh -c '%s; kill -STOP $$' sh -name %s & wait", script,
		 stage_web());
	pid = fork();
	if (pid == 0) {
		open(file, O_RDWR | O_CREAT, 0600);
		execl("/bin/sh", "sh", "-c", line, "-name", stage_web(), NULL);
		_exit(1);
	}
	snprintf(proc, sizeof(proc), "task/%d/children", (int)pid);
	for (int i = 0; i < 1000 && !children[0]; i++) {
		poll(NULL, 0, 10);
		proc_read(pid, proc, children, sizeof(children));
	}
	*child = (pid_t)atoi(children);
	return pid;
}

void stage_end_pair(pid_t pid, pid_t child)
{
	kill(child > 0 ? child : pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

pid_t stage_gone(void)
{
	int go;
	pid_t pid = stage_start(stage_web(), "/dev/null", -1, &go);

	stage_end(pid, go);
	return pid;
}

struct orphan_hint stage_hint(pid_t pid, uint64_t start)
{
	return (struct orphan_hint){ .qemu = { pid, start } };
}
