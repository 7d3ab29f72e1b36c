/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/sweep/group.h - a control group (v2) for PID 1 on the stand
 */
#ifndef TESTS_SWEEP_GROUP_H
#define TESTS_SWEEP_GROUP_H

#include <sys/types.h>

enum { GROUP_PATH = 256 };

/*
 * group_make() - a new group below our own, with @pid in it
 * @path:	"" if there is no cgroup2, or nothing that we may write to
 */
void group_make(char path[static GROUP_PATH], pid_t pid);

/* group_remove() - it and all below, empty by now; takes "" */
void group_remove(const char *path);

#endif
