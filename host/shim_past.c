// SPDX-License-Identifier: Apache-2.0
/*
 * host/shim_past.c - one appliance: what it did, and would do now
 *
 * Theory of operation: each passage becomes a line of the history when it is
 * complete, and the lines of earlier shims teach this one before it starts. A
 * history that cannot be written is said once and harms nothing else.
 */
#include "host/shim_impl.h"

#include <unistd.h>

#include "common/log.h"

#include "host/clock.h"
#include "host/config/appliance.h"
#include "host/config/history.h"
#include "host/link/control.h"
#include "host/prospect.h"
#include "host/record.h"
#include "host/report.h"

static void learn_one(void *ctx, const json_t *entry)
{
	struct shim *s = ctx;

	record_learn(entry, s->opt->appliance, &s->lc.past);
}

void shim_learn(struct shim *s)
{
	const char *name = s->opt->appliance->name;
	unsigned int damaged;
	char error[SENTENCE_MAX];

	if (history_each(name, learn_one, s, &damaged, error) < 0)
		log_line(STDERR_FILENO, name, "%s: forecasts begin anew",
			 error);
	else if (damaged)
		log_line(STDERR_FILENO, name,
			 "%u damaged lines of its history were left out",
			 damaged);
}

void shim_record(struct shim *s)
{
	const char *name = s->opt->appliance->name;
	const struct report r = shim_report(s);
	char error[SENTENCE_MAX];
	json_t *entry;
	int failed;

	entry = record_entry(&r, (int64_t)(clock_real_us() / 1000));
	failed = history_append(name, entry, error);
	json_decref(entry);
	if (failed < 0 && !s->history_failed)
		log_line(STDERR_FILENO, name, "%s", error);
	s->history_failed = failed < 0;
}

json_t *shim_plan(void *ctx, enum wish wish, uint64_t budget_us)
{
	const struct report r = shim_report(ctx);
	json_t *plan, *spare = shim_spare(ctx);

	plan = prospect_json(&r, wish, budget_us);
	if (spare)
		json_object_set_new(plan, "memory", spare);
	return plan;
}

bool shim_refuse_budget(struct shim *s, uint32_t call, uint64_t budget_us,
			enum wish *wish)
{
	const struct report r = shim_report(s);
	char text[OUTLOOK_TEXT];

	shim_room(s);
	if (!budget_us || prospect_hold(&r, budget_us, wish, text))
		return false;
	control_error(s->control, call, "BudgetExceeded", text);
	return true;
}
