// SPDX-License-Identifier: Apache-2.0
/*
 * tests/sweep/stand.c - reprise-init as a real PID 1, in namespaces
 *
 * Theory of operation: the parent maps the ids, the child builds its root and
 * moves into it, installs the filter, sends the descriptor of its calls to the
 * parent and executes /init. The filter lets through what would be waited for
 * by nobody: the sending itself, known by its descriptor's number.
 * Binaries are copied and not mounted: a mount of the host's disk would be one
 * that PID 1 has to make quiet.
 */
#include "tests/sweep/stand.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "common/array.h"
#include "common/sys.h"

enum { SEND_FD = 200, PATH_BYTES = 128 };

/* What the child needs of the parent's. */
struct site {
	const struct stand_plan *plan;
	const char *dir;
	char port[PATH_BYTES], console[PATH_BYTES];
	int socket;
};

/* ---- the child: its root */

static int put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
	ssize_t n = fd < 0 ? -1 : write(fd, text, strlen(text));

	if (fd >= 0)
		close(fd);
	return n == (ssize_t)strlen(text) ? 0 : -1;
}

static int copy(const char *from, const char *to)
{
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = open(to, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	ssize_t n = in < 0 || out < 0 ? -1 : 1;

	while (n > 0)
		n = sendfile(out, in, NULL, 1 << 20);
	if (in >= 0)
		close(in);
	if (out >= 0)
		close(out);
	return (int)n;
}

static int put_device(const char *from, const char *to)
{
	return put(to, "") < 0 ? -1 : mount(from, to, NULL, MS_BIND, NULL);
}

/* In the new root, which is the working directory. */
static int fill_root(const struct site *s)
{
	static const char *const folders[] = {
		"bin",
		"dev",
		"dev/pts",
		"etc",
		"etc/reprise",
		"proc",
		"run",
		"sys",
		"sys/block",
		"sys/class",
		"sys/class/virtio-ports",
		"sys/firmware",
		"sys/fs",
		"sys/fs/cgroup",
		"tmp",
	};
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(folders); i++)
		r |= mkdir(folders[i], 0755);
	r |= put("etc/reprise/init.conf", s->plan->conf);
	r |= put("etc/reprise/image", "stand 1\n");
	r |= put_device("/dev/null", "dev/null");
	r |= put_device(s->console, "dev/console");
	if (!s->plan->port)
		return r;
	r |= mkdir("sys/class/virtio-ports/vport0p1", 0755);
	r |= put("sys/class/virtio-ports/vport0p1/name", "org.reprise.agent\n");
	return r | put_device(s->port, "dev/vport0p1");
}

static int copy_programs(const char *dir)
{
	char init[PATH_BYTES], path[PATH_BYTES];
	struct utsname u;

	uname(&u);
	snprintf(init, sizeof(init), "build/%s/reprise-init", u.machine);
	snprintf(path, sizeof(path), "%s/init", dir);
	if (copy(init, path) < 0)
		return -1;
	snprintf(path, sizeof(path), "%s/bin/payload", dir);
	return copy("build/tests/payload", path);
}

/* /proc must be there before the old root goes: a new one is only allowed to
 * who can see one already. */
static int move_in(const struct site *s)
{
	char cwd[512];
	int r;

	if (!getcwd(cwd, sizeof(cwd)))
		return -1;
	r = mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL);
	r |= mount("tmpfs", s->dir, "tmpfs", 0, "mode=0755");
	if (r < 0 || chdir(s->dir) < 0 || fill_root(s) < 0)
		return -1;
	r = mount("proc", "proc", "proc", 0, NULL);
	r |= chdir(cwd);
	r |= copy_programs(s->dir);
	r |= chdir(s->dir);
	r |= (int)syscall(SYS_pivot_root, ".", ".");
	r |= umount2(".", MNT_DETACH);
	return r | chdir("/");
}

/* ---- the child: its filter */

static int install_filter(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 5, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_rt_sigreturn, 4, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_sendmsg, 0, 2),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, args[0]) +
				 (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 4
									 : 0)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SEND_FD, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = { ARRAY_SIZE(code), code };

	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
			    SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
}

