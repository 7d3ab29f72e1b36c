// SPDX-License-Identifier: Apache-2.0
/*
 * host/shim_qmp.c - one appliance: what QEMU says on QMP becomes events
 *
 * Theory of operation: at STOP the agent's last words are read before the
 * lifecycle hears of it, for they tell what the stop is. Of the replies only
 * those are events that the gate waits for, and refusals of what it needs.
 */
#include "host/shim_impl.h"

#include <unistd.h>

#include "common/log.h"

#include "host/clock.h"
#include "host/config/appliance.h"
#include "host/link/agent.h"
#include "host/qemu/event.h"

static void on_qmp_up(void *ctx)
{
	shim_step_type(ctx, EV_UP);
}

static void on_qmp_lost(void *ctx, const char *why)
{
	struct shim *s = ctx;

	if (why)
		log_line(STDERR_FILENO, s->opt->appliance->name,
			 "what runs as QEMU does not speak QMP: %s; see that "
			 "qemu in [appliance] is the path of one",
			 why);
	if (s->lc.state == LC_ADOPTING) /* it said why to its log */
		shim_hear_log(s);
	shim_step_type(ctx, EV_QMP_LOST);
}

/* Whether it ends is seen; what the gate asks for must be done as well. */
static bool may_be_refused(enum qmp_command command)
{
	return command == QMP_QUIT || command == QMP_POWERDOWN ||
	       command == QMP_STOP;
}

/*
 * What a relaunch would do depends on what else runs by now. A guest that is
 * reset in place need not wait until all of them were looked at.
 */
void shim_judge(struct shim *s, const struct lc_event *ev)
{
	if (lifecycle_will_relaunch(&s->lc, ev, clock_us()))
		shim_room(s);
	shim_claim(s, ev);
	shim_step(s, ev);
}

static void on_qmp_reply(void *ctx, enum qmp_command command,
			 const json_t *result)
{
	const struct lc_event healthy = { .type = EV_STATUS };
	const struct shim *s = ctx;

	if (!result && !may_be_refused(command))
		shim_step_type(ctx, EV_QMP_REFUSED);
	else if (command == QMP_STATUS && s->lc.state == LC_ADOPTING)
		shim_found(ctx, result);
	else if (command == QMP_STATUS)
		shim_judge(ctx, &healthy);
}

static void on_qmp_event(void *ctx, const char *name, const json_t *data)
{
	char said[EVIDENCE_SAID];
	struct shim *s = ctx;
	struct lc_event ev;

	if (!event_read(name, data, &ev, said))
		return;
	if (ev.type == EV_STOP)
		agent_drain(s->agent);
	shim_step(s, &ev);
}

const struct qmp_ops shim_qmp_ops = {
	.up = on_qmp_up,
	.event = on_qmp_event,
	.reply = on_qmp_reply,
	.lost = on_qmp_lost,
};
