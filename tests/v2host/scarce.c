// SPDX-License-Identifier: Apache-2.0
/*
 * tests/v2host/scarce.c - a group with a limit: what is read of it
 */
#include "tests/v2host/bed.h"
#include "tests/v2host/tests.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/memory/domains.h"
#include "host/memory/pressure.h"

enum { LIMIT = 96 << 20, HIGH = 8 << 20, TAKEN = 32 << 20 };

static char here[] = "";

void group_with_a_limit_is_a_domain(void **state)
{
	struct domain of[ADMISSION_DOMAINS];
	struct domains d = { 0 };
	char error[SENTENCE_MAX];
	struct cgroup c;

	(void)state;
	bed_write("memory.max", LIMIT);
	bed_enter();
	assert_int_equal(cgroup_find(&c, "", error), 0);
	bed_leave();
	domains_find(&d, c.mount, c.base);
	assert_int_equal(d.groups, 1); /* the root group counts nothing */
	assert_int_equal(domains_room(here, &d, of, error), 0);
	assert_string_equal(of[1].name, "the cgroup /bed");
	assert_int_equal(of[1].total, LIMIT);
	assert_in_range(of[1].room + of[1].reclaimable, LIMIT / 2, LIMIT);
	assert_true(of[0].total > of[1].total);
}

/* Whoever is above memory.high has to wait at each allocation. */
void scarcity_in_a_group_is_told(void **state)
{
	char error[SENTENCE_MAX];
	int fd = pressure_open("/sys/fs/cgroup/bed/memory.pressure", error);
	struct pollfd p = { .fd = fd, .events = POLLPRI };
	pid_t pid;

	(void)state;
	if (fd < 0)
		fail_msg("%s", error);
	assert_int_equal(poll(&p, 1, 0), 0);
	bed_write("memory.high", HIGH);
	pid = bed_start_taking(TAKEN);
	assert_int_equal(poll(&p, 1, CHILD_DEADLINE_MS), 1);
	assert_int_equal(p.revents, POLLPRI);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	close(fd);
}
