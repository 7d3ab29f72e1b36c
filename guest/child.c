// SPDX-License-Identifier: Apache-2.0
/*
 * guest/child.c - PID 1: what children say, and how they end
 *
 * Theory of operation: PID 1 is the parent of the payload, of two short-lived
 * helpers, and of every orphan. All are reaped here; three of them are events.
 */
#include <errno.h>
#include <string.h>
#include <sys/wait.h>

#include "guest/boot/console.h"
#include "guest/init.h"

void init_started(struct init *in)
{
	int r = payload_started(&in->payload);

	if (r == 0)
		return;
	init_unwatch(in, FD_STARTED);
	if (r > 0) {
		say("payload %s runs as %d", in->conf.exec.text,
		    (int)in->payload.pid);
		init_feed(in, SEV_STARTED);
		return;
	}
	say("payload %s: %s", in->conf.exec.text, strerror(-r));
	in->payload.failed = true;
	init_feed_event(in,
			(struct session_event){ .kind = SEV_NOT_STARTED,
						.count = (uint32_t)-r });
}

void init_ready(struct init *in)
{
	int r = payload_ready(&in->payload);

	if (r == 0)
		return;
	init_unwatch(in, FD_READY);
	if (r > 0)
		init_feed(in, SEV_READY);
	else
		say("payload closed descriptor %d without saying that it is "
		    "ready",
		    PAYLOAD_READY_FD);
}

/* A child whose execve(2) failed ends too, and that was told already. */
static void payload_gone(struct init *in, int status)
{
	if (in->fd[FD_STARTED] >= 0)
		init_started(in);
	in->payload.pid = 0;
	init_unwatch(in, FD_READY);
	if (in->payload.failed)
		return;
	if (WIFSIGNALED(status))
		say("payload killed by signal %d", WTERMSIG(status));
	else
		say("payload ended with status %d", WEXITSTATUS(status));
	init_feed_event(in,
			(struct session_event){ .kind = SEV_EXITED,
						.count = (uint32_t)status });
}

static void child_gone(struct init *in, pid_t pid, int status)
{
	if (pid == in->payload.pid) {
		payload_gone(in, status);
	} else if (pid == in->step_pid) {
		init_step_gone(in, status);
	} else if (pid == in->quiet_pid) {
		in->quiet_pid = 0;
		init_feed(in, SEV_QUIET);
	} else if (pid == in->reboot_pid) {
		in->reboot_pid = 0;
		init_feed(in, SEV_STILL_HERE);
	}
}

void init_reap(struct init *in)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG | __WALL)) > 0)
		child_gone(in, pid, status);
	if (pid < 0 && errno == ECHILD)
		init_feed(in, SEV_ALONE);
}
