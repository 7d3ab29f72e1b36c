// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/memory/ledger_rig.c - a real ledger of a host of 100 bytes
 */
#include "tests/host/memory/ledger_rig.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>

#include <cmocka.h>

enum { DEADLINE_S = 120 };

const struct domains rig_alone;
const struct domains rig_group = { .groups = 1, .group = { { RIG_GROUP, 0 } } };
const struct domains rig_inner = {
	.groups = 2, .group = { { RIG_INNER, 0 }, { RIG_GROUP, 0 } }
};
const struct domains rig_other = { .groups = 1, .group = { { 41, 0 } } };

struct scratch rig_scratch;
char rig_path[SCRATCH_PATH], rig_error[SENTENCE_MAX], rig_text[ADMISSION_TEXT];
uint64_t rig_used, rig_used_in_group;

static int room(void *ctx, const struct domains *d,
		struct domain domain[static ADMISSION_DOMAINS], char *error)
{
	(void)ctx;
	(void)error;
	domain[0] = (struct domain){ "the host", RIG_TOTAL,
				     RIG_TOTAL - rig_used, 0, 0 };
	for (uint32_t i = 0; i < d->groups; i++) {
		uint64_t id = d->group[i].id;
		uint64_t used = id == RIG_GROUP ? rig_used_in_group : 0;

		domain[i + 1] =
			(struct domain){ "a group", id, id - used, 0, 0 };
	}
	return 0;
}

static uint64_t resident(void *ctx, pid_t pid)
{
	(void)ctx;
	return (uint64_t)pid;
}

const struct ledger_ops rig_ops = { room, resident, NULL };

int rig_set_up(void **state)
{
	(void)state;
	alarm(DEADLINE_S);
	scratch_make(&rig_scratch);
	scratch_path(&rig_scratch, "ledger", rig_path);
	rig_used = rig_used_in_group = 0;
	return 0;
}

int rig_tear_down(void **state)
{
	(void)state;
	scratch_remove(&rig_scratch);
	alarm(0);
	return 0;
}

int rig_join(struct promise_slot *p, uint64_t need, const struct domains *d)
{
	const struct application a = { "web", need, 0, d };
	int r;

	do
		r = ledger_join(rig_path, &a, p, rig_error);
	while (r == -EAGAIN);
	return r;
}

enum admission rig_ask(struct promise_slot *p)
{
	struct decision d;
	int r;

	do
		r = ledger_ask(p, &rig_ops, &d, rig_text, rig_error);
	while (r == -EAGAIN);
	return r < 0 ? ADMISSIONS : d.what;
}

enum admission rig_start(struct promise_slot *p, uint64_t need,
			 const struct domains *d)
{
	if (rig_join(p, need, d) < 0)
		fail_msg("%s", rig_error);
	return rig_ask(p);
}
