// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/fleet.c - appliances that are restarted at random
 */
#include "tests/integration/fleet.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "host/core/admission.h"
#include "host/core/need.h"
#include "tests/integration/orphan.h"

#define MIB (UINT64_C(1) << 20)

enum {
	IMAGE_MIB = 32, /* kernel and initrd of "guest", at most */
	SLACK_MIB = 96, /* shims, the images that they keep */
	NEXT_MS = 600,	/* from one restart to the next, at most */
	HOLD_MS = 5000, /* what a drain takes longer, at most */
};

static const struct {
	const char *name, *arch;
	enum machine_kind kind;
	uint32_t share; /* of the largest guest's memory, percent */
} kinds[FLEET] = {
	{ "one", "x86_64", KIND_Q35, 100 },
	{ "two", "s390x", KIND_S390X, 100 },
	{ "three", "x86_64", KIND_Q35, 50 },
};

/* xorshift32: Marsaglia, Xorshift RNGs, 2003. Return: 0 to @below - 1 */
static uint32_t draw(struct fleet *f, uint32_t below)
{
	f->random ^= f->random << 13;
	f->random ^= f->random >> 17;
	f->random ^= f->random << 5;
	return f->random % below;
}

static uint32_t memory_mib(const struct fleet *f, int i)
{
	return f->plan.mib * kinds[i].share / 100;
}

static uint64_t need(const struct fleet *f, int i)
{
	const struct machine_size size = {
		.kind = kinds[i].kind,
		.cpus = 1,
		.memory = memory_mib(f, i) * MIB,
		.image_bytes = IMAGE_MIB * MIB,
	};

	return need_bytes(&size);
}

/* All of them, and the smallest once more. */
static void measure(struct fleet *f)
{
	uint64_t all = need(f, FLEET - 1) + SLACK_MIB * MIB;

	for (int i = 0; i < FLEET; i++)
		all += need(f, i);
	f->limit = all * 100 / 97;
	f->line = f->limit - admission_reserve_below(f->limit);
}

/* What drains is known by its appliance's name on all of the host. */
static void open_member(struct fleet *f, int i)
{
	struct member *m = &f->member[i];
	char lines[1024], cwd[512], name[32];

	assert_non_null(getcwd(cwd, sizeof(cwd)));
	snprintf(name, sizeof(name), "%s-%d", kinds[i].name, (int)getpid());
	snprintf(lines, sizeof(lines),
		 "[appliance]\nimage = %s/%s\nmemory = %u MiB\n"
		 "[restart]\nlimit = 15\ninterval = 1 s\ndelay = 100 ms\n"
		 "[memory]\n%s"
		 "[unsupported]\nqemu-argument = -mem-prealloc\n",
		 cwd, rig_image(kinds[i].arch, "guest"), memory_mib(f, i),
		 f->plan.guard ? "admission-timeout = 2 min\n"
			       : "admission-timeout = 0 s\n"
				 "admission-late = start-anyway\n");
	m->space = &f->space;
	m->may_fail = !f->plan.guard;
	member_open(m, &f->member[0].rig, name, lines);
}

/* What is read of QEMU's program is to be nobody's page cache in there. */
static void warm(void)
{
	for (int i = 0; i < FLEET; i++) {
		char program[64];
		struct child c;

		snprintf(program, sizeof(program), "/usr/bin/qemu-system-%s",
			 kinds[i].arch);
		if (child_start(
			    &c,
			    (const char *const[]){ program, "-version", NULL },
			    -1) == 0)
			child_await_end(&c);
		child_close(&c);
	}
}

bool fleet_open(struct fleet *f, const struct fleet_plan *plan)
{
	memset(f, 0, sizeof(*f));
	f->plan = *plan;
	f->random = plan->seed;
	measure(f);
	for (int i = 0; i < FLEET; i++)
		open_member(f, i);
	if (!space_open(&f->space, f->limit))
		return false;
	warm();
	for (int i = 0; i < FLEET; i++)
		member_run(&f->member[i]);
	for (int i = 0; i < FLEET; i++)
		rig_await_ready(&f->member[i].rig);
	f->begun_ms = child_now();
	return true;
}

static bool is_known(const struct fleet *f, pid_t pid)
{
	bool known = false;

	for (int i = 0; i < FLEET; i++)
		known |= member_knows(&f->member[i], pid);
	return known;
}

