// SPDX-License-Identifier: Apache-2.0
/*
 * guest/steps.c - PID 1: how far the boot has come, one step after another
 *
 * Theory of operation: each step's end starts the next one, the last one's end
 * the payload. A step that fails, or takes too long, ends the boot in order,
 * with its stage and errno as the cause; an end that somebody else wants lets
 * no further one start.
 */
#include <errno.h>
#include <string.h>

#include "guest/boot/clock.h"
#include "guest/boot/console.h"
#include "guest/boot/stage.h"
#include "guest/boot/step.h"
#include "guest/init.h"

void init_reached(struct init *in, enum boot_stage stage)
{
	if (stage < in->session.stage) /* the session knows the last only */
		boot_stage_say((uint8_t)stage);
	init_feed_event(in, (struct session_event){ .kind = SEV_STAGE,
						    .count = stage });
}

void init_failed(struct init *in, enum boot_stage stage, unsigned int error)
{
	say("stage %d %s failed: %s", (int)stage,
	    boot_stage_name((uint8_t)stage), strerror((int)error));
	init_feed_event(in, (struct session_event){
				    .kind = SEV_WISH,
				    .intent = INTENT_POWEROFF,
				    .cause = ICAUSE_INIT,
				    .detail = (uint32_t)stage << 8 | error,
			    });
}

/* Return: 0: done; 1: a child does it; -errno */
static int run(struct init *in, const struct boot_step *step)
{
	pid_t pid;

	if (step->inside)
		return step->run(&in->conf);
	pid = boot_step_start(step, &in->conf);
	if (pid < 0)
		return (int)pid;
	in->step_pid = pid;
	in->step_ms = clock_ms();
	in->boot_due = in->step_ms + step->limit_ms(&in->conf);
	return 1;
}

/* A host that says nothing costs the boot this wait, once. */
static bool await_host(struct init *in, const struct boot_step *step)
{
	uint32_t ms = step->awaits ? step->awaits(&in->conf) : 0;

	if (!ms || in->host_spoke || in->awaited)
		return false;
	in->awaited = true;
	in->boot_due = clock_ms() + ms;
	return true;
}

/* A disk that has come meanwhile may have given it more time. */
static void overdue(struct init *in)
{
	const struct boot_step *step = boot_step(in->step);
	uint32_t limit_ms = step->limit_ms(&in->conf);

	in->boot_due = in->step_ms + limit_ms;
	if (clock_ms() < in->boot_due)
		return;
	in->boot_due = SESSION_NEVER;
	boot_step_stop(in->step_pid);
	say("%s: not done within %u ms; timeout in init.conf gives it more",
	    boot_stage_name((uint8_t)step->stage), limit_ms);
	init_failed(in, step->stage, ETIMEDOUT);
}

void init_boot_due(struct init *in)
{
	if (in->step_pid)
		overdue(in);
	else
		init_boot(in);
}

void init_boot(struct init *in)
{
	const struct boot_step *step;
	int r = 0;

	in->boot_due = SESSION_NEVER;
	while (r == 0 && (step = boot_step(in->step))) {
		if (in->session.intent != INTENT_NONE)
			return;
		if (step->wanted(&in->conf))
			r = await_host(in, step) ? 1 : run(in, step);
		if (r < 0)
			init_failed(in, step->stage, (unsigned int)-r);
		if (r != 0)
			return;
		if (step->wanted(&in->conf))
			init_reached(in, step->stage);
		in->step++;
	}
	init_feed(in, SEV_BOOTED);
}

void init_host_word(struct init *in, const struct msg_welcome *w)
{
	const struct boot_step *step;

	if (in->host_spoke)
		return;
	in->host_spoke = true;
	for (unsigned int i = in->step; (step = boot_step(i)); i++)
		if (step->hear)
			step->hear(&in->conf, w->param, w->param_len);
	if (!in->step_pid && in->boot_due != SESSION_NEVER)
		in->boot_due = 0; /* the loop goes on with it */
}

void init_step_gone(struct init *in, int status)
{
	const struct boot_step *step = boot_step(in->step);
	unsigned int error = boot_step_error(status);

	in->step_pid = 0;
	in->boot_due = SESSION_NEVER;
	if (in->session.intent != INTENT_NONE)
		return;
	if (error) {
		init_failed(in, step->stage, error);
		return;
	}
	init_reached(in, step->stage);
	in->step++;
	init_boot(in);
}
