// SPDX-License-Identifier: Apache-2.0
/*
 * guest/payload/box.c - become what the payload may be
 *
 * Theory of operation: each part is a function that does nothing if init.conf
 * asks for nothing, in an order in which none takes away what the next needs.
 * Capabilities: those that are not in the list leave the bounding set, so that
 * no execve(2) brings them back; a user who is not root gets the listed ones as
 * ambient, so that a plain program has them.
 *
 * The root of an initramfs is the kernel's rootfs, which cannot be changed or
 * remounted as a whole while PID 1 writes to it: the payload gets a mount
 * namespace of its own in which the mount at / is read-only. What is mounted
 * below (/run, /tmp, a data disk) stays as it is.
 */
#include "guest/payload/box.h"

#include <errno.h>
#include <linux/capability.h>
#include <sched.h>
#include <stddef.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/array.h"
#include "guest/payload/user.h"

static int enter_limits(const struct box_conf *box, const struct user *user)
{
	(void)user;
	umask((mode_t)box->umask);
	for (int i = 0; i < BOX_LIMITS; i++) {
		rlim_t v = box->limit[i].value == UINT64_MAX
				   ? RLIM_INFINITY
				   : (rlim_t)box->limit[i].value;
		const struct rlimit l = { v, v };

		if (box->limit[i].given && prlimit(0, i, &l, NULL) < 0)
			return errno;
	}
	return 0;
}

static int enter_root(const struct box_conf *box, const struct user *user)
{
	(void)user;
	if (!box->read_only_root)
		return 0;
	if (unshare(CLONE_NEWNS) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL) < 0)
		return errno;
	return 0;
}

/* Return: false: as the kernel has it, everything for root and nothing else */
static bool restricted(const struct box_conf *box, const struct user *user)
{
	return box->capabilities_given || user->uid != 0;
}

static int drop_bounding(uint64_t keep)
{
	for (unsigned int i = 0; i < 64; i++) {
		if (keep >> i & 1)
			continue;
		if (prctl(PR_CAPBSET_DROP, i, 0, 0, 0) < 0)
			return errno == EINVAL ? 0 : errno; /* past the last */
	}
	return 0;
}

/* Not setresuid(3): the C library would look for threads to take along. */
static int enter_user(const struct box_conf *box, const struct user *user)
{
	int e = restricted(box, user) ? drop_bounding(box->capabilities) : 0;

	if (e || (user->uid == 0 && user->gid == 0))
		return e;
	/* else it could not open /dev/stdout: the pipe is PID 1's */
	(void)!fchown(STDOUT_FILENO, user->uid, user->gid);
	if (box->capabilities && prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0)
		return errno;
	if (syscall(SYS_setgroups, 0, NULL) < 0 ||
	    syscall(SYS_setresgid, user->gid, user->gid, user->gid) < 0 ||
	    syscall(SYS_setresuid, user->uid, user->uid, user->uid) < 0)
		return errno;
	return 0;
}

static int set_capabilities(uint64_t caps, bool inherit)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct data[2];

	for (unsigned int i = 0; i < 2; i++) {
		uint32_t word = (uint32_t)(caps >> 32 * i);

		data[i] = (struct __user_cap_data_struct){
			.effective = word,
			.permitted = word,
			.inheritable = inherit ? word : 0,
		};
	}
	return syscall(SYS_capset, &head, data) < 0 ? errno : 0;
}

static int enter_capabilities(const struct box_conf *box,
			      const struct user *user)
{
	const bool ambient = user->uid != 0;
	int e = restricted(box, user)
			? set_capabilities(box->capabilities, ambient)
			: 0;

	for (unsigned int i = 0; i < 64 && e == 0 && ambient; i++)
		if (box->capabilities >> i & 1 &&
		    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, i, 0, 0) < 0)
			e = errno;
	if (e == 0 && box->no_new_privileges &&
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		e = errno;
	return e;
}

static int enter_directory(const struct box_conf *box, const struct user *user)
{
	(void)user;
	return chdir(*box->directory ? box->directory : "/") < 0 ? errno : 0;
}

int box_enter(const struct box_conf *box, enum box_part *part)
{
	static const struct {
		enum box_part part;
		int (*enter)(const struct box_conf *box,
			     const struct user *user);
	} steps[] = {
		{ BOX_RLIMITS, enter_limits },
		{ BOX_ROOT, enter_root },
		{ BOX_USER, enter_user },
		{ BOX_CAPABILITIES, enter_capabilities },
		{ BOX_DIRECTORY, enter_directory },
	};
	struct user user;
	int e;

	*part = BOX_USER;
	e = -user_find("", box->user, box->group, &user);
	for (size_t i = 0; i < ARRAY_SIZE(steps) && e == 0; i++) {
		*part = steps[i].part;
		e = steps[i].enter(box, &user);
	}
	return e;
}

const char *box_part_name(unsigned int part)
{
	static const char names[BOX_PARTS][16] = {
		[BOX_CGROUP] = "control group",
		[BOX_DESCRIPTORS] = "descriptors",
		[BOX_RLIMITS] = "limits",
		[BOX_ROOT] = "read-only root",
		[BOX_USER] = "user and group",
		[BOX_CAPABILITIES] = "capabilities",
		[BOX_DIRECTORY] = "directory",
		[BOX_EXECUTE] = "execute",
	};

	return part < BOX_PARTS ? names[part] : "start";
}
