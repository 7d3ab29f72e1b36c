/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/memory/victim.h - whom the kernel kills first when memory is short
 *
 * Theory of operation: the kernel kills whoever has most points: what it holds,
 * in thousandths of all memory, plus its oom_score_adj (Linux mm/oom_kill.c,
 * oom_badness()). So a guest that boots while another still drains is to have
 * more of them than any that serves, however large that is; the shim, without
 * which nobody would notice, has few.
 *
 * A QEMU that is another user's has a file that only this user may open: so it
 * is opened before QEMU becomes that user (host/launch/spawn.c). Who has the
 * descriptor may write, whoever he is: up, and down again to the lowest that
 * somebody with CAP_SYS_RESOURCE has set. What is written reaches the teardown
 * helper too, for it shares QEMU's memory.
 *
 * A helper that was nudged needs no points: the kernel passes over who has
 * given up its memory already (docs/facts.md 11).
 */
#ifndef HOST_MEMORY_VICTIM_H
#define HOST_MEMORY_VICTIM_H

#include <sys/types.h>

enum standing {
	STANDING_SHIM,
	STANDING_SERVES,
	STANDING_BOOTS, /* beside one that drains */
	STANDINGS,
};

/*
 * victim_open() - oom_score_adj of a process, to be written
 * @pid:	not reaped yet; 0: the caller
 * Return: a descriptor, CLOEXEC, the caller's, good for this process alone;
 *	-EACCES: it is another user's; -ENOENT: it has gone; else -errno
 */
int victim_open(pid_t pid);

/*
 * victim_stand() - from now on it stands so
 *
 * Who serves stands as the caller would without STANDING_SHIM, or a little
 * higher where the machine says so (a user's service manager gives 200).
 * Return: 0; -EACCES: so low it may not be set; -ESRCH: it has gone; else
 *	-errno
 */
int victim_stand(int fd, enum standing standing);

#endif
