// SPDX-License-Identifier: Apache-2.0
/*
 * What needs another user is skipped where the tests do not run as root.
 */
#include "host/launch/launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <poll.h>
#include <pwd.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/array.h"
#include "host/launch/rights.h"
#include "host/memory/victim.h"

enum { WAIT_MS = 20000 };

static char error[SENTENCE_MAX], said[4096];
static struct launcher launcher;
static struct spawned made; /* by run(): what it says of groups and score */
static int memory_group;
static bool with_score;

/* The launcher of user @name, who is not this one. */
static void start_as(const char *name, uint64_t rights)
{
	struct identity who;

	if (geteuid() != 0)
		skip();
	assert_int_equal(identity_find(&who, name, rights, error), 0);
	assert_true(who.change);
	assert_int_equal(launcher_start(&launcher, &who), 0);
}

static int tear_down(void **state)
{
	(void)state;
	launcher_stop(&launcher);
	if (memory_group > 0)
		close(memory_group);
	if (made.score_fd)
		close(made.score_fd);
	memory_group = made.score_fd = 0;
	with_score = false;
	return 0;
}

/* Run @script to its end. Return: its wait status; what it says is in said[] */
static int run(const struct launcher *l, const char *script, const int *keep,
	       const int *as, size_t keep_count)
{
	char sh[] = "sh", c[] = "-c";
	char *const argv[] = { sh, c, strdupa(script), NULL };
	int out[2], status;
	size_t len = 0;
	ssize_t n;

	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	const struct spawn s = {
		.argv = argv,
		.keep = keep,
		.as = as,
		.keep_count = keep_count,
		.output = out[1],
		.cgroup = -1,
		.memory_group = memory_group,
		.with_score = with_score,
	};
	assert_int_equal(launcher_spawn(l, &s, &made), 0);
	close(out[1]);
	while ((n = read(out[0], said + len, sizeof(said) - 1 - len)) > 0)
		len += (size_t)n;
	said[len] = '\0';
	close(out[0]);
	assert_true(poll(&(struct pollfd){ made.pidfd, POLLIN, 0 }, 1,
			 WAIT_MS) == 1);
	close(made.pidfd);
	assert_int_equal(waitpid(made.pid, &status, __WALL), made.pid);
	return status;
}

static void program_is_a_child_of_ours_as_the_other_user(void **state)
{
	char wanted[64];

	(void)state;
	start_as("nobody", 0);
	/* run() reaps it: it is our child and not the launcher's */
	assert_int_equal(
		run(&launcher, "id -u; id -G; echo $PPID", NULL, NULL, 0), 0);
	snprintf(wanted, sizeof(wanted), "%u\n%u\n%d\n",
		 (unsigned int)getpwnam("nobody")->pw_uid,
		 (unsigned int)getpwnam("nobody")->pw_gid, (int)getpid());
	assert_string_equal(said, wanted);
}

static void program_has_no_capability_and_gets_none(void **state)
{
	(void)state;
	start_as("nobody", 0);
	run(&launcher, "grep -E '^(Cap(Prm|Eff|Amb)|NoNew)' /proc/self/status",
	    NULL, NULL, 0);
	assert_string_equal(said, "CapPrm:\t0000000000000000\n"
				  "CapEff:\t0000000000000000\n"
				  "CapAmb:\t0000000000000000\n"
				  "NoNewPrivs:\t1\n");
}

static void program_keeps_the_right_that_it_needs(void **state)
{
	(void)state;
	start_as("nobody", RIGHT(CAP_NET_BIND_SERVICE));
	run(&launcher, "grep -E '^Cap(Prm|Eff)' /proc/self/status", NULL, NULL,
	    0);
	assert_string_equal(said, "CapPrm:\t0000000000000400\n"
				  "CapEff:\t0000000000000400\n");
}

static void descriptors_come_by_the_numbers_asked_for(void **state)
{
	int ends[2];
	int keep[2], as[] = { 4, 3 };
	char byte[2];

	(void)state;
	start_as("nobody", 0);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	keep[0] = ends[1];
	keep[1] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	run(&launcher, "echo a >&4; readlink /proc/self/fd/3; ls /proc/$$/fd",
	    keep, as, 2);
	assert_int_equal(read(ends[0], byte, 2), 2);
	assert_memory_equal(byte, "a\n", 2);
	assert_string_equal(said, "/dev/null\n0\n1\n2\n3\n4\n");
	close(keep[1]);
	close(ends[0]);
	close(ends[1]);
}

