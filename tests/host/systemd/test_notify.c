// SPDX-License-Identifier: Apache-2.0
#include "host/systemd/notify.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/host/scratch.h"

static struct scratch scratch;
static struct notify n;
static char error[SENTENCE_MAX], said[256];
static int manager = -1;

static int set_up(void **state)
{
	(void)state;
	scratch_make(&scratch);
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	notify_close(&n);
	close(manager);
	scratch_remove(&scratch);
	return 0;
}

static void listen_on_path(void)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	char path[SCRATCH_PATH];

	scratch_path(&scratch, "notify", path);
	assert_true(strlen(path) < sizeof(sun.sun_path));
	memcpy(sun.sun_path, path, strlen(path));
	assert_int_equal(bind(manager, (struct sockaddr *)&sun, sizeof(sun)),
			 0);
	setenv("NOTIFY_SOCKET", path, 1);
}

static const char *heard(void)
{
	ssize_t len = recv(manager, said, sizeof(said) - 1, 0);

	said[len > 0 ? len : 0] = '\0';
	return said;
}

static void no_socket_is_nobody_to_tell(void **state)
{
	(void)state;
	setenv("WATCHDOG_USEC", "1000000", 1);
	assert_int_equal(notify_open(&n, error), 0);
	assert_int_equal(n.fd, -1);
	assert_int_equal(n.watchdog_us, 0);
	assert_int_equal(notify_send(&n, "READY=1"), 0);
}

static void time_is_asked_for_with_a_margin(void **state)
{
	(void)state;
	listen_on_path();
	assert_int_equal(notify_open(&n, error), 0);
	assert_int_equal(notify_extend(&n, 90000), 0);
	assert_string_equal(heard(), "EXTEND_TIMEOUT_USEC=100000000");
}

static void message_arrives_by_path(void **state)
{
	(void)state;
	listen_on_path();
	assert_int_equal(notify_open(&n, error), 0);
	assert_int_equal(notify_send(&n, "READY=1\nSTATUS=x"), 0);
	assert_string_equal(heard(), "READY=1\nSTATUS=x");
}

static void message_arrives_by_abstract_name(void **state)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	char name[64];
	int len =
		snprintf(name, sizeof(name), "@reprise-test-%d", (int)getpid());

	(void)state;
	memcpy(sun.sun_path + 1, name + 1, (size_t)len - 1);
	assert_int_equal(
		bind(manager, (struct sockaddr *)&sun,
		     (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
				 (size_t)len)),
		0);
	setenv("NOTIFY_SOCKET", name, 1);
	assert_int_equal(notify_open(&n, error), 0);
	assert_int_equal(notify_send(&n, "READY=1"), 0);
	assert_string_equal(heard(), "READY=1");
}

static void environment_is_kept_from_qemu(void **state)
{
	char pid[16];

	(void)state;
	listen_on_path();
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	setenv("WATCHDOG_USEC", "3000000", 1);
	setenv("WATCHDOG_PID", pid, 1);
	assert_int_equal(notify_open(&n, error), 0);
	assert_int_equal(n.watchdog_us, 3000000);
	assert_null(getenv("NOTIFY_SOCKET"));
	assert_null(getenv("WATCHDOG_USEC"));
	assert_null(getenv("WATCHDOG_PID"));
}

static void watchdog_of_another_process_is_not_ours(void **state)
{
	(void)state;
	listen_on_path();
	setenv("WATCHDOG_USEC", "3000000", 1);
	setenv("WATCHDOG_PID", "1", 1);
	assert_int_equal(notify_open(&n, error), 0);
	assert_int_equal(n.watchdog_us, 0);
}

static void garbage_for_a_period_is_none(void **state)
{
	(void)state;
	listen_on_path();
	setenv("WATCHDOG_USEC", "3s", 1);
	assert_int_equal(notify_open(&n, error), 0);
	assert_int_equal(n.watchdog_us, 0);
}

static void socket_of_another_kind_is_refused(void **state)
{
	static const char *const bad[] = { "", "@", "relative",
					   "vsock:2:1234" };
	char endless[200];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		setenv("NOTIFY_SOCKET", bad[i], 1);
		assert_int_equal(notify_open(&n, error), -EINVAL);
		assert_non_null(strstr(error, "NOTIFY_SOCKET is '"));
		assert_null(getenv("NOTIFY_SOCKET"));
	}
	memset(endless, '/', sizeof(endless) - 1);
	endless[sizeof(endless) - 1] = '\0';
	setenv("NOTIFY_SOCKET", endless, 1);
	assert_int_equal(notify_open(&n, error), -EINVAL);
}

static void manager_that_has_gone_is_an_error_and_no_signal(void **state)
{
	char path[SCRATCH_PATH];

	(void)state;
	scratch_path(&scratch, "gone", path);
	setenv("NOTIFY_SOCKET", path, 1);
	assert_int_equal(notify_open(&n, error), 0);
	assert_int_equal(notify_send(&n, "READY=1"), -ENOENT);
}

static void manager_that_does_not_read_is_never_waited_for(void **state)
{
	int r = 0;

	(void)state;
	listen_on_path();
	assert_int_equal(notify_open(&n, error), 0);
	for (int i = 0; i < 100000 && r == 0; i++)
		r = notify_send(&n, "WATCHDOG=1");
	assert_int_equal(r, -EAGAIN);
}

#define ONE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ONE(no_socket_is_nobody_to_tell),
		ONE(message_arrives_by_path),
		ONE(time_is_asked_for_with_a_margin),
		ONE(message_arrives_by_abstract_name),
		ONE(environment_is_kept_from_qemu),
		ONE(watchdog_of_another_process_is_not_ours),
		ONE(garbage_for_a_period_is_none),
		ONE(socket_of_another_kind_is_refused),
		ONE(manager_that_has_gone_is_an_error_and_no_signal),
		ONE(manager_that_does_not_read_is_never_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
