// SPDX-License-Identifier: Apache-2.0
/*
 * host/teardown.c - a generation that has ended, until its memory is back
 */
#include "host/teardown.h"

#include "host/core/admission.h"
#include "host/qemu/busy.h"

static enum teardown_way way_of(const struct process *p, bool helper_first)
{
	if (helper_first)
		return TEARDOWN_DEFEATED;
	return p->helper_pidfd >= 0 ? TEARDOWN_ASYNCHRONOUS
				    : TEARDOWN_SYNCHRONOUS;
}

void teardown_begin(struct teardown *t, uint32_t generation, struct process *p,
		    struct cgroup_leaf *leaf, bool helper_first,
		    uint64_t now_us)
{
	*t = (struct teardown){
		.generation = generation,
		.way = way_of(p, helper_first),
		.process = *p,
		.leaf = *leaf,
		.began_us = now_us,
		.slot = -1,
	};
	*p = (struct process){ .pidfd = -1, .helper_pidfd = -1 };
	*leaf = (struct cgroup_leaf){ .fd = -1 };
	process_nudge_helper(&t->process);
}

bool teardown_over(const struct teardown *t)
{
	return t->process.helper_pidfd < 0;
}

void teardown_sample(struct teardown *t, uint64_t now_us)
{
	uint64_t cpu_us = busy_main_thread(t->process.helper);

	(void)now_us;
	if (cpu_us)
		t->cpu_us = cpu_us;
}

void teardown_end(struct teardown *t)
{
	process_close(&t->process);
	cgroup_leaf_remove(&t->leaf);
}

static const char *const ways[TEARDOWN_WAYS] = {
	[TEARDOWN_ASYNCHRONOUS] = "asynchronous",
	[TEARDOWN_SYNCHRONOUS] = "synchronous",
	[TEARDOWN_DEFEATED] = "defeated",
};

json_t *teardown_json(const struct teardown *t, uint64_t now_us)
{
	const struct drain *d = &t->drain;
	json_t *object = json_pack(
		"{s:i, s:s, s:i, s:I, s:I}", "generation", (int)t->generation,
		"way", ways[t->way], "helper", (int)t->process.helper,
		"draining_us", (json_int_t)(now_us - t->began_us), "cpu_us",
		(json_int_t)t->cpu_us);
	struct drain_outlook o;

	if (!d->count)
		return object;
	o = drain_outlook(d);
	json_object_update_new(
		object,
		json_pack("{s:I, s:I, s:I, s:I}", "at_exit_bytes",
			  (json_int_t)d->held_first, "held_bytes",
			  (json_int_t)d->held_now, "rate", (json_int_t)o.rate,
			  "left_us", (json_int_t)o.left_us));
	return object;
}
