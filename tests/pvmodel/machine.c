// SPDX-License-Identifier: Apache-2.0
/*
 * tests/pvmodel/machine.c - run states, resets, the end
 *
 * With -action reboot=shutdown,shutdown=pause an end that the guest begins is
 * SHUTDOWN and STOP, and the machine waits; system_reset then makes it ready
 * to run again, and cont runs it. The guest's first instruction comes a moment
 * after cont, or boot=MS; one that was paused before begins to boot anew. A
 * firmware that resets once more does so in that moment.
 */
#include "tests/pvmodel/model.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

enum { BOOT_NS = 10000000 };

static json_t *why(bool guest, const char *reason)
{
	return json_pack("{s:b, s:s}", "guest", (int)guest, "reason", reason);
}

static void on_boot(void *ctx, uint32_t events)
{
	struct model *m = ctx;
	uint64_t ticks;

	(void)events;
	if (read(m->machine.timer_fd, &ticks, sizeof(ticks)) < 0 ||
	    m->machine.state != RUNNING)
		return;
	if (m->machine.resets &&
	    m->machine.firmware_resets < m->script.firmware_resets) {
		m->machine.firmware_resets++;
		machine_guest_ends(m, true);
	} else {
		m->machine.firmware_resets = 0;
		if (secure_boot(m))
			guest_boot(m);
		else
			machine_guest_panics(m);
	}
}

int machine_open(struct model *m)
{
	m->machine.timer_fd =
		timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (m->machine.timer_fd < 0)
		return -errno;
	m->machine.reboot_resets = !m->line.reboot_pauses;
	return loop_add(&m->loop, m->machine.timer_fd, EPOLLIN, on_boot, m);
}

const char *machine_state(const struct model *m)
{
	static const char *const names[] = {
		[PRELAUNCH] = "prelaunch",     [RUNNING] = "running",
		[PAUSED] = "paused",	       [STOPPED] = "shutdown",
		[PANICKED] = "guest-panicked",
	};

	return names[m->machine.state];
}

bool machine_cont(struct model *m)
{
	unsigned int ms = m->script.boot_ms;
	const struct itimerspec t = {
		.it_value = { .tv_sec = ms / 1000,
			      .tv_nsec = ms ? ms % 1000 * 1000000L : BOOT_NS },
	};

	if (m->machine.state == STOPPED || m->machine.state == PANICKED)
		return false; /* "Resetting the Virtual Machine is required" */
	if (m->machine.state == RUNNING)
		return true;
	m->machine.state = RUNNING;
	monitor_event(m, "RESUME", NULL);
	if (!m->guest.up)
		timerfd_settime(m->machine.timer_fd, 0, &t, NULL);
	return true;
}

void machine_stop(struct model *m)
{
	const struct itimerspec never = { 0 };

	if (m->machine.state != RUNNING)
		return;
	timerfd_settime(m->machine.timer_fd, 0, &never, NULL);
	m->machine.state = PAUSED;
	monitor_event(m, "STOP", NULL);
}

static void stop(struct model *m, bool guest, const char *reason)
{
	monitor_event(m, "SHUTDOWN", why(guest, reason));
	if (m->script.double_shutdown)
		monitor_event(m, "SHUTDOWN", why(guest, reason));
	m->machine.state = STOPPED;
	monitor_event(m, "STOP", NULL);
	secure_stop(m);
}

void machine_guest_ends(struct model *m, bool reset)
{
	guest_stop(m);
	if (!m->line.shutdown_pauses)
		machine_quit(m, reset ? "guest-reset" : "guest-shutdown");
	stop(m, true, reset ? "guest-reset" : "guest-shutdown");
}

/* The boot loader of a secure image, if its own instruction has failed. */
void machine_guest_panics(struct model *m)
{
	monitor_event(m, "GUEST_PANICKED",
		      json_pack("{s:s, s:{s:s, s:i, s:i, s:i, s:s}}", "action",
				"pause", "info", "type", "s390", "core", 0,
				"psw-mask", 0, "psw-addr", 0x1234, "reason",
				"disabled-wait"));
	m->machine.state = PANICKED;
	monitor_event(m, "STOP", NULL);
}

bool machine_reset(struct model *m)
{
	if (m->script.refuses_reset)
		return false;
	if (monitor_waits(m, WAIT_RESET) && m->monitor.in >= 0) {
		m->machine.reset_waits = true;
		return true;
	}
	guest_stop(m);
	if (!m->machine.reboot_resets) {
		stop(m, false, "host-qmp-system-reset");
		return true;
	}
	m->machine.resets++;
	fprintf(stderr, "pvmodel: reset %u\n", m->machine.resets);
	secure_reset(m);
	m->machine.state = PRELAUNCH;
	monitor_event(m, "RESET", why(false, "host-qmp-system-reset"));
	return true;
}

void machine_alone(struct model *m)
{
	if (m->machine.reset_waits)
		machine_reset(m);
	m->machine.reset_waits = false;
}

void machine_set_reboot(struct model *m, const char *action)
{
	m->machine.reboot_resets = strcmp(action, "reset") == 0;
}

void machine_quit(struct model *m, const char *reason)
{
	monitor_event(m, "SHUTDOWN", why(false, reason));
	secure_exit(m);
	if (m->script.nameless_end)
		nameless_end();
	_exit(0);
}
