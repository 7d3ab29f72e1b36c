// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/test_operator.c - ends that begin outside the guest
 */
#include "tests/integration/both.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/sys.h"
#include "host/config/runtime.h"
#include "host/sentence.h"

static const char never[] = "[restart]\npolicy = never\n";

/* Send a Varlink call and do not wait. Return: its connection */
static int begin_call(struct rig *r, const char *method)
{
	char error[SENTENCE_MAX], text[128];
	int n = snprintf(text, sizeof(text), "{\"method\":\"io.reprise.%s\"}",
			 method);
	int fd = runtime_dial(r->name, RUNTIME_CONTROL, error);

	if (fd < 0)
		rig_fail(r, error);
	assert_int_equal(send(fd, text, (size_t)n + 1, 0), n + 1);
	return fd;
}

/* All that comes until the shim hangs up. */
static void end_call(int fd, const char *part)
{
	char text[8192];
	size_t len = 0;
	ssize_t n;

	while ((n = recv(fd, text + len, sizeof(text) - 1 - len, 0)) > 0)
		len += (size_t)n;
	text[len] = '\0';
	close(fd);
	assert_non_null(strstr(text, part));
}

/*
 * In place of QEMU a shell that becomes it once it reads a line, and that has
 * come so far. Return: where the line is to be written
 */
static int run_behind_gate(struct both *b)
{
	int64_t end_ms = child_deadline();
	char gate[128], text[512];
	struct rig *r = &b->rig;
	const char *shell;
	int fd;

	snprintf(gate, sizeof(gate), "%s/gate", r->dir);
	assert_int_equal(mkfifo(gate, 0600), 0);
	snprintf(text, sizeof(text),
		 "#!/bin/sh\ncase $* in *-kernel*) read -r _ <%s ;; esac\n"
		 "exec qemu-system-%s \"$@\"\n",
		 gate, b->arch);
	shell = rig_write(r, "qemu", text);
	assert_int_equal(chmod(shell, 0755), 0);
	snprintf(text, sizeof(text), "qemu = %s\n", shell);
	rig_run_file(r, rig_image(b->arch, "guest"), text);
	while ((fd = open(gate, O_WRONLY | O_NONBLOCK | O_CLOEXEC)) < 0) {
		if (r->shim.ended || child_left(end_ms) == 0)
			rig_fail(r, "nobody is at the gate");
		child_poll(&r->shim, -1, child_now() + 10);
	}
	return fd;
}

static void stop_before_hello_waits_for_the_agent(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;
	int gate = run_behind_gate(b);
	int call = begin_call(r, "Stop");

	/* asked for after the stop: so that was before HELLO too */
	assert_string_equal(rig_word(r, "agent"), "not heard yet");
	assert_int_equal(write(gate, "\n", 1), 1);
	close(gate);
	rig_assert_end(r, 0);
	rig_await_said(r, "clean power-off");
	end_call(call, "\"clean power-off\"");
	rig_assert_nothing_left(r);
}

static void signal_to_qemu(struct rig *r, int sig)
{
	int fd = sys_pidfd_open((pid_t)rig_number(r, "pid"), 0);

	assert_true(fd >= 0);
	assert_int_equal(sys_pidfd_send_signal(fd, sig), 0);
	close(fd);
}

static void sigterm_to_shim_stops_the_guest_cleanly(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;

	rig_run(r, rig_image(b->arch, "guest"), "guest");
	rig_await_ready(r);
	sys_pidfd_send_signal(r->shim.pidfd, SIGTERM);
	rig_assert_end(r, 0);
	rig_await_said(r, "clean power-off");
	rig_assert_nothing_left(r);
}

/* As a launcher does that waits for the first READY and goes on. */
static void reader_of_ready_that_leaves_harms_nothing(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;

	rig_run(r, rig_image(b->arch, "guest"), "guest");
	rig_await_ready(r);
	close(r->ready);
	r->ready = -1;
	RIG_DO(r, "reboot", "guest", "--wait");
	assert_int_equal(rig_number(r, "boot"), 2);
	RIG_DO(r, "stop", "guest");
	rig_assert_end(r, 0);
	rig_assert_nothing_left(r);
}

static void qemu_killed_is_started_anew(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;
	json_int_t qemu;

	rig_run(r, rig_image(b->arch, "guest"), "guest");
	rig_await_ready(r);
	qemu = rig_number(r, "pid");
	signal_to_qemu(r, SIGKILL);
	rig_await_ready(r);
	assert_string_equal(rig_last(r, "cause"), "QEMU killed");
	assert_string_equal(rig_last(r, "strategy"), "overlap");
	assert_int_equal(rig_number(r, "generation"), 2);
	assert_true(rig_number(r, "pid") != qemu);
	RIG_DO(r, "stop", "guest");
	rig_assert_end(r, 0);
	rig_assert_nothing_left(r);
}

static void qemu_ended_with_restart_never_is_the_exit_code(void **state)
{
	static const struct {
		int sig, code;
		const char *cause;
	} ends[] = {
		{ SIGKILL, 81, "QEMU killed: somebody killed QEMU (SIGKILL)" },
		{ SIGTERM, 79, "QEMU was told to end" },
		{ SIGSEGV, 88,
		  "QEMU crashed: QEMU ended by a fault of its own (SIGSEGV)" },
		{ SIGABRT, 88,
		  "QEMU crashed: QEMU ended by a fault of its own (SIGABRT)" },
	};
	struct both *b = *state;
	struct rig *r = &b->rig;

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		rig_close(r);
		rig_open(r);
		rig_run_file(r, rig_image(b->arch, "guest"), never);
		rig_await_ready(r);
		signal_to_qemu(r, ends[i].sig);
		rig_assert_end(r, ends[i].code);
		rig_await_said(r, ends[i].cause);
		rig_await_said(r, "its restart policy forbids another start");
		rig_assert_nothing_left(r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(stop_before_hello_waits_for_the_agent),
		ON_BOTH(sigterm_to_shim_stops_the_guest_cleanly),
		ON_BOTH(reader_of_ready_that_leaves_harms_nothing),
		ON_BOTH(qemu_killed_is_started_anew),
		ON_BOTH(qemu_ended_with_restart_never_is_the_exit_code),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
