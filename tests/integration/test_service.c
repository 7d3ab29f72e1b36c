// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/test_service.c - what a service manager hears
 *
 * The test is the manager: a real datagram socket, and the environment that
 * systemd gives a service of Type=notify with a watchdog.
 */
#include "tests/integration/both.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/sys.h"

static int manager = -1;
static char heard[65536]; /* all messages, each begun with '|' */
static size_t heard_len;

static void run_as_service(struct rig *r, const char *image)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };

	if (manager >= 0)
		close(manager);
	heard_len = 0;
	heard[0] = '\0';
	manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s/notify", r->dir);
	assert_int_equal(bind(manager, (struct sockaddr *)&sun, sizeof(sun)),
			 0);
	setenv("NOTIFY_SOCKET", sun.sun_path, 1);
	setenv("WATCHDOG_USEC", "500000", 1);
	rig_run(r, image, "guest");
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
}

static void hear(void)
{
	ssize_t n;

	while (heard_len + 2 < sizeof(heard) &&
	       (n = recv(manager, heard + heard_len + 1,
			 sizeof(heard) - heard_len - 2, 0)) > 0) {
		heard[heard_len] = '|';
		heard_len += (size_t)n + 1;
		heard[heard_len] = '\0';
	}
}

/* Wait for @words somewhere after @from. Return: where they end */
static size_t await_words(struct rig *r, size_t from, const char *words)
{
	int64_t end_ms = child_deadline();
	const char *at;

	for (;;) {
		hear();
		at = strstr(heard + from, words);
		if (at)
			return (size_t)(at - heard) + strlen(words);
		if (r->shim.ended || !child_poll(&r->shim, manager, end_ms))
			rig_fail(r, words);
	}
}

static unsigned int count(const char *words)
{
	unsigned int n = 0;

	for (const char *at = heard; (at = strstr(at, words)); at++)
		n++;
	return n;
}

static void ready_and_stopping_come_when_they_are_true(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;
	size_t at;

	run_as_service(r, rig_image(b->arch, "guest"));
	at = await_words(r, 0, "EXTEND_TIMEOUT_USEC="); /* it may take long */
	await_words(r, 0, "STATUS=booting; generation 1, boot 1\n");
	at = await_words(r, at, "READY=1\n");
	assert_string_equal(rig_word(r, "state"), "serving");
	RIG_DO(r, "reboot", "guest", "--in-place", "--wait");
	at = await_words(r, at,
			 "STATUS=serving; generation 1, boot 2; "
			 "before that: clean reboot\n");
	assert_null(strstr(heard, "STOPPING=1"));
	sys_pidfd_send_signal(r->shim.pidfd, SIGTERM);
	at = await_words(r, at, "STOPPING=1\n");
	await_words(r, at, "EXTEND_TIMEOUT_USEC=");
	await_words(r, at, "STATUS=ended; "); /* read, or its queue is full */
	assert_int_equal(rig_await_end(r), 0);
	assert_int_equal(count("READY=1"), 1);
	assert_int_equal(count("STOPPING=1"), 1);
	rig_assert_nothing_left(r);
}

static bool environment_has(struct rig *r, const char *key)
{
	char path[64], text[8192];
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/environ",
		 (int)rig_number(r, "pid"));
	f = fopen(path, "re");
	assert_non_null(f);
	n = fread(text, 1, sizeof(text), f);
	fclose(f);
	return memmem(text, n, key, strlen(key));
}

/* Neither the guest nor QMP answers, until QEMU is killed. */
static void watchdog_is_fed_while_qemu_is_deaf(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;
	size_t at;
	int qemu;

	run_as_service(r, rig_image(b->arch, "guest"));
	await_words(r, 0, "READY=1\n");
	assert_false(environment_has(r, "NOTIFY_SOCKET"));
	qemu = sys_pidfd_open((pid_t)rig_number(r, "pid"), 0);
	assert_int_equal(sys_pidfd_send_signal(qemu, SIGSTOP), 0);
	close(qemu);
	sys_pidfd_send_signal(r->shim.pidfd, SIGTERM);
	at = await_words(r, 0, "STOPPING=1\n");
	for (int i = 0; i < 4; i++)
		at = await_words(r, at, "|WATCHDOG=1");
	await_words(r, at, "EXTEND_TIMEOUT_USEC=");
	assert_true(rig_await_end(r) >= 64);
	rig_assert_nothing_left(r);
}

static void manager_that_is_gone_harms_nothing(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;

	run_as_service(r, rig_image(b->arch, "guest"));
	close(manager);
	manager = -1;
	rig_await_ready(r);
	RIG_DO(r, "stop", "guest");
	assert_int_equal(rig_await_end(r), 0);
	rig_assert_nothing_left(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(ready_and_stopping_come_when_they_are_true),
		ON_BOTH(watchdog_is_fed_while_qemu_is_deaf),
		ON_ONE(manager_that_is_gone_harms_nothing, x86_64),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
