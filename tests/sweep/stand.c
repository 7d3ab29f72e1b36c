// SPDX-License-Identifier: Apache-2.0
/*
 * tests/sweep/stand.c - reprise-init as a real PID 1, in namespaces
 *
 * Theory of operation: here is the parent: it makes the terminals, maps the
 * ids, gives PID 1 a control group of its own, and answers its calls.
 */
#include "tests/sweep/stand.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/watchdog.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "common/array.h"
#include "common/sys.h"
#include "tests/sweep/inside.h"

static int open_terminal(int *ours, int *theirs, char path[static INSIDE_PATH])
{
	struct termios raw;

	*ours = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	if (*ours < 0 || unlockpt(*ours) < 0 ||
	    ptsname_r(*ours, path, INSIDE_PATH))
		return -errno;
	*theirs = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (*theirs < 0 || tcgetattr(*theirs, &raw) < 0)
		return -errno;
	cfmakeraw(&raw);
	return tcsetattr(*theirs, TCSANOW, &raw) < 0 ? -errno : 0;
}

static int write_map(pid_t pid, const char *name, const char *text)
{
	char path[INSIDE_PATH];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	n = write(fd, text, strlen(text));
	close(fd);
	return n < 0 ? -1 : 0;
}

/* Root may map all ids there are, anybody else only its own. */
static int map_ids(pid_t pid)
{
	const char all[] = "0 0 65536";
	char uid[64], gid[64];

	if (geteuid() == 0)
		return write_map(pid, "uid_map", all) |
		       write_map(pid, "gid_map", all);
	snprintf(uid, sizeof(uid), "0 %u 1", (unsigned int)geteuid());
	snprintf(gid, sizeof(gid), "0 %u 1", (unsigned int)getegid());
	return write_map(pid, "setgroups", "deny") |
	       write_map(pid, "uid_map", uid) | write_map(pid, "gid_map", gid);
}

static int spawn(struct stand *s, const struct inside *site)
{
	const unsigned long flags =
		CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC |
		CLONE_NEWUTS | SIGCHLD |
		(site->plan->devices ? (unsigned long)CLONE_NEWNET : 0);
	long pid = syscall(SYS_clone,
#ifdef __s390x__ /* stack and flags the other way round */
			   NULL, flags,
#else
			   flags, NULL,
#endif
			   NULL, NULL, NULL);

	if (pid == 0)
		inside_run(site);
	if (pid < 0)
		return -errno;
	s->pid = (pid_t)pid;
	s->pidfd = sys_pidfd_open(s->pid, 0);
	return s->pidfd < 0 ? -errno : 0;
}

static int let_go(struct stand *s, int socket, bool traced)
{
	char go;
	int r;

	if (map_ids(s->pid) < 0)
		return -EPERM;
	group_make(s->group, s->pid);
	go = s->group[0] ? INSIDE_GROUP : INSIDE_PLAIN;
	if (write(socket, &go, 1) != 1)
		return -EPIPE;
	if (!traced)
		return 0;
	r = inside_receive(socket);
	if (r >= 0)
		s->calls = r;
	return r < 0 ? r : 0;
}

int stand_start(struct stand *s, const struct stand_plan *plan)
{
	struct inside site = { .plan = plan, .dir = s->dir };
	int pair[2];
	int r;

	*s = (struct stand){ .pidfd = -1,
			     .calls = -1,
			     .port = -1,
			     .console = -1,
			     .port_kept = -1,
			     .console_kept = -1,
			     .dir = "/tmp/reprise-stand.XXXXXX" };
	r = open_terminal(&s->port, &s->port_kept, site.port);
	if (r == 0)
		r = open_terminal(&s->console, &s->console_kept, site.console);
	if (r == 0 &&
	    (!mkdtemp(s->dir) ||
	     socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0))
		r = -errno;
	if (r < 0)
		return r;
	site.socket = pair[1];
	r = spawn(s, &site);
	close(pair[1]);
	if (r == 0)
		r = let_go(s, pair[0], plan->traced);
	close(pair[0]);
	return r;
}

static bool reads(pid_t pid, unsigned long long at, const char *word)
{
	char text[16] = "";
	struct iovec to = { text, sizeof(text) - 1 };
	struct iovec from = { (void *)(uintptr_t)at, sizeof(text) - 1 };

	(void)process_vm_readv(pid, &to, 1, &from, 1, 0);
	return strcmp(text, word) == 0;
}

/* What the stand has done already, or what would reach the whole machine. */
static bool is_ours(const struct stand_call *c)
{
	static const char *const types[] = { "devtmpfs", "sysfs", "ext4" };

	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (c->data.nr == SYS_mount &&
		    reads(c->pid, c->data.args[2], types[i]))
			return true;
	if (c->data.nr == SYS_ioctl)
		return (uint32_t)c->data.args[1] == WDIOC_SETTIMEOUT ||
		       (uint32_t)c->data.args[1] == WDIOC_KEEPALIVE;
	return c->data.nr == SYS_sync;
}

static void answer(const struct stand *s, unsigned long long id, int error,
		   bool make)
{
	struct seccomp_notif_resp resp = {
		.id = id,
		.error = -error,
		.flags = make ? SECCOMP_USER_NOTIF_FLAG_CONTINUE : 0,
	};

	/* fails if the caller was killed meanwhile: nobody waits then */
	(void)ioctl(s->calls, SECCOMP_IOCTL_NOTIF_SEND, &resp);
}

int stand_call(const struct stand *s, struct stand_call *call)
{
	struct seccomp_notif n;

	memset(&n, 0, sizeof(n));
	if (ioctl(s->calls, SECCOMP_IOCTL_NOTIF_RECV, &n) < 0)
		return 0;
	*call = (struct stand_call){ n.id, (pid_t)n.pid, n.data };
	return 1;
}

void stand_answer(const struct stand *s, const struct stand_call *call,
		  int error)
{
	answer(s, call->id, error, error == 0 && !is_ours(call));
}

int stand_wait(struct stand *s)
{
	int status = 0;

	while (s->pid && waitpid(s->pid, &status, 0) < 0 && errno == EINTR)
		;
	s->pid = 0;
	return status;
}

unsigned long stand_anonymous_kib(const struct stand *s)
{
	unsigned long kib = 0;
	char path[64], line[128];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", (int)s->pid);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f) &&
	       sscanf(line, "Anonymous: %lu kB", &kib) != 1)
		;
	if (f)
		fclose(f);
	return kib;
}

void stand_end(struct stand *s)
{
	const int fds[] = { s->pidfd,	s->calls,     s->port,
			    s->console, s->port_kept, s->console_kept };

	if (s->pid) {
		kill(s->pid, SIGKILL);
		stand_wait(s);
	}
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
		if (fds[i] >= 0)
			close(fds[i]);
	group_remove(s->group);
	rmdir(s->dir);
}
