// SPDX-License-Identifier: Apache-2.0
/*
 * tests/sweep/inside.c - the stand from within: what becomes PID 1
 *
 * Theory of operation: the child builds its root and moves into it, installs
 * the filter, sends the descriptor of its calls to the parent and executes
 * /init. The filter lets through what nobody would answer yet: the sending
 * itself, known by its descriptor's number.
 * Binaries are copied and not mounted: a mount of the host's disk would be one
 * that PID 1 has to make quiet. /sys is read-only, as sysfs is for mkdir(2).
 */
#include "tests/sweep/inside.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "common/array.h"

enum { SEND_FD = 200, DISK_BYTES = 16384, MAGIC_AT = 1024 + 0x38 };

/* ---- its root */

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

/* Two disks and a watchdog. */
static int put_devices(void)
{
	static const char *const folders[] = { "sbin", "sys/block/vda",
					       "sys/block/vdb" };
	static const char magic[] = { 0x53, (char)0xef };
	int fd, r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(folders); i++)
		r |= mkdir(folders[i], 0755);
	r |= put("sys/block/vda/serial", "new");
	r |= put("sys/block/vda/inflight", "0 0\n");
	r |= put("sys/block/vdb/serial", "old");
	r |= put("sys/block/vdb/inflight", "0 0\n");
	r |= put("dev/vda", "") | truncate("dev/vda", DISK_BYTES);
	r |= put("dev/vdb", "") | truncate("dev/vdb", DISK_BYTES);
	r |= put("dev/watchdog0", "");
	fd = open("dev/vdb", O_WRONLY | O_CLOEXEC);
	if (fd < 0 || pwrite(fd, magic, sizeof(magic), MAGIC_AT) < 0)
		r = -1;
	if (fd >= 0)
		close(fd);
	return r;
}

/* In the new root, which is the working directory. */
static int fill_root(const struct inside *s)
{
	static const char *const folders[] = { "bin",
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
					       "tmp" };
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(folders); i++)
		r |= mkdir(folders[i], 0755);
	r |= put("etc/reprise/init.conf", s->plan->conf);
	r |= put("etc/reprise/image", "stand 1\n");
	r |= put_device("/dev/null", "dev/null");
	r |= put_device(s->console, "dev/console");
	if (s->plan->devices)
		r |= put_devices();
	if (!s->plan->port)
		return r;
	r |= mkdir("sys/class/virtio-ports/vport0p1", 0755);
	r |= put("sys/class/virtio-ports/vport0p1/name", "org.reprise.agent\n");
	return r | put_device(s->port, "dev/vport0p1");
}

static int copy_programs(const char *dir, bool devices)
{
	static const char *const names[] = { "bin/payload", "sbin/e2fsck",
					     "sbin/mkfs.ext4" };
	char init[INSIDE_PATH], path[INSIDE_PATH];
	struct utsname u;

	uname(&u);
	snprintf(init, sizeof(init), "build/%s/reprise-init", u.machine);
	snprintf(path, sizeof(path), "%s/init", dir);
	if (copy(init, path) < 0)
		return -1;
	for (size_t i = 0; i < (devices ? ARRAY_SIZE(names) : 1); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		if (copy("build/tests/payload", path) < 0)
			return -1;
	}
	return 0;
}

/* /proc must be there before the old root goes: a new one is only allowed to
 * who can see one already. */
static int move_in(const struct inside *s)
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
	r |= mount("sys", "sys", NULL, MS_BIND, NULL);
	r |= mount(NULL, "sys", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL);
	r |= chdir(cwd);
	r |= copy_programs(s->dir, s->plan->devices);
	r |= chdir(s->dir);
	r |= (int)syscall(SYS_pivot_root, ".", ".");
	r |= umount2(".", MNT_DETACH);
	return r | chdir("/");
}

/* ---- its filter */

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
_Noreturn void inside_run(const struct inside *s)
{
	char init[] = "/init", home[] = "HOME=/", term[] = "TERM=linux";
	char *const argv[] = { init, NULL }, *const envp[] = { home, term,
							       NULL };
	char go;
	int fd;

	prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails leaves nobody */
	if (read(s->socket, &go, 1) != 1 ||
	    (go == INSIDE_GROUP && unshare(CLONE_NEWCGROUP) < 0) ||
	    move_in(s) < 0)
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

int inside_receive(int socket)
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
