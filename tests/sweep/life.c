// SPDX-License-Identifier: Apache-2.0
/*
 * tests/sweep/life.c - one life of PID 1 on the stand, and how it ended
 *
 * Theory of operation: one poll loop is the host, the reader of the console
 * and the supervisor of all system calls inside. When the plan does not come
 * to its end by itself, because the fault made PID 1 miss something, it is
 * pushed as an operator would do it: first by the host's REQUEST, then by the
 * machine's button.
 */
#include "tests/sweep/life.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/array.h"
#include "guest/core/session.h"
#include "tests/sweep/errnos.h"
#include "tests/sweep/host.h"
#include "tests/sweep/stand.h"

enum {
	GRACE_MS = 2000,     /* in init.conf */
	PATIENCE_MS = 10000, /* a life takes one or two seconds */
	PATIENCE_LASTS_MS = 1500,
	/* All that the session may wait for, once it wants an end. */
	STOP_MS = SESSION_GRANT_MS + GRACE_MS + SESSION_KILL_MS +
		  SESSION_QUIET_MS + SESSION_COMMIT_MS + 2 * SESSION_REBOOT_MS,
	PUSHES = 2,
	LIMIT_MS = PUSHES * PATIENCE_MS + STOP_MS,
	HELPERS = 32,
	CALLS_MAX = 5000, /* of PID 1 in one life; a quiet one has 300 */
};

/* A process inside that is not PID 1. */
struct helper {
	pid_t pid;
	bool ours; /* runs the code of PID 1 still */
};

struct run {
	struct life *life;
	const struct life_plan *plan;
	const struct life_fault *fault;
	struct stand stand;
	struct host host;
	uint32_t push_ms; /* the next push is due */
	bool requested, executed;
	size_t console_len;
	struct helper helpers[HELPERS]; /* the last ones */
	unsigned int helpers_n;
};

static uint32_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint32_t)(t.tv_sec * 1000 + t.tv_nsec / 1000000);
}

/* ---- system calls */

static pid_t parent_of(pid_t pid)
{
	char path[32], text[256] = "", *end;
	int parent = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	f = fopen(path, "re");
	if (!f)
		return 0;
	if (!fgets(text, sizeof(text), f))
		text[0] = '\0';
	fclose(f);
	end = strrchr(text, ')'); /* a name may hold anything */
	if (end)
		(void)sscanf(end, ") %*c %d", &parent);
	return parent;
}

static struct helper *known(struct run *r, pid_t pid)
{
	for (unsigned int i = 0; i < HELPERS && i < r->helpers_n; i++)
		if (r->helpers[i].pid == pid)
			return &r->helpers[i];
	return NULL;
}

/* A process runs what its parent ran when it was forked. */
static struct helper *helper(struct run *r, pid_t pid)
{
	struct helper *h = known(r, pid), *up;
	pid_t parent;

	if (h)
		return h;
	parent = parent_of(pid);
	up = known(r, parent);
	h = &r->helpers[r->helpers_n++ % HELPERS];
	*h = (struct helper){ pid, parent == r->stand.pid || (up && up->ours) };
	return h;
}

static bool counts(struct run *r, const struct stand_call *c,
		   enum life_who *who)
{
	if (c->pid == r->stand.pid) {
		*who = LIFE_INIT;
		return r->executed;
	}
	*who = LIFE_HELPERS;
	return helper(r, c->pid)->ours;
}

static int fault_for(struct run *r, const struct stand_call *c)
{
	enum life_who who;
	const int *errnos;
	int n;

	if (!counts(r, c, &who))
		return 0;
	r->life->calls[who]++;
	if (r->fault->who != who)
		return 0;
	errnos = errnos_of(&c->data, r->fault->lasts, &n);
	if (r->life->injected && r->fault->lasts && c->data.nr == r->life->nr)
		return n ? r->life->error : 0;
	if (r->fault->k != r->life->calls[who])
		return 0;
	r->life->nr = c->data.nr;
	r->life->errnos = (unsigned int)n;
	if (n == 0)
		return 0;
	r->life->injected = true;
	r->life->error = errnos[r->fault->e % (unsigned int)n];
	return r->life->error;
}