static int score_of(pid_t pid)
{
	char path[64], text[8] = "";
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/oom_score_adj", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_true(read(fd, text, sizeof(text) - 1) > 0);
	close(fd);
	return atoi(text);
}

/* As a shim that gave up its rights: a third user. Return: 0, or a step */
static int stand_as_a_third_user(enum standing standing)
{
	enum { THIRD = 65533 };

	if (setgroups(0, NULL) < 0 || setresgid(THIRD, THIRD, THIRD) < 0 ||
	    setresuid(THIRD, THIRD, THIRD) < 0)
		return 1;
	if (victim_open(made.pid) != -EACCES) /* the descriptor is needed */
		return 2;
	return victim_stand(made.score_fd, standing) < 0 ? 3 : 0;
}

static void assert_third_user_sets(enum standing standing, int score)
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(stand_as_a_third_user(standing));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_int_equal(score_of(made.pid), score);
}

/* It waits on a pipe, so that its score can be looked at from outside. */
static void score_of_another_users_program_is_set_without_rights(void **state)
{
	int hold[2], said_fd[2], three = 3;
	char sh[] = "sh", c[] = "-c", script[] = "echo; read x <&3";
	char *const argv[] = { sh, c, script, NULL };
	char up;
	int own = score_of(getpid());

	(void)state;
	start_as("nobody", 0);
	assert_int_equal(pipe2(hold, O_CLOEXEC), 0);
	assert_int_equal(pipe2(said_fd, O_CLOEXEC), 0);
	const struct spawn s = {
		.argv = argv,
		.keep = hold,
		.as = &three,
		.keep_count = 1,
		.output = said_fd[1],
		.cgroup = -1,
		.with_score = true,
	};
	assert_int_equal(launcher_spawn(&launcher, &s, &made), 0);
	assert_true(made.score_fd > 0);
	assert_int_equal(read(said_fd[0], &up, 1), 1); /* it is nobody now */
	assert_third_user_sets(STANDING_BOOTS, 999);
	assert_third_user_sets(STANDING_SERVES, own > 0 ? own : 0);
	close(hold[0]);
	close(hold[1]); /* the end of what it reads is its end */
	assert_int_equal(waitpid(made.pid, NULL, __WALL), made.pid);
	close(made.pidfd);
	close(said_fd[0]);
	close(said_fd[1]);
}

static void score_is_none_where_nobody_asked(void **state)
{
	(void)state;
	start_as("nobody", 0);
	assert_int_equal(run(&launcher, "true", NULL, NULL, 0), 0);
	assert_int_equal(made.score_fd, 0);
}

static void exec_that_fails_is_its_errno_and_leaves_no_child(void **state)
{
	char none[] = "/nonexistent";
	char *const argv[] = { none, NULL };
	const struct spawn s = {
		.argv = argv, .output = 2, .cgroup = -1, .with_score = true
	};

	(void)state;
	assert_int_equal(launcher_spawn(NULL, &s, &made), -ENOENT);
	assert_int_equal(made.pidfd, -1);
	assert_int_equal(made.score_fd, 0);
	assert_int_equal(waitpid(-1, NULL, WNOHANG | __WALL), -1);
	start_as("nobody", 0);
	assert_int_equal(launcher_spawn(&launcher, &s, &made), -ENOENT);
	assert_int_equal(made.pidfd, -1);
	launcher_stop(&launcher);
	assert_int_equal(waitpid(-1, NULL, WNOHANG | __WALL), -1);
}

static void launcher_that_was_killed_is_epipe(void **state)
{
	char sh[] = "true";
	char *const argv[] = { sh, NULL };
	const struct spawn s = { .argv = argv, .output = 2, .cgroup = -1 };
	siginfo_t info;

	(void)state;
	start_as("nobody", 0);
	kill(launcher.pid, SIGKILL);
	waitid(P_PID, (id_t)launcher.pid, &info, WEXITED | WNOWAIT);
	assert_int_equal(launcher_spawn(&launcher, &s, &made), -EPIPE);
}

