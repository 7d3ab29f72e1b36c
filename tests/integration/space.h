/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/integration/space.h - a place with so much memory and no more
 *
 * A group of v1's memory controller with a limit, below the group of the test:
 * to the shims in it a domain (host/memory/domains.h). The kernel charges it
 * for every page of those who were born in it and keeps the most that it ever
 * held, so nothing is sampled and nothing missed; and it kills whoever goes
 * over the limit. The test itself stays outside. (On cgroup v2 tests/v2host
 * does the like, in a guest and with the stand-in.)
 */
#ifndef TESTS_INTEGRATION_SPACE_H
#define TESTS_INTEGRATION_SPACE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "host/cgroup/cgroup.h" /* CGROUP_PATH */

struct space {
	char outside[CGROUP_PATH]; /* the group of the test */
	char dir[2 * CGROUP_PATH];
};

/*
 * space_open() - a space of @limit bytes, empty
 * Return: false: there is no such controller, or not the right to it
 */
bool space_open(struct space *s, uint64_t limit);

/* space_enter(), space_leave() - what is started between them is in it */
void space_enter(const struct space *s);
void space_leave(const struct space *s);

/* space_narrow() - from now on it holds so many bytes more than it does now */
void space_narrow(const struct space *s, uint64_t more);

/* space_take() - a process that runs already */
void space_take(const struct space *s, pid_t pid);

/* space_used() - bytes that it holds; space_peak() - the most that it held */
uint64_t space_used(const struct space *s);
uint64_t space_peak(const struct space *s);

/* space_hits() - how often it was to hold more than its limit */
uint64_t space_hits(const struct space *s);

/* space_kills() - how many in it the kernel has killed for want of memory */
uint64_t space_kills(const struct space *s);

/* space_close() - nobody is in it; takes one that was not opened */
void space_close(struct space *s);

#endif
