/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guest/boot/step.h - what is to be done before the payload starts
 *
 * Theory of operation: a table, in order; what Kconfig left out is not in it.
 * A step may block, allocate and use a library, for it runs in a child of PID
 * 1, whose exit status is an errno or 0. The child says on the console what it
 * could not do; PID 1 notes which step it was, and stops one that takes longer
 * than it may: a disk can keep its caller for ever.
 */
#ifndef GUEST_BOOT_STEP_H
#define GUEST_BOOT_STEP_H

#include <stdbool.h>
#include <sys/types.h>

#include "common/msg.h"
#include "guest/config/init_conf.h"

struct boot_step {
	enum boot_stage stage; /* reached when it is done */
	/* Return: false: @conf asks for nothing of the kind */
	bool (*wanted)(const struct init_conf *conf);
	/* Return: 0; -errno, and the console knows why */
	int (*run)(const struct init_conf *conf);
	/* How long its child may take, as things are now, ms */
	uint32_t (*limit_ms)(const struct init_conf *conf);
	bool inside; /* by PID 1 itself: what it opens stays open. No waiting */
	/* How long to wait for the host's word first, ms; NULL or 0: not at all
	 */
	uint32_t (*awaits)(const struct init_conf *conf);
	/* That word, from a hostile host perhaps: keep it for run() */
	void (*hear)(struct init_conf *conf, const uint8_t *text, size_t len);
};

/* boot_step() - the @i-th step. Return: NULL: there are no more */
const struct boot_step *boot_step(unsigned int i);

/*
 * boot_step_start() - run a step in a child
 * Return: its pid; -errno of fork(2)
 */
pid_t boot_step_start(const struct boot_step *step,
		      const struct init_conf *conf);

/* boot_step_stop() - its child has taken too long: kill it, and what it started
 */
void boot_step_stop(pid_t pid);

/*
 * boot_step_error() - what its child's end means
 * @status:	as waitpid(2) gives it
 * Return: 0: it did its work; an errno below 256; EINTR: a signal killed it
 */
unsigned int boot_step_error(int status);

#endif
