// SPDX-License-Identifier: Apache-2.0
#include "host/qemu/orphan.h"

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "host/qemu/proc.h"
#include "tests/host/scratch.h"

/* Of this run alone: all processes of the machine are looked at. */
static char web[32], web2[40], web_and_more[64];
static const struct identity_of_process no_hint;

static struct scratch scratch;
static char lock[SCRATCH_PATH];

static int set_up(void **state)
{
	(void)state;
	scratch_make(&scratch);
	scratch_path(&scratch, "lock", lock);
	snprintf(web, sizeof(web), "web%d", (int)getpid());
	snprintf(web2, sizeof(web2), "%s2", web);
	snprintf(web_and_more, sizeof(web_and_more), "%s,debug-threads=on",
		 web);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	scratch_remove(&scratch);
	return 0;
}

/* A process with such a command line and a file open. What is written to @go
 * becomes its name; it ends with the end of @go. @other is not held open. That
 * it runs is what it says: execve(2) closes descriptors before it sets the
 * command line. */
static pid_t start(const char *name, const char *file, int other, int *go)
{
	int in[2], up[2];
	char byte;
	pid_t pid;

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
		      "sh", "-name", name, NULL);
		_exit(1);
	}
	close(in[0]);
	close(up[1]);
	assert_int_equal(read(up[0], &byte, 1), 1);
	close(up[0]);
	*go = in[1];
	return pid;
}

static void end(pid_t pid, int go)
{
	close(go);
	assert_int_equal(waitpid(pid, NULL, __WALL), pid);
}

static pid_t found(const char *name, const struct identity_of_process *hint)
{
	struct orphan o;

	orphan_find(&o, name, lock, hint);
	return o.qemu.pid;
}

static void orphan_names_the_appliance_and_holds_its_lock(void **state)
{
	struct identity_of_process hint;
	pid_t pid;
	int go;

	(void)state;
	pid = start(web_and_more, lock, -1, &go);
	assert_int_equal(found(web, &no_hint), pid);
	assert_int_equal(found("web", &no_hint), 0);
	assert_int_equal(found(web2, &no_hint), 0);
	/* a file that says otherwise does not count */
	hint = (struct identity_of_process){ getpid(), proc_start(getpid()) };
	assert_int_equal(found(web, &hint), pid);
	end(pid, go);
	assert_int_equal(found(web, &no_hint), 0);
}

static void orphan_whose_lock_was_removed_is_found(void **state)
{
	pid_t pid;
	int go;

	(void)state;
	pid = start(web_and_more, lock, -1, &go);
	assert_int_equal(unlink(lock), 0);
	assert_int_equal(found(web, &no_hint), pid);
	end(pid, go);
}

/* The record is right about pid and time, but the process is another's. */
static void orphan_without_the_lock_is_none(void **state)
{
	struct identity_of_process hint;
	char other[SCRATCH_PATH];
	pid_t pid;
	int go;

	(void)state;
	scratch_path(&scratch, "other", other);
	pid = start(web_and_more, other, -1, &go);
	hint = (struct identity_of_process){ pid, proc_start(pid) };
	assert_int_equal(found(web, &no_hint), 0);
	assert_int_equal(found(web, &hint), 0);
	end(pid, go);
}