/* A launcher that is not one: it has answered before it was asked. */
static void answer_of_the_wrong_size_is_epipe_and_leaks_nothing(void **state)
{
	union {
		struct cmsghdr head;
		char bytes[CMSG_SPACE(2 * sizeof(int))];
	} control = { .head = { .cmsg_level = SOL_SOCKET,
				.cmsg_type = SCM_RIGHTS,
				.cmsg_len = CMSG_LEN(2 * sizeof(int)) } };
	char word[] = "true", odd[] = "odd";
	struct iovec iov = { odd, sizeof(odd) };
	const struct msghdr m = { .msg_iov = &iov,
				  .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = sizeof(control) };
	char *const argv[] = { word, NULL };
	const struct spawn s = { .argv = argv, .output = 2, .cgroup = -1 };
	const struct identity who = { .change = true };
	int pair[2], free_before, free_after;
	struct launcher fake;

	(void)state;
	assert_int_equal(
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	memcpy(CMSG_DATA(&control.head), (int[]){ 1, 2 }, 2 * sizeof(int));
	assert_int_equal(sendmsg(pair[1], &m, 0), sizeof(odd));
	launcher_inherit(&fake, &who, pair[0], 1);
	free_before = dup(0);
	close(free_before);
	assert_int_equal(launcher_spawn(&fake, &s, &made), -EPIPE);
	assert_int_equal(made.pidfd, -1);
	free_after = dup(0);
	close(free_after);
	assert_int_equal(free_after, free_before);
	close(pair[0]);
	close(pair[1]);
}

/* What nobody could see is not left running. */
static void program_without_a_descriptor_for_it_is_ended(void **state)
{
	char sleep[] = "sleep", time[] = "600";
	char *const argv[] = { sleep, time, NULL };
	const struct spawn s = { .argv = argv, .output = 2, .cgroup = -1 };
	struct rlimit limit, low;
	int next;

	(void)state;
	start_as("nobody", 0);
	getrlimit(RLIMIT_NOFILE, &limit);
	next = dup(0);
	close(next);
	low = (struct rlimit){ (rlim_t)next, limit.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
	assert_int_equal(launcher_spawn(&launcher, &s, &made), -EMFILE);
	setrlimit(RLIMIT_NOFILE, &limit);
	assert_int_equal(made.pidfd, -1);
	launcher_stop(&launcher);
	assert_int_equal(waitpid(-1, NULL, WNOHANG | __WALL), -1);
}

static void too_many_arguments_are_refused(void **state)
{
	char word[] = "x";
	char *argv[200];
	const struct spawn s = { .argv = argv, .output = 2, .cgroup = -1 };

	(void)state;
	for (size_t i = 0; i + 1 < ARRAY_SIZE(argv); i++)
		argv[i] = word;
	argv[ARRAY_SIZE(argv) - 1] = NULL;
	start_as("nobody", 0);
	assert_int_equal(launcher_spawn(&launcher, &s, &made), -E2BIG);
	assert_int_equal(run(&launcher, "true", NULL, NULL, 0), 0); /* lives */
}

static void no_launcher_is_needed_for_oneself(void **state)
{
	struct identity who;

	(void)state;
	assert_int_equal(
		identity_find(&who, getpwuid(geteuid())->pw_name, 0, error), 0);
	assert_false(who.change);
	assert_int_equal(launcher_start(&launcher, &who), 0);
	assert_int_equal(launcher.pid, 0);
	run(&launcher, "grep ^CapEff /proc/self/status", NULL, NULL, 0);
	assert_string_equal(said, "CapEff:\t0000000000000000\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(
			program_is_a_child_of_ours_as_the_other_user,
			tear_down),
		cmocka_unit_test_teardown(
			program_has_no_capability_and_gets_none, tear_down),
		cmocka_unit_test_teardown(program_keeps_the_right_that_it_needs,
					  tear_down),
		cmocka_unit_test_teardown(
			descriptors_come_by_the_numbers_asked_for, tear_down),
		cmocka_unit_test_teardown(
			score_of_another_users_program_is_set_without_rights,
			tear_down),
		cmocka_unit_test_teardown(score_is_none_where_nobody_asked,
					  tear_down),
		cmocka_unit_test_teardown(
			exec_that_fails_is_its_errno_and_leaves_no_child,
			tear_down),
		cmocka_unit_test_teardown(launcher_that_was_killed_is_epipe,
					  tear_down),
		cmocka_unit_test(
			answer_of_the_wrong_size_is_epipe_and_leaks_nothing),
		cmocka_unit_test_teardown(
			program_without_a_descriptor_for_it_is_ended,
			tear_down),
		cmocka_unit_test_teardown(too_many_arguments_are_refused,
					  tear_down),
		cmocka_unit_test_teardown(no_launcher_is_needed_for_oneself,
					  tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