static void note_call(struct run *r, const struct stand_call *c, int error)
{
	bool init = c->pid == r->stand.pid;
	unsigned int nr = (unsigned int)c->data.nr;

	if (init && r->host.seen[MSG_READY] && nr < LIFE_CALLS)
		r->life->served[nr]++;
	if (nr != SYS_execve || error)
		return;
	if (init)
		r->executed = true;
	else
		helper(r, c->pid)->ours = false;
}

static void on_calls(struct run *r)
{
	struct stand_call c;
	int error;

	if (!stand_call(&r->stand, &c))
		return;
	error = fault_for(r, &c);
	note_call(r, &c, error);
	stand_answer(&r->stand, &c, error);
}

/* ---- the plan */

static void on_port(struct run *r)
{
	const unsigned int *seen = r->host.seen;

	host_read(&r->host);
	if (r->requested || r->plan->request == INTENT_NONE)
		return;
	if (!seen[MSG_READY] || seen[MSG_HEARTBEAT] < r->plan->heartbeats)
		return;
	r->requested = true;
	host_request(&r->host, r->plan->request);
}

static void on_console(struct run *r)
{
	char *to = r->life->console + r->console_len;
	char rest[256];
	size_t room = LIFE_CONSOLE - 1 - r->console_len;
	ssize_t n = read(r->stand.console, room ? to : rest,
			 room ? room : sizeof(rest));

	if (n > 0 && room)
		r->console_len += (size_t)n;
	r->life->console[r->console_len] = '\0';
}

static bool wants_end(const struct run *r)
{
	return r->host.seen[MSG_INTENT] ||
	       strstr(r->life->console, " wanted: ");
}

static uint32_t patience_ms(const struct run *r)
{
	return r->fault->lasts ? PATIENCE_LASTS_MS : PATIENCE_MS;
}

/* Deaf for good, as it may be: nothing more will come of it. */
static bool hopeless(const struct run *r, uint32_t at_ms)
{
	return errnos_may_deafen(r->life->nr) && r->fault->lasts &&
	       r->life->pushes == PUSHES && at_ms >= r->push_ms &&
	       !wants_end(r);
}

static void push(struct run *r, uint32_t at_ms)
{
	r->push_ms = at_ms + patience_ms(r);
	if (r->life->pushes == PUSHES)
		return;
	if (r->life->pushes++ == 0)
		host_request(&r->host, r->plan->meant);
	else
		kill(r->stand.pid, SIGINT);
}

static void live(struct run *r)
{
	struct pollfd fds[] = {
		{ .fd = r->stand.calls, .events = POLLIN },
		{ .fd = r->stand.port, .events = POLLIN },
		{ .fd = r->stand.console, .events = POLLIN },
		{ .fd = r->stand.pidfd, .events = POLLIN },
	};
	uint32_t start = now_ms(), at_ms = 0;

	r->push_ms = patience_ms(r);
	while (!fds[3].revents && at_ms < LIMIT_MS && !hopeless(r, at_ms)) {
		if (poll(fds, ARRAY_SIZE(fds), 100) < 0)
			break;
		if (fds[0].revents)
			on_calls(r);
		if (fds[1].revents)
			on_port(r);
		if (fds[2].revents)
			on_console(r);
		at_ms = now_ms() - start;
		if (at_ms >= r->push_ms && !wants_end(r))
			push(r, at_ms);
	}
	while (poll(&fds[2], 1, 0) > 0)
		on_console(r);
	host_read(&r->host);
	r->life->took_ms = now_ms() - start;
	r->life->ended = fds[3].revents;
	if (!r->life->ended)
		kill(r->stand.pid, SIGKILL);
}

/* ---- the verdict */

static void wrong(struct life *l, const char *fmt, ...)
{
	va_list ap;

	if (l->why[0])
		return;
	va_start(ap, fmt);
	vsnprintf(l->why, sizeof(l->why), fmt, ap);
	va_end(ap);
}

