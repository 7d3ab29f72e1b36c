// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/test_shim_generation.c - a process that cannot be watched
 *
 * A sleeping child stands for QEMU, and the loop has no slot left.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "host/config/appliance.h"
#include "host/launch/spawn.h"
#include "host/link/access.h"
#include "host/link/control.h"
#include "host/shim_impl.h"

static void on_nothing(void *ctx, uint32_t events)
{
	(void)ctx;
	(void)events;
}

/* @pipes: the descriptors that fill the loop, the caller's */
static void fill_loop(struct loop *l, int pipes[LOOP_SLOTS][2])
{
	assert_int_equal(loop_init(l), 0);
	for (int i = 0; i < LOOP_SLOTS; i++) {
		assert_int_equal(pipe2(pipes[i], O_CLOEXEC), 0);
		assert_true(loop_add(l, pipes[i][0], EPOLLIN, on_nothing,
				     NULL) >= 0);
	}
}

static void empty_loop(struct loop *l, int pipes[LOOP_SLOTS][2])
{
	loop_close(l);
	for (int i = 0; i < LOOP_SLOTS; i++) {
		close(pipes[i][0]);
		close(pipes[i][1]);
	}
}

static void qemu_that_cannot_be_watched_is_killed_and_reaped(void **state)
{
	static const struct appliance appliance = { .name = "guest" };
	static const struct shim_options options = { .appliance = &appliance };
	char sleep[] = "sleep", forever[] = "infinity";
	char *argv[] = { sleep, forever, NULL };
	const struct spawn what = { .argv = argv,
				    .output = STDERR_FILENO,
				    .cgroup = -1 };
	struct shim s = { .opt = &options, .process = { .helper_pidfd = -1 } };
	int pipes[LOOP_SLOTS][2], r;
	struct spawned made;

	(void)state;
	fill_loop(&s.loop, pipes);
	assert_int_equal(spawn_program(&what, NULL, false, &made), 0);
	s.process.pid = made.pid;
	s.process.pidfd = made.pidfd;
	r = shim_watch_process(&s);
	shim_end_unwatched(&s, r);
	assert_int_equal(r, -ENFILE);
	assert_int_equal(s.qemu_slot, -1);
	assert_int_equal(s.process.pidfd, -1);
	assert_int_equal(kill(made.pid, 0), -1);
	assert_int_equal(s.later_count, 1);
	assert_int_equal(s.later[0].type, EV_EXITED);
	assert_int_equal(s.later[0].wait_status, SIGKILL);
	empty_loop(&s.loop, pipes);
}

static struct control *idle_control(struct loop *l)
{
	static const struct control_ops ops = { 0 };
	static const struct access_rule rule = { 0 };
	struct control *c;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_true(control_open(&c, l, fd, &rule, &ops, NULL) >= 0);
	return c;
}

static void check_that_cannot_be_watched_is_reaped(void **state)
{
	static const struct appliance appliance = { .name = "guest" };
	static const struct shim_options options = { .appliance = &appliance };
	struct shim s = {
		.opt = &options,
		.handover = { .program = "/bin/true", .slot = -1, .output = -1 }
	};
	int pipes[LOOP_SLOTS][2];

	(void)state;
	fill_loop(&s.loop, pipes);
	loop_remove(&s.loop, 0);
	s.control = idle_control(&s.loop);
	shim_handover(&s, 0);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	assert_int_equal(s.handover.slot, -1);
	assert_int_equal(s.handover.process.pidfd, -1);
	assert_int_equal(s.handover.output, -1);
	control_close(s.control);
	empty_loop(&s.loop, pipes);
}

/* The next one may begin in the same step, and has a leaf of its own. */
static void closed_generation_leaves_no_trigger(void **state)
{
	static const struct shim_options options = { .tap_fd = -1 };
	struct shim s;
	int trigger[2];

	(void)state;
	shim_init(&s, &options);
	assert_int_equal(loop_init(&s.loop), 0);
	assert_int_equal(pipe2(trigger, O_CLOEXEC), 0);
	s.pressure_fd = trigger[0];
	s.pressure_slot =
		loop_add(&s.loop, trigger[0], EPOLLIN, on_nothing, NULL);
	assert_true(s.pressure_slot >= 0);
	shim_close_generation(&s);
	assert_int_equal(s.pressure_fd, -1);
	assert_int_equal(s.pressure_slot, -1);
	assert_int_equal(fcntl(trigger[0], F_GETFD), -1);
	close(trigger[1]);
	loop_close(&s.loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			qemu_that_cannot_be_watched_is_killed_and_reaped),
		cmocka_unit_test(check_that_cannot_be_watched_is_reaped),
		cmocka_unit_test(closed_generation_leaves_no_trigger),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
