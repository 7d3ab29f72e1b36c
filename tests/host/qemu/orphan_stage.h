/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/host/qemu/orphan_stage.h - processes that look like QEMU and its helper
 *
 * Real ones, of /bin/sh, as /proc shows them: a command line, an open file, a
 * name, a parent. None of them outlives the test program by a failure that it
 * sees.
 */
#ifndef TESTS_HOST_QEMU_ORPHAN_STAGE_H
#define TESTS_HOST_QEMU_ORPHAN_STAGE_H

#include <sys/types.h>

#include "host/qemu/orphan.h"
#include "tests/host/scratch.h"

/* stage_web() - an appliance's name, of this run alone. Static */
const char *stage_web(void);

/*
 * Of the test program that runs, between stage_begin() and stage_over(): a
 * scratch directory, and in it the lock of stage_web(), whose mark is borne by
 * who is started.
 */
extern struct stage {
	struct scratch scratch;
	char lock[SCRATCH_PATH];
} stage;

int stage_begin(void **state);
int stage_over(void **state);

/* The hint of a shim that has no record */
extern const struct orphan_hint no_hint;

/* stage_lock() - make it: who is started from now on bears its mark */
void stage_lock(const char *file);

/*
 * stage_start() - a process with `-name NAME,...`, a mark and a file open
 * @other:	not held open by it; -1: none
 * @go:		what is written to it becomes its name; it ends with its end
 */
pid_t stage_start(const char *name, const char *file, int other, int *go);
void stage_end(pid_t pid, int go);

/* stage_gone() - Return: the pid of one that has ended */
pid_t stage_gone(void);

/* stage_call_helper() - have it call itself the helper of @qemu */
void stage_call_helper(pid_t pid, pid_t qemu, int go);

/* stage_helper() - one of stage_web(), with the command line of @qemu */
pid_t stage_helper(pid_t qemu, int other, int *go);

/*
 * stage_nameless() - a helper whose memory the kernel clears: it has a name,
 *	and no command line any more
 * @parent:	out: whose child it is, for it has not come home to us
 */
pid_t stage_nameless(pid_t qemu, pid_t *parent);
void stage_end_nameless(pid_t pid, pid_t parent);

/*
 * stage_pair() - one of stage_web() that has the file open, and its child
 * @script:	the child's; then it stands still
 * Return: the parent
 */
pid_t stage_pair(const char *file, const char *script, pid_t *child);
void stage_end_pair(pid_t pid, pid_t child);

/* stage_hint() - a record that knows no helper */
struct orphan_hint stage_hint(pid_t pid, uint64_t start);

#endif