/* What shims that were killed have left is ours, and nobody else reaps it. */
static void reap_orphans(const struct fleet *f)
{
	char path[64], list[256] = "", *at = list, *end;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children",
		 (int)getpid());
	file = fopen(path, "re");
	assert_non_null(file);
	(void)!fgets(list, sizeof(list), file);
	fclose(file);
	for (pid_t pid; (pid = (pid_t)strtol(at, &end, 10)) > 0; at = end)
		if (!is_known(f, pid))
			waitpid(pid, NULL, WNOHANG | __WALL);
}

/* Until something happens to somebody, or it is time for the next draw. */
static void turn(struct fleet *f)
{
	struct pollfd p[FLEET * MEMBER_FDS];
	int64_t until_ms = f->next_ms;
	nfds_t n = 0;

	for (int i = 0; i < FLEET; i++) {
		const struct member *m = &f->member[i];

		n += member_poll(m, p + n);
		if (m->held && m->until_ms < until_ms)
			until_ms = m->until_ms;
	}
	poll(p, n, child_left(until_ms));
	for (int i = 0; i < FLEET; i++)
		member_hear(&f->member[i]);
	reap_orphans(f);
	for (int i = 0; i < FLEET; i++)
		member_look(&f->member[i]);
}

static void draw_next(struct fleet *f)
{
	struct member *m = &f->member[draw(f, FLEET)];
	enum restart how = (enum restart)draw(f, RESTARTS);
	uint32_t hold_ms = draw(f, HOLD_MS);

	f->next_ms = child_now() + draw(f, NEXT_MS);
	if (!m->begun)
		member_restart(m, how, hold_ms);
}

static uint32_t restarts(const struct fleet *f, enum restart how)
{
	uint32_t sum = 0;

	for (int i = 0; i < FLEET; i++)
		sum += f->member[i].done[how];
	return sum;
}

static uint32_t all_restarts(const struct fleet *f)
{
	uint32_t sum = 0;

	for (int how = 0; how < RESTARTS; how++)
		sum += restarts(f, (enum restart)how);
	return sum;
}

static bool enough(const struct fleet *f)
{
	return all_restarts(f) >= f->plan.at_most ||
	       child_now() - f->begun_ms > f->plan.at_most_ms ||
	       (f->plan.until_over && fleet_over(f));
}

static bool any_begun(const struct fleet *f)
{
	bool any = false;

	for (int i = 0; i < FLEET; i++)
		any |= f->member[i].begun;
	return any;
}

void fleet_run(struct fleet *f)
{
	while (!enough(f)) {
		if (child_now() >= f->next_ms)
			draw_next(f);
		turn(f);
	}
	while (any_begun(f)) {
		f->next_ms = child_deadline();
		turn(f);
	}
}

void fleet_stop(struct fleet *f)
{
	for (int i = 0; i < FLEET; i++) {
		struct member *m = &f->member[i];

		RIG_DO(&m->rig, "stop", m->name);
		rig_assert_end(&m->rig, 0);
		child_close(&m->leaving);
	}
	orphan_nothing_left(&f->member[0].rig);
}

bool fleet_over(const struct fleet *f)
{
	return space_peak(&f->space) > f->line;
}

uint32_t fleet_waited(const struct fleet *f)
{
	uint32_t sum = 0;

	for (int i = 0; i < FLEET; i++)
		sum += f->member[i].waited;
	return sum;
}

static uint32_t failed(const struct fleet *f)
{
	uint32_t sum = 0;

	for (int i = 0; i < FLEET; i++)
		sum += f->member[i].failed;
	return sum;
}

void fleet_tell(const struct fleet *f)
{
	const struct space *s = &f->space;

	print_message("guard %s, seed %u, %" PRId64 " s: %u restarts of %d "
		      "appliances (",
		      f->plan.guard ? "on" : "off", f->plan.seed,
		      (child_now() - f->begun_ms) / 1000, all_restarts(f),
		      FLEET);
	for (int i = 0; i < RESTARTS; i++)
		print_message("%s%s %u", i ? ", " : "",
			      member_word((enum restart)i),
			      restarts(f, (enum restart)i));
	print_message("), %u waited for memory, %u failed; the space held "
		      "%" PRIu64 " of %" PRIu64 " MiB at most, %.3f of what "
		      "the reserve leaves; its limit was hit %" PRIu64
		      " times, %" PRIu64 " killed\n",
		      fleet_waited(f), failed(f), space_peak(s) / MIB,
		      f->limit / MIB, (double)space_peak(s) / (double)f->line,
		      space_hits(s), space_kills(s));
}

void fleet_close(struct fleet *f)
{
	for (int i = 0; i < FLEET; i++)
		member_close(&f->member[i]);
	rig_close(&f->member[0].rig);
	space_close(&f->space);
}
