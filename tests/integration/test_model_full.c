// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/test_model_full.c - a runtime directory that takes nothing
 *
 * On the stand-in (tests/pvmodel). The directory is a small tmpfs in a mount
 * namespace of this test program's own, which only root can have.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/integration/orphan.h"
#include "tests/integration/stub_image.h"

static const char name[] = "under-test";
static bool mounts; /* may be made */

static int set_up(void **state)
{
	struct both *b = *state;

	both_open(state);
	if (!mounts)
		return 0;
	assert_int_equal(mkdir(b->rig.runtime, 0700), 0);
	return mount("runtime", b->rig.runtime, "tmpfs", 0, "size=256k");
}

static int tear_down(void **state)
{
	struct both *b = *state;

	child_kill_all();
	while (umount2(b->rig.runtime, MNT_DETACH) == 0)
		;
	return both_close(state);
}

static void start(struct rig *r)
{
	if (!mounts)
		skip();
	rig_run_model(r, "", "");
	rig_await_ready(r);
}

static void fill(const struct rig *r, char ballast[128])
{
	static const char zeros[4096];
	int fd;

	snprintf(ballast, 128, "%s/ballast", r->runtime);
	fd = open(ballast, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	while (write(fd, zeros, sizeof(zeros)) > 0)
		;
	assert_int_equal(errno, ENOSPC);
	close(fd);
}

/* All that is seen of it is a word that the next shim will know less. */
static void full_directory_harms_no_guest(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;
	char ballast[128];
	json_int_t qemu;

	start(r);
	qemu = rig_number(r, "pid");
	fill(r, ballast);
	for (int boot = 2; boot < 5; boot++) {
		RIG_DO(r, "reboot", name, "--wait");
		assert_int_equal(rig_number(r, "boot"), boot);
		assert_string_equal(rig_last(r, "strategy"), "in place");
	}
	orphan_crash(r);
	rig_run(r, rig_under_test(r), name);
	rig_await_ready(r);
	assert_int_equal(rig_number(r, "pid"), qemu);
	assert_string_equal(rig_word(r, "state"), "serving");
	RIG_DO(r, "reboot", name, "--wait");
	assert_string_equal(rig_last(r, "cause"), "clean reboot");
	assert_int_equal(unlink(ballast), 0);
	RIG_DO(r, "stop", name);
	rig_assert_end(r, 0);
	orphan_nothing_left(r);
}

/* It is said at once why nothing starts, and it starts when there is room. */
static void start_in_a_full_directory_waits_and_says_so(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;
	char ballast[128];

	if (!mounts)
		skip();
	fill(r, ballast);
	rig_run_model(r, "", "");
	rig_await_said(r, "memory.ledger: its file system is full");
	assert_non_null(strstr(rig_word(r, "waits_for"), "make room in it"));
	assert_int_equal(unlink(ballast), 0);
	rig_await_ready(r);
	RIG_DO(r, "stop", name);
	rig_assert_end(r, 0);
	orphan_nothing_left(r);
}

static char said[16384]; /* on the terminal */

/* `reprise run` whose standard error is a terminal; it ends with this test. */
static pid_t run_on(const struct rig *r, int tty)
{
	pid_t pid = fork();

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		dup2(tty, STDERR_FILENO);
		execl(rig_program(), "reprise", "run", rig_under_test(r), NULL);
		_exit(127);
	}
	said[0] = '\0';
	assert_true(pid > 0);
	return pid;
}

/* Read from the terminal until it was told @text. */
static void await_told(int fd, const char *text)
{
	size_t len = strlen(said);

	while (!strstr(said, text)) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		ssize_t n;

		assert_int_equal(poll(&p, 1, CHILD_DEADLINE_MS), 1);
		n = read(fd, said + len, sizeof(said) - 1 - len);
		assert_true(n > 0);
		len += (size_t)n;
		said[len] = '\0';
	}
}

/* Each line begins where one does. */
static void assert_lines_whole(void)
{
	static const char begin[] = "under-test: ";

	for (const char *at = said; (at = strstr(at, begin)); at++)
		assert_true(at == said || at[-1] == '\n' || at[-1] == 'K');
}

static void wait_on_a_terminal(struct rig *r, bool handover)
{
	const struct winsize wide = { .ws_row = 24, .ws_col = 1000 };
	int fd, tty, status;
	char ballast[128];
	pid_t pid;

	start(r);
	RIG_DO(r, "stop", name);
	rig_assert_end(r, 0);
	snprintf(ballast, sizeof(ballast), "%s/memory.ledger", r->runtime);
	assert_int_equal(unlink(ballast), 0); /* it has its room already */
	fill(r, ballast);
	assert_int_equal(openpty(&fd, &tty, NULL, NULL, &wide), 0);
	pid = run_on(r, tty);
	await_told(fd, "\r\033[Kunder-test: waiting for memory: ");
	if (handover)
		RIG_DO(r, "handover", name);
	assert_int_equal(unlink(ballast), 0);
	await_told(fd, "under-test: starts: there is memory for it");
	RIG_DO(r, "status", name, "--wait");
	RIG_DO(r, "stop", name);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_lines_whole();
	close(fd);
	close(tty);
	orphan_nothing_left(r);
}

static void wait_is_shown_on_a_terminal_and_wiped(void **state)
{
	wait_on_a_terminal(&((struct both *)*state)->rig, false);
}

static void wait_is_wiped_before_a_handover(void **state)
{
	wait_on_a_terminal(&((struct both *)*state)->rig, true);
}

static void make_read_only(const struct rig *r)
{
	assert_int_equal(
		mount(r->runtime, r->runtime, NULL, MS_BIND | MS_REC, NULL), 0);
	assert_int_equal(mount(NULL, r->runtime, NULL,
			       MS_BIND | MS_REMOUNT | MS_RDONLY, NULL),
			 0);
}

/* A shim cannot take charge there; a guest that runs goes on all the same. */
static void read_only_directory_harms_no_guest(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;
	pid_t qemu;

	start(r);
	qemu = (pid_t)rig_number(r, "pid");
	make_read_only(r);
	RIG_DO(r, "reboot", name, "--in-place", "--wait");
	assert_int_equal(rig_number(r, "boot"), 2);
	orphan_crash(r);
	rig_run(r, rig_under_test(r), name);
	rig_assert_end(r, 1);
	rig_await_said(r, "Read-only file system");
	child_close(&r->shim);
	assert_int_equal(waitpid(qemu, NULL, WNOHANG | __WALL), 0);
	assert_int_equal(umount2(r->runtime, MNT_DETACH), 0);
	rig_run(r, rig_under_test(r), name);
	rig_await_ready(r);
	assert_int_equal(rig_number(r, "pid"), qemu);
	assert_int_equal(rig_number(r, "boot"), 2);
	RIG_DO(r, "stop", name);
	rig_assert_end(r, 0);
	orphan_nothing_left(r);
}

#define ON_TMPFS(test)                                                         \
	{                                                                      \
#test, test, set_up, tear_down, &both_x86_64                   \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_TMPFS(full_directory_harms_no_guest),
		ON_TMPFS(start_in_a_full_directory_waits_and_says_so),
		ON_TMPFS(wait_is_shown_on_a_terminal_and_wiped),
		ON_TMPFS(wait_is_wiped_before_a_handover),
		ON_TMPFS(read_only_directory_harms_no_guest),
	};

	mounts = unshare(CLONE_NEWNS) == 0 &&
		 mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
