// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/member.c - an appliance that is begun again and again
 */
#include "tests/integration/member.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/array.h"
#include "common/sys.h"
#include "host/link/client.h"
#include "tests/integration/held.h"
#include "tests/integration/orphan.h"

enum { STATUS_MS = 20000 };

const char *member_word(enum restart how)
{
	static const char *const words[RESTARTS] = {
		[RESTART_ANY] = "reboot",
		[RESTART_FULL] = "reboot --full",
		[RESTART_STOP] = "stop and run",
		[RESTART_KILL] = "QEMU killed",
		[RESTART_SHIM] = "shim killed",
		[RESTART_BOTH] = "both killed",
	};

	return words[how];
}

void member_open(struct member *m, struct rig *rig, const char *name,
		 const char *lines)
{
	static const struct child none = { .pidfd = -1, .fd = { -1, -1 } };
	char file[64];

	if (rig == &m->rig)
		rig_open(&m->rig);
	m->rig.shim = m->rig.console = m->verb = m->leaving = none;
	m->rig.ready = m->qemu = -1;
	snprintf(m->name, sizeof(m->name), "%s", name);
	snprintf(file, sizeof(file), "%s.conf", name);
	snprintf(m->file, sizeof(m->file), "%s", rig_write(rig, file, lines));
}

void member_run(struct member *m)
{
	if (m->rig.ready >= 0)
		close(m->rig.ready);
	m->rig.ready = -1;
	m->rig.ready_seen = 0;
	m->heard = 0;
	space_enter(m->space);
	rig_run(&m->rig, m->file, m->name);
	space_leave(m->space);
}

/* QEMU's and its helper's pid. Return: false: it does not say */
static bool ask(const struct member *m, pid_t *qemu, pid_t *helper)
{
	char error[SENTENCE_MAX];
	json_t *reply, *s;
	int r = client_call(m->name, "Status", NULL, STATUS_MS, &reply, error);

	if (r < 0)
		return false;
	s = json_object_get(reply, "status");
	*qemu = (pid_t)json_integer_value(json_object_get(s, "pid"));
	*helper = (pid_t)json_integer_value(json_object_get(s, "helper"));
	json_decref(reply);
	return *qemu > 0 && *helper > 0;
}

static void start_verb(struct member *m, const char *verb, const char *a,
		       const char *b)
{
	const char *const argv[] = { rig_program(), verb, m->name, a, b, NULL };

	child_close(&m->verb);
	assert_int_equal(child_start(&m->verb, argv, -1), 0);
}

static void begin(struct member *m, pid_t qemu)
{
	switch (m->how) {
	case RESTART_ANY:
		start_verb(m, "reboot", "--wait", NULL);
		break;
	case RESTART_FULL:
		start_verb(m, "reboot", "--full", "--wait");
		break;
	case RESTART_STOP:
		start_verb(m, "stop", NULL, NULL);
		break;
	case RESTART_KILL:
		kill(qemu, SIGKILL);
		break;
	case RESTART_BOTH:
	case RESTART_SHIM:
		orphan_crash(&m->rig);
		if (m->how == RESTART_BOTH) /* a child of ours now */
			kill(qemu, SIGKILL);
		member_run(m);
		break;
	case RESTARTS:
		break;
	}
}

static void forget_qemu(struct member *m)
{
	if (m->qemu >= 0)
		close(m->qemu);
	m->qemu = -1;
}

void member_restart(struct member *m, enum restart how, uint32_t hold_ms)
{
	pid_t qemu = 0, helper = 0;

	if (!ask(m, &qemu, &helper)) {
		if (!m->may_fail)
			rig_fail(&m->rig, "it serves, and does not say so");
		return;
	}
	m->begun = true;
	m->how = how;
	m->by_ms = child_deadline();
	m->rig.ready_seen = 0;
	m->heard = m->rig.shim.len[CHILD_ERR];
	m->held = how != RESTART_SHIM && held_try(helper) ? helper : 0;
	m->hold_ms = hold_ms;
	m->until_ms = INT64_MAX;
	m->qemu = sys_pidfd_open(qemu, 0);
	begin(m, qemu);
}