/* What PID 1 said that it would do, on the port or else on the console. */
static enum intent said_intent(const struct life *l)
{
	static const struct {
		const char *text;
		enum intent intent;
	} sentences[] = {
		{ "reboot wanted: ", INTENT_REBOOT },
		{ "power-off wanted: ", INTENT_POWEROFF },
		{ "update wanted: ", INTENT_UPDATE },
		{ "reboot now: ", INTENT_REBOOT },
		{ "power-off now: ", INTENT_POWEROFF },
		{ "update now: ", INTENT_UPDATE },
		{ ": power-off\n", INTENT_POWEROFF },
	};

	if (l->seen[MSG_INTENT] && l->intent.cause != ICAUSE_NONE)
		return l->intent.intent;
	for (size_t i = 0; i < ARRAY_SIZE(sentences); i++)
		if (strstr(l->console, sentences[i].text))
			return sentences[i].intent;
	return INTENT_NONE;
}

/* A fault that lasts may leave PID 1 deaf, dumb, or without reboot(2). */
static void judge_lasting(struct life *l)
{
	if (l->calls[LIFE_INIT] > CALLS_MAX)
		wrong(l, "PID 1 made %u calls", l->calls[LIFE_INIT]);
	if (!l->ended) {
		if (!errnos_may_deafen(l->nr))
			wrong(l, "did not end");
		return;
	}
	if (!WIFSIGNALED(l->status) ||
	    (WTERMSIG(l->status) != SIGHUP && WTERMSIG(l->status) != SIGINT))
		wrong(l, "PID 1 died with wait status %#x",
		      (unsigned int)l->status);
}

static void judge(struct life *l, const struct life_plan *plan)
{
	enum intent said = said_intent(l), done;

	if (l->took_ms >= LIMIT_MS)
		wrong(l, "did not end within %d ms", LIMIT_MS);
	if (!WIFSIGNALED(l->status))
		wrong(l, "PID 1 exited with status %d", WEXITSTATUS(l->status));
	if (WTERMSIG(l->status) != SIGHUP && WTERMSIG(l->status) != SIGINT)
		wrong(l, "PID 1 died of signal %d", WTERMSIG(l->status));
	done = WTERMSIG(l->status) == SIGINT ? INTENT_POWEROFF : INTENT_REBOOT;
	if (said == INTENT_NONE)
		wrong(l, "%s without a cause", intent_name((uint8_t)done));
	if ((said == INTENT_POWEROFF) != (done == INTENT_POWEROFF))
		wrong(l, "said %s, did %s", intent_name((uint8_t)said),
		      intent_name((uint8_t)done));
	if (!l->injected && (said != plan->meant || l->pushes))
		wrong(l, "%s, %u pushes: not as planned",
		      intent_name((uint8_t)said), l->pushes);
	if (l->pushes > 1)
		wrong(l, "ended only by the machine's button");
}

int life_run(struct life *l, const struct life_plan *plan,
	     const struct life_fault *fault)
{
	struct run run = { .life = l, .plan = plan, .fault = fault };
	const char *more = plan->more ? plan->more : "";
	char conf[1024];
	const struct stand_plan stand = { conf, plan->port, true,
					  plan->devices };
	int r;

	memset(l, 0, sizeof(*l));
	snprintf(conf, sizeof(conf),
		 "[payload]\nexec = %s\ngrace = %d ms\n%s%s", plan->exec,
		 GRACE_MS,
		 strstr(more, "ready = ") ? "" : "ready = descriptor\n", more);
	r = stand_start(&run.stand, &stand);
	if (r == 0) {
		host_init(&run.host, run.stand.port);
		live(&run);
		l->status = stand_wait(&run.stand);
		memcpy(l->seen, run.host.seen, sizeof(l->seen));
		l->intent = run.host.intent;
		l->proof = run.host.proof;
		if (fault->lasts)
			judge_lasting(l);
		else
			judge(l, plan);
	}
	stand_end(&run.stand);
	return r;
}
