// SPDX-License-Identifier: Apache-2.0
/*
 * host/core/wait_status.c - how a process ended, in words
 */
#include "host/core/wait_status.h"

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>

#include "common/array.h"

/* By name: numbers differ from one architecture to the next. */
static const char names[][8] = {
	[SIGHUP] = "SIGHUP",   [SIGINT] = "SIGINT",   [SIGQUIT] = "SIGQUIT",
	[SIGILL] = "SIGILL",   [SIGTRAP] = "SIGTRAP", [SIGABRT] = "SIGABRT",
	[SIGBUS] = "SIGBUS",   [SIGFPE] = "SIGFPE",   [SIGKILL] = "SIGKILL",
	[SIGUSR1] = "SIGUSR1", [SIGSEGV] = "SIGSEGV", [SIGUSR2] = "SIGUSR2",
	[SIGPIPE] = "SIGPIPE", [SIGALRM] = "SIGALRM", [SIGTERM] = "SIGTERM",
	[SIGXCPU] = "SIGXCPU", [SIGXFSZ] = "SIGXFSZ", [SIGSYS] = "SIGSYS",
};

const char *wait_status_text(int status, char text[static WAIT_STATUS_TEXT])
{
	int sig = WTERMSIG(status);

	if (!WIFSIGNALED(status))
		snprintf(text, WAIT_STATUS_TEXT, "exit status %d",
			 WEXITSTATUS(status));
	else if (sig < (int)ARRAY_SIZE(names) && names[sig][0])
		snprintf(text, WAIT_STATUS_TEXT, "%s", names[sig]);
	else
		snprintf(text, WAIT_STATUS_TEXT, "signal %d", sig);
	return text;
}
