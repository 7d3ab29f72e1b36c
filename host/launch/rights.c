// SPDX-License-Identifier: Apache-2.0
/*
 * host/launch/rights.c - Linux capabilities, as sets of 64 bits
 *
 * Theory of operation: the bare system calls, for libcap would be a library
 * for two calls. no_new_privs is what makes it last: exec by user 0 would fill
 * the permitted set again from the bounding set, but cuts it to what the
 * process had before when no_new_privs is set.
 */
#include "host/launch/rights.h"

#include <errno.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { WORDS = _LINUX_CAPABILITY_U32S_3 };

static struct __user_cap_header_struct header(void)
{
	return (struct __user_cap_header_struct){
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
}

/* Return: 0; else -errno */
static int get(struct __user_cap_data_struct data[static WORDS])
{
	struct __user_cap_header_struct h = header();

	return syscall(SYS_capget, &h, data) < 0 ? -errno : 0;
}

uint64_t rights_now(void)
{
	struct __user_cap_data_struct data[WORDS];

	if (get(data) < 0)
		return 0;
	return data[0].effective | (uint64_t)data[1].effective << 32;
}

/* What is not inheritable is not ambient either: the kernel sees to that. */
static int limit(uint64_t set, uint64_t inheritable)
{
	struct __user_cap_header_struct h = header();
	struct __user_cap_data_struct data[WORDS];
	int r = get(data);

	if (r < 0)
		return r;
	for (int i = 0; i < WORDS; i++) {
		data[i].permitted &= (uint32_t)(set >> 32 * i);
		data[i].effective = data[i].permitted;
		data[i].inheritable =
			data[i].permitted & (uint32_t)(inheritable >> 32 * i);
	}
	if (syscall(SYS_capset, &h, data) < 0 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	return 0;
}

int rights_keep(uint64_t set)
{
	return limit(set, 0);
}

int rights_hand_on(uint64_t set)
{
	int r = limit(set, set);
	uint64_t left = rights_now();

	for (unsigned int cap = 0; r == 0 && left >> cap; cap++)
		if (left & RIGHT(cap) &&
		    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0) < 0)
			r = -errno;
	return r;
}