static void fail_or_count(struct member *m, const char *what)
{
	if (!m->may_fail) {
		print_error("%s, %s: %s", m->name, member_word(m->how),
			    m->verb.text[CHILD_ERR]);
		rig_fail(&m->rig, what);
	}
	m->failed++;
}

/* The answer to `stop`: the shim stays until the memory is back. */
static void run_beside(struct member *m)
{
	child_close(&m->leaving);
	m->leaving = m->rig.shim;
	memset(&m->rig.shim, 0, sizeof(m->rig.shim));
	member_run(m);
}

static void look_at_verb(struct member *m)
{
	if (!m->verb.ended)
		return;
	if (m->verb.code != 0)
		fail_or_count(m, "a verb failed");
	else if (m->how == RESTART_STOP)
		run_beside(m);
	child_close(&m->verb);
	m->verb.ended = false;
}

/* Its helper stands at its end from that of QEMU on; that of one which was
 * reset, and is ready again, does not end. */
static void look_at_drain(struct member *m)
{
	struct pollfd p = { m->qemu, POLLIN, 0 };

	if (m->qemu >= 0 && poll(&p, 1, 0) > 0) {
		forget_qemu(m);
		m->until_ms = child_now() + m->hold_ms;
	}
	if (m->rig.ready_seen && m->qemu >= 0)
		m->until_ms = 0;
	if (m->held && child_now() >= m->until_ms) {
		held_let_go(m->held);
		m->held = 0;
	}
}

static void look_at_shim(struct member *m)
{
	if (!m->rig.shim.ended)
		return;
	fail_or_count(m, "its shim ended");
	child_close(&m->rig.shim);
	member_run(m);
}

static void serve(struct member *m)
{
	const char *said = m->rig.shim.text[CHILD_ERR] + m->heard;

	m->begun = false;
	m->done[m->how]++;
	m->waited += strstr(said, "waits for memory") != NULL;
	forget_qemu(m);
}

void member_look(struct member *m)
{
	look_at_drain(m);
	look_at_verb(m);
	look_at_shim(m);
	if (m->begun && m->rig.ready_seen && !m->verb.pid && !m->held)
		serve(m);
	if (m->begun && child_now() > m->by_ms)
		rig_fail(&m->rig, member_word(m->how));
}

void member_hear(struct member *m)
{
	struct child *const all[] = { &m->rig.shim, &m->verb, &m->leaving };

	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		if (all[i]->pid)
			child_poll(all[i], -1, 0);
	rig_hear_ready(&m->rig);
}

nfds_t member_poll(const struct member *m, struct pollfd p[static MEMBER_FDS])
{
	const struct child *const all[] = { &m->rig.shim, &m->verb,
					    &m->leaving };
	nfds_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		if (!all[i]->pid)
			continue;
		p[n++] = (struct pollfd){ all[i]->pidfd, POLLIN, 0 };
		p[n++] = (struct pollfd){ all[i]->fd[CHILD_OUT], POLLIN, 0 };
		p[n++] = (struct pollfd){ all[i]->fd[CHILD_ERR], POLLIN, 0 };
	}
	p[n++] = (struct pollfd){ m->rig.ready, POLLIN, 0 };
	p[n++] = (struct pollfd){ m->qemu, POLLIN, 0 };
	return n;
}

bool member_knows(const struct member *m, pid_t pid)
{
	return pid == m->rig.shim.pid || pid == m->verb.pid ||
	       pid == m->leaving.pid || pid == m->held;
}

void member_close(struct member *m)
{
	forget_qemu(m);
	child_close(&m->verb);
	child_close(&m->leaving);
	child_close(&m->rig.shim);
	if (m->rig.ready >= 0)
		close(m->rig.ready);
	m->rig.ready = -1;
}
