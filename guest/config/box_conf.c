// SPDX-License-Identifier: Apache-2.0
/*
 * guest/config/box_conf.c - what the payload may be and use, as init.conf says
 */
#include "guest/config/box_conf.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "common/array.h"

static const char blanks[] = " \t";

const char *box_add_directory(struct box_conf *box, const char *value)
{
	if (value[0] != '/' || strlen(value) >= sizeof(box->directory))
		return "write an absolute path of at most 127 bytes";
	memcpy(box->directory, value, strlen(value) + 1);
	return NULL;
}

const char *box_add_umask(struct box_conf *box, const char *value)
{
	size_t n = strspn(value, "01234567");

	if (n < 3 || n > 4 || value[n] || strtoul(value, NULL, 8) > 0777)
		return "write three octal digits, as in 022";
	box->umask = (uint32_t)strtoul(value, NULL, 8);
	return NULL;
}

/* As in ulimit and prlimit(1); the numbers are RLIMIT_*. */
static const char *const limits[] = {
	[RLIMIT_CPU] = "cpu",		[RLIMIT_FSIZE] = "fsize",
	[RLIMIT_DATA] = "data",		[RLIMIT_STACK] = "stack",
	[RLIMIT_CORE] = "core",		[RLIMIT_RSS] = "rss",
	[RLIMIT_NPROC] = "nproc",	[RLIMIT_NOFILE] = "nofile",
	[RLIMIT_MEMLOCK] = "memlock",	[RLIMIT_AS] = "as",
	[RLIMIT_LOCKS] = "locks",	[RLIMIT_SIGPENDING] = "sigpending",
	[RLIMIT_MSGQUEUE] = "msgqueue", [RLIMIT_NICE] = "nice",
	[RLIMIT_RTPRIO] = "rtprio",	[RLIMIT_RTTIME] = "rttime",
};
_Static_assert(ARRAY_SIZE(limits) == BOX_LIMITS, "one name per limit");

/* capabilities(7); the numbers are CAP_*. */
static const char *const capabilities[] = {
	"chown",
	"dac_override",
	"dac_read_search",
	"fowner",
	"fsetid",
	"kill",
	"setgid",
	"setuid",
	"setpcap",
	"linux_immutable",
	"net_bind_service",
	"net_broadcast",
	"net_admin",
	"net_raw",
	"ipc_lock",
	"ipc_owner",
	"sys_module",
	"sys_rawio",
	"sys_chroot",
	"sys_ptrace",
	"sys_pacct",
	"sys_admin",
	"sys_boot",
	"sys_nice",
	"sys_resource",
	"sys_time",
	"sys_tty_config",
	"mknod",
	"lease",
	"audit_write",
	"audit_control",
	"setfcap",
	"mac_override",
	"mac_admin",
	"syslog",
	"wake_alarm",
	"block_suspend",
	"audit_read",
	"perfmon",
	"bpf",
	"checkpoint_restore",
};

/* Return: index of the first @n bytes of @word; -1: not in the list */
static int find(const char *const *names, size_t count, const char *word,
		size_t n)
{
	for (size_t i = 0; i < count; i++)
		if (strlen(names[i]) == n && memcmp(names[i], word, n) == 0)
			return (int)i;
	return -1;
}

static bool limit_value(const char *text, uint64_t *v)
{
	size_t n = strspn(text, "0123456789");

	*v = UINT64_MAX;
	if (strcmp(text, "unlimited") == 0)
		return true;
	if (n == 0 || n > 18 || text[n])
		return false;
	*v = strtoull(text, NULL, 10);
	return true;
}

const char *box_add_limit(struct box_conf *box, const char *value)
{
	static const char wanted[] = "write a limit of prlimit(1) and a plain "
				     "number or unlimited, each limit once, "
				     "as in nofile 1024";
	size_t n = strcspn(value, blanks);
	int i = find(limits, ARRAY_SIZE(limits), value, n);
	const char *number = value + n + strspn(value + n, blanks);

	if (i < 0 || box->limit[i].given ||
	    !limit_value(number, &box->limit[i].value))
		return wanted;
	box->limit[i].given = true;
	return NULL;
}

const char *box_add_capabilities(struct box_conf *box, const char *value)
{
	box->capabilities_given = true;
	if (strcmp(value, "none") == 0)
		return NULL;
	while (*value) {
		size_t n = strcspn(value, blanks);
		int i = find(capabilities, ARRAY_SIZE(capabilities), value, n);

		if (i < 0)
			return "write none, or capabilities as in "
			       "net_bind_service chown";
		box->capabilities |= UINT64_C(1) << i;
		value += n;
		value += strspn(value, blanks);
	}
	return NULL;
}