/* Its child holds the lock as well, for a moment, and has no other name yet. */
static void
orphan_with_a_helper_that_has_no_name_yet_is_the_parent(void **state)
{
	char children[64] = "";
	pid_t pid = fork(), child, said, parent;

	(void)state;
	if (pid == 0) {
		open(lock, O_RDWR | O_CREAT, 0600);
		execl("/bin/sh", "sh", "-c",
		      "sh -c 'kill -STOP $$' sh -name $1 & wait", "-name", web,
		      NULL);
		_exit(1);
	}
	for (int i = 0; i < 1000 && !children[0]; i++) {
		char file[64];

		poll(NULL, 0, 10);
		snprintf(file, sizeof(file), "task/%d/children", (int)pid);
		proc_read(pid, file, children, sizeof(children));
	}
	child = (pid_t)atoi(children);
	parent = proc_parent(child);
	said = found(web, &no_hint);
	kill(child > 0 ? child : pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(parent, pid);
	assert_int_equal(said, pid);
}

/* One that shares its command line, and calls itself its helper. */
static pid_t helper(pid_t qemu, int other, int *go)
{
	char name[32], comm[32] = "";
	pid_t pid = start(web_and_more, "/dev/null", other, go);

	snprintf(name, sizeof(name), "cleanup/%d\n", (int)qemu);
	assert_int_equal(write(*go, name, strlen(name)), strlen(name));
	for (int i = 0; i < 1000 && strcmp(comm, name) != 0; i++) {
		poll(NULL, 0, 10);
		proc_read(pid, "comm", comm, sizeof(comm));
	}
	assert_string_equal(comm, name);
	return pid;
}

/* Its QEMU has gone, and the record says that it was ours. */
static void orphan_helper_needs_a_qemu_that_has_gone(void **state)
{
	struct identity_of_process hint = { .start = 1 };
	struct orphan o;
	pid_t qemu, pid;
	int go, go_helper;

	(void)state;
	qemu = start(web_and_more, lock, -1, &go);
	hint.pid = qemu;
	pid = helper(qemu, go, &go_helper);
	orphan_find(&o, web, lock, &hint);
	assert_int_equal(o.helper, 0);
	end(qemu, go);
	orphan_find(&o, web, lock, &hint);
	assert_int_equal(o.helper, pid);
	orphan_find(&o, "db", lock, &no_hint);
	assert_int_equal(o.helper, 0);
	end(pid, go_helper);
}

/* Two generations end, one after the other, beside one that runs. */
static void orphan_helpers_beside_a_qemu_drain(void **state)
{
	struct identity_of_process hint;
	pid_t gone[2], pid[2], qemu;
	int go, go_helper[2];
	struct orphan o;

	(void)state;
	for (int i = 0; i < 2; i++) {
		gone[i] = start(web_and_more, "/dev/null", -1, &go);
		end(gone[i], go);
		pid[i] = helper(gone[i], i ? go_helper[0] : -1, &go_helper[i]);
	}
	orphan_find(&o, web, lock, &no_hint);
	assert_int_equal(o.drains, 1); /* besides the last, whichever */
	hint = (struct identity_of_process){ gone[0], 1 };
	orphan_find(&o, web, lock, &hint);
	assert_int_equal(o.helper, pid[0]);
	assert_int_equal(o.drain[0].helper, pid[1]);
	assert_int_equal(o.drain[0].qemu, gone[1]);
	qemu = start(web_and_more, lock, -1, &go);
	orphan_find(&o, web, lock, &hint);
	assert_int_equal(o.qemu.pid, qemu);
	assert_int_equal(o.helper, 0);
	assert_int_equal(o.drains, 2);
	end(qemu, go);
	end(pid[1], go_helper[1]);
	end(pid[0], go_helper[0]);
}

static void proc_argument_finds_the_word_after(void **state)
{
	static const char cmdline[] =
		"qemu\0-name\0web\0-netdev\0a\0-netdev\0b";
	const size_t n = sizeof(cmdline);

	(void)state;
	assert_string_equal(proc_argument(cmdline, n, "-name", 0), "web");
	assert_string_equal(proc_argument(cmdline, n, "-netdev", 1), "b");
	assert_null(proc_argument(cmdline, n, "-netdev", 2));
	assert_null(proc_argument(cmdline, n, "web", 1));
	assert_null(proc_argument("", 0, "-name", 0));
}

static void proc_start_tells_who_lives(void **state)
{
	pid_t pid = fork();

	(void)state;
	if (pid == 0)
		_exit(0);
	assert_true(proc_start(getpid()) > 0);
	assert_int_equal(
		waitid(P_PID, (id_t)pid, &(siginfo_t){ 0 }, WEXITED | WNOWAIT),
		0);
	assert_int_equal(proc_start(pid), 0); /* a zombie */
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(proc_start(pid), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(orphan_names_the_appliance_and_holds_its_lock),
		cmocka_unit_test(
			orphan_with_a_helper_that_has_no_name_yet_is_the_parent),
		cmocka_unit_test(orphan_whose_lock_was_removed_is_found),
		cmocka_unit_test(orphan_without_the_lock_is_none),
		cmocka_unit_test(orphan_helper_needs_a_qemu_that_has_gone),
		cmocka_unit_test(orphan_helpers_beside_a_qemu_drain),
		cmocka_unit_test(proc_argument_finds_the_word_after),
		cmocka_unit_test(proc_start_tells_who_lives),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
