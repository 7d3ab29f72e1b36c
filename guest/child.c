// SPDX-License-Identifier: Apache-2.0
/*
 * guest/child.c - PID 1: what children say, and how they end
 *
 * Theory of operation: PID 1 is the parent of the payload and its health
 * command, of who does a boot step, of two short-lived helpers, and of every
 * orphan. All are reaped here; an orphan's end means nothing.
 */
#include <errno.h>
#include <string.h>
#include <sys/wait.h>

#include "guest/boot/console.h"
#include "guest/init.h"

enum { REAPS = 256 }; /* at a time; then the others have their turn */

void init_started(struct init *in)
{
	int r = payload_started(&in->payload);

	if (r == 0)
		return;
	init_unwatch(in, FD_STARTED);
	if (r == -ECHILD) /* SEV_EXITED comes next */
		return;
	if (r > 0) {
		say("payload %s runs as %d", in->conf.exec.text,
		    (int)in->payload.pid);
		init_feed(in, SEV_STARTED);
		return;
	}
	say("payload %s: %s: %s", in->conf.exec.text, in->payload.part,
	    strerror(-r));
	in->payload.failed = true;
	init_feed_event(in, (struct session_event){ .kind = SEV_NOT_STARTED,
						    .count = (uint32_t)-r });
}

/* A child whose execve(2) failed ends too, and that was told already. */
static void payload_gone(struct init *in, int status)
{
	struct session_event ev = { .kind = SEV_EXITED,
				    .count = (uint32_t)status };

	if (in->fd[FD_STARTED] >= 0)
		init_started(in);
	in->payload.pid = 0;
	init_unwatch(in, FD_READY);
	ev.oom = payload_oom(&in->payload) && status != 0;
	if (in->payload.failed)
		return;
	if (WIFSIGNALED(status))
		say("payload killed by signal %d%s", WTERMSIG(status),
		    ev.oom ? ", out of memory" : "");
	else
		say("payload ended with status %d%s", WEXITSTATUS(status),
		    ev.oom ? ", out of memory" : "");
	init_feed_event(in, ev);
}

static void child_gone(struct init *in, pid_t pid, int status)
{
	if (pid == in->payload.pid) {
		payload_gone(in, status);
	} else if (pid == in->step_pid) {
		init_step_gone(in, status);
	} else if (pid == in->health_pid) {
		in->health_pid = 0;
		init_feed_event(in, (struct session_event){
					    .kind = SEV_CHECKED,
					    .count = (uint32_t)status,
				    });
	} else if (pid == in->quiet_pid) {
		in->quiet_pid = 0;
		init_feed(in, SEV_QUIET);
	} else if (pid == in->reboot_pid) {
		in->reboot_pid = 0;
		init_feed(in, SEV_STILL_HERE);
	}
}

bool init_reap(struct init *in)
{
	int status;
	pid_t pid = 1;

	if (in->fd[FD_STARTED] >= 0)
		init_started(in); /* a zombie can tell still */
	for (int i = 0; i < REAPS && pid > 0; i++) {
		pid = waitpid(-1, &status, WNOHANG | __WALL);
		if (pid > 0)
			child_gone(in, pid, status);
	}
	if (pid < 0 && errno == ECHILD)
		init_feed(in, SEV_ALONE);
	return pid > 0;
}
