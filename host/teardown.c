// SPDX-License-Identifier: Apache-2.0
/*
 * host/teardown.c - a generation that has ended, until its memory is back
 */
#include "host/teardown.h"

#include "host/core/wait_status.h"
#include "host/qemu/busy.h"

static enum teardown_way way_of(const struct process *p, bool helper_first)
{
	if (helper_first)
		return TEARDOWN_DEFEATED;
	return p->helper_pidfd >= 0 ? TEARDOWN_ASYNCHRONOUS
				    : TEARDOWN_SYNCHRONOUS;
}

/* Those who wait go by it: what could not be told is told at the next look. */
static void tell_ledger(struct teardown *t, uint64_t held)
{
	char error[SENTENCE_MAX];
	bool told = t->promise.fd < 0 ||
		    ledger_drains(&t->promise, held, error) == 0;

	t->told = told ? held : UINT64_MAX;
}

void teardown_begin(struct teardown *t, bool helper_first, uint64_t now_us)
{
	uint64_t held = t->promise.mine.bytes; /* where it cannot be known */

	t->way = way_of(&t->process, helper_first);
	t->began_us = now_us;
	t->slot = -1;
	t->drain.count = 0;
	t->cpu_us = 0;
	if (gauge_read(&t->gauge, &held) == 0)
		drain_begin(&t->drain, held, now_us);
	process_nudge_helper(&t->process);
	tell_ledger(t, held);
}

bool teardown_over(const struct teardown *t)
{
	return t->process.helper_pidfd < 0;
}

void teardown_back(struct teardown *t, uint64_t now_us)
{
	if (t->process.helper_pidfd >= 0)
		process_reap_helper(&t->process);
	if (t->process.helper_cpu_us)
		t->cpu_us = t->process.helper_cpu_us;
	if (t->drain.count)
		drain_end(&t->drain, now_us);
}

void teardown_sample(struct teardown *t, uint64_t now_us)
{
	uint64_t cpu_us = busy_main_thread(t->process.helper);
	uint64_t held;

	if (cpu_us)
		t->cpu_us = cpu_us;
	if (t->drain.count && gauge_read(&t->gauge, &held) == 0)
		drain_sample(&t->drain, held, now_us);
	else
		held = t->promise.mine.bytes;
	if (held < t->told / 2)
		tell_ledger(t, held);
}

void teardown_end(struct teardown *t)
{
	process_close(&t->process);
	gauge_close(&t->gauge);
	for (int i = 0; i < CGROUP_HIERARCHIES; i++)
		cgroup_leaf_remove(&t->leaf[i]);
	ledger_leave(&t->promise);
}

static const char *const ways[TEARDOWN_WAYS] = {
	[TEARDOWN_ASYNCHRONOUS] = "asynchronous",
	[TEARDOWN_SYNCHRONOUS] = "synchronous",
	[TEARDOWN_DEFEATED] = "defeated",
};

/* -1: nobody can tell */
static void add_end(json_t *object, const char *key, int status)
{
	char text[WAIT_STATUS_TEXT];

	if (status >= 0)
		json_object_set_new(
			object, key,
			json_string(wait_status_text(status, text)));
}

json_t *teardown_json(const struct teardown *t, uint64_t now_us)
{
	const struct drain *d = &t->drain;
	json_t *object = json_pack(
		"{s:i, s:s, s:i, s:I, s:I}", "generation", (int)t->generation,
		"way", ways[t->way], "helper", (int)t->process.helper,
		"draining_us", (json_int_t)(now_us - t->began_us), "cpu_us",
		(json_int_t)t->cpu_us);
	struct drain_outlook o;

	add_end(object, "qemu_exit", t->process.status);
	if (t->process.helper && teardown_over(t))
		add_end(object, "helper_exit", t->process.helper_status);
	if (!d->count)
		return object;
	o = drain_outlook(d);
	json_object_update_new(object,
			       json_pack("{s:s, s:I, s:I, s:I, s:I}", "gauge",
					 gauge_word(&t->gauge), "at_exit_bytes",
					 (json_int_t)d->held_first,
					 "held_bytes", (json_int_t)d->held_now,
					 "rate", (json_int_t)o.rate, "left_us",
					 (json_int_t)o.left_us));
	return object;
}
