/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/integration/readers.h - who read the same file again and again
 *
 * Where it does not fit into the page cache of their space they wait for memory
 * nearly all the time, and the kernel counts that for the cgroup2 group that
 * they are in: QEMU's own. That is scarcity, by the kernel's word.
 */
#ifndef TESTS_INTEGRATION_READERS_H
#define TESTS_INTEGRATION_READERS_H

#include "tests/integration/rig.h"
#include "tests/integration/space.h"

enum { READERS = 2, READERS_FILE_MIB = 320 };

struct readers {
	pid_t pid[READERS];
};

/*
 * readers_begin() - in @s and in the group of @qemu, which is that of @name
 * @r:	in whose directory the file is made
 * Return: false: QEMU has no group of its own that counts pressure
 */
bool readers_begin(struct readers *c, const struct rig *r,
		   const struct space *s, const char *name, pid_t qemu);

/* readers_end() - they are gone */
void readers_end(struct readers *c);

#endif
