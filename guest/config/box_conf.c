// SPDX-License-Identifier: Apache-2.0
/*
 * guest/config/box_conf.c - what the payload may be and use, as init.conf says
 */
#include "guest/config/box_conf.h"

#include <stddef.h>
#include <string.h>
#include <sys/resource.h>

#include "common/conf.h"
#include "guest/config/words.h"

const char *box_add_directory(struct box_conf *box, const char *value)
{
	if (value[0] != '/' || strlen(value) >= sizeof(box->directory))
		return "write an absolute path of at most 127 bytes";
	memcpy(box->directory, value, strlen(value) + 1);
	return NULL;
}

const char *box_add_umask(struct box_conf *box, const char *value)
{
	uint32_t v = 0;
	size_t n = 0;

	for (; value[n] >= '0' && value[n] <= '7' && n < 4; n++)
		v = v * 8 + (uint32_t)(value[n] - '0');
	if (n < 3 || value[n] || v > 0777)
		return "write three octal digits, as in 022";
	box->umask = v;
	return NULL;
}

/* As in prlimit(1), by RLIMIT_ number. */
static const char limits[] = "cpu fsize data stack core rss nproc nofile "
			     "memlock as locks sigpending msgqueue nice "
			     "rtprio rttime";
_Static_assert(RLIMIT_CPU == 0 && RLIMIT_CORE == 4 && RLIMIT_NOFILE == 7 &&
		       RLIMIT_RTTIME == BOX_LIMITS - 1,
	       "limits[] is in this order");

/* As in capabilities(7), by CAP_ number. */
static const char capabilities[] =
	"chown dac_override dac_read_search fowner fsetid kill setgid setuid "
	"setpcap linux_immutable net_bind_service net_broadcast net_admin "
	"net_raw ipc_lock ipc_owner sys_module sys_rawio sys_chroot "
	"sys_ptrace sys_pacct sys_admin sys_boot sys_nice sys_resource "
	"sys_time sys_tty_config mknod lease audit_write audit_control "
	"setfcap mac_override mac_admin syslog wake_alarm block_suspend "
	"audit_read perfmon bpf checkpoint_restore";

/* Return: place of the first @n bytes of @word in a list; -1: not there */
static int find(const char *list, const char *word, size_t n)
{
	size_t len;

	for (int i = 0; n && (len = word_at(&list)); i++) {
		if (len == n && memcmp(list, word, n) == 0)
			return i;
		list += len;
	}
	return -1;
}

static bool limit_value(const char *text, uint64_t *v)
{
	const char *rest;

	if (strcmp(text, "unlimited") != 0)
		return conf_digits(text, &rest, v) && !*rest;
	*v = UINT64_MAX;
	return true;
}

const char *box_add_limit(struct box_conf *box, const char *value)
{
	static const char wanted[] = "write a limit of prlimit(1) and a plain "
				     "number or unlimited, each limit once, "
				     "as in nofile 1024";
	size_t n = word_at(&value);
	int i = find(limits, value, n);
	const char *number = value + n;

	word_at(&number);
	if (i < 0 || box->limit[i].given ||
	    !limit_value(number, &box->limit[i].value))
		return wanted;
	box->limit[i].given = true;
	return NULL;
}

const char *box_add_capabilities(struct box_conf *box, const char *value)
{
	size_t n;

	box->capabilities_given = true;
	if (strcmp(value, "none") == 0)
		return NULL;
	while ((n = word_at(&value))) {
		int i = find(capabilities, value, n);

		if (i < 0)
			return "write none, or capabilities as in "
			       "net_bind_service chown";
		box->capabilities |= UINT64_C(1) << i;
		value += n;
	}
	return NULL;
}