union rights {
	char bytes[CMSG_SPACE(sizeof(int))];
	struct cmsghdr aligned;
};

static int send_descriptor(int socket, int fd)
{
	union rights rights = { .bytes = { 0 } };
	struct iovec byte = { .iov_base = (char[]){ 0 }, .iov_len = 1 };
	struct msghdr m = { .msg_iov = &byte,
			    .msg_iovlen = 1,
			    .msg_control = rights.bytes,
			    .msg_controllen = sizeof(rights.bytes) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	return sendmsg(socket, &m, 0) == 1 ? 0 : -errno;
}

/* Nothing but the two last calls is made under the filter. */
static _Noreturn void child(const struct site *s)
{
	char init[] = "/init", home[] = "HOME=/", term[] = "TERM=linux";
	char *const argv[] = { init, NULL }, *const envp[] = { home, term,
							       NULL };
	char go;
	int fd;

	if (read(s->socket, &go, 1) != 1 || move_in(s) < 0)
		_exit(101);
	if (dup3(s->socket, SEND_FD, O_CLOEXEC) < 0)
		_exit(102);
	for (fd = 0; fd < SEND_FD; fd++)
		close(fd);
	fd = s->plan->traced ? install_filter() : 0;
	if (fd < 0)
		_exit(103);
	if (s->plan->traced && send_descriptor(SEND_FD, fd) < 0)
		_exit(104);
	execve(argv[0], argv, envp);
	_exit(105);
}

/* ---- the parent */

static int receive_descriptor(int socket)
{
	union rights rights;
	char byte;
	struct iovec v = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr m = { .msg_iov = &v,
			    .msg_iovlen = 1,
			    .msg_control = rights.bytes,
			    .msg_controllen = sizeof(rights.bytes) };
	int fd;

	if (recvmsg(socket, &m, MSG_CMSG_CLOEXEC) != 1 || !CMSG_FIRSTHDR(&m))
		return -ENOTCONN;
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof(fd));
	return fd;
}

static int open_terminal(int *ours, int *theirs, char path[static PATH_BYTES])
{
	struct termios raw;

	*ours = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	if (*ours < 0 || unlockpt(*ours) < 0 ||
	    ptsname_r(*ours, path, PATH_BYTES))
		return -errno;
	*theirs = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (*theirs < 0 || tcgetattr(*theirs, &raw) < 0)
		return -errno;
	cfmakeraw(&raw);
	return tcsetattr(*theirs, TCSANOW, &raw) < 0 ? -errno : 0;
}

static int write_map(pid_t pid, const char *name, const char *text)
{
	char path[PATH_BYTES];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	return put(path, text);
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

static int spawn(struct stand *s, const struct site *site)
{
	const unsigned long flags = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS |
				    CLONE_NEWIPC | CLONE_NEWUTS | SIGCHLD;
	long pid = syscall(SYS_clone,
#ifdef __s390x__ /* stack and flags the other way round */
			   NULL, flags,
#else
			   flags, NULL,
#endif
			   NULL, NULL, NULL);

	if (pid == 0)
		child(site);
	if (pid < 0)
		return -errno;
	s->pid = (pid_t)pid;
	s->pidfd = sys_pidfd_open(s->pid, 0);
	return s->pidfd < 0 ? -errno : 0;
}

static int let_go(struct stand *s, int socket, bool traced)
{
	int r;

	if (map_ids(s->pid) < 0)
		return -EPERM;
	if (write(socket, "", 1) != 1)
		return -EPIPE;
	if (!traced)
		return 0;
	r = receive_descriptor(socket);
	if (r >= 0)
		s->calls = r;
	return r < 0 ? r : 0;
}

int stand_start(struct stand *s, const struct stand_plan *plan)
{
	struct site site = { .plan = plan, .dir = s->dir };
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
	if (c->data.nr == SYS_mount)
		return reads(c->pid, c->data.args[2], "devtmpfs") ||
		       reads(c->pid, c->data.args[2], "sysfs");
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
	rmdir(s->dir);
}
