// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/test_shim.c - what becomes an event, and when
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/wire.h"
#include "host/clock.h"
#include "host/config/appliance.h"
#include "host/config/runtime.h"
#include "host/link/agent.h"
#include "host/shim_impl.h"
#include "host/systemd/notify.h"

static void later_one_of_each_type_fits(void **state)
{
	struct shim s = { .later_count = 0 };

	(void)state;
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < LC_EVENTS; i++)
			shim_later_type(&s, (enum lc_event_type)i);
	assert_int_equal(s.later_count, LC_EVENTS);
	for (int i = 0; i < LC_EVENTS; i++)
		assert_int_equal(s.later[i].type, i);
}

static void
later_two_of_a_type_are_the_second_in_place_of_the_first(void **state)
{
	const struct lc_event first = { .type = EV_CPU, .cpu_us = 1 },
			      second = { .type = EV_CPU, .cpu_us = 2 };
	struct shim s = { .later_count = 0 };

	(void)state;
	shim_later(&s, &first);
	shim_later_type(&s, EV_QMP_LOST);
	shim_later(&s, &second);
	assert_int_equal(s.later_count, 2);
	assert_int_equal(s.later[0].type, EV_CPU);
	assert_int_equal(s.later[0].cpu_us, 2);
	assert_int_equal(s.later[1].type, EV_QMP_LOST);
}

/* QEMU has gone, its memory is not back: the passage is told already. */
static void answer_before_the_memory_is_back_has_the_lines_of_its_end(void **s)
{
	struct shim shim = { .console_last = json_pack("[s]", "before"),
			     .console_now = json_pack("[s]", "last words") };

	(void)s;
	shim_answer_gone(&shim);
	assert_true(json_equal(shim.console_last, shim.console_now));
	json_decref(shim.console_last);
	json_decref(shim.console_now);
}

static void hear_frame(void *ctx, const struct msg *m)
{
	const struct lc_event ev = { .type = EV_AGENT, .msg = m };

	shim_step(ctx, &ev);
}

/* A shim whose guest has been silent for too long, as far as it has read. */
static void begin_silence(struct shim *s, int port)
{
	static const struct appliance appliance = { .name = "guest" };
	static const struct notify nobody = { .fd = -1 };
	static struct runtime runtime = { .qemu_log = -1, .qmp_log = -1 };
	static const struct shim_options options = { .appliance = &appliance,
						     .runtime = &runtime };
	const struct lc_config cfg = { .heartbeat_ms = 5000 };

	*s = (struct shim){ .opt = &options,
			    .qemu_slot = -1,
			    .helper_slot = -1,
			    .timer_fd = -1,
			    .log_fd = -1,
			    .process = PROCESS_NONE,
			    .promise = { .fd = -1 },
			    .service = { .notify = &nobody },
			    .pressure_fd = -1,
			    .pressure_slot = -1,
			    .record_told = true };
	lifecycle_init(&s->lc, &cfg);
	s->lc.state = LC_SERVING;
	s->lc.epoch.id = 1;
	s->lc.epoch.stage = STAGE_READY;
	s->lc.deadline_us = 1;
	assert_int_equal(loop_init(&s->loop), 0);
	assert_int_equal(agent_open(&s->agent, &s->loop, hear_frame, s), 0);
	assert_int_equal(agent_attach(s->agent, port), 0);
}

static void end_silence(struct shim *s)
{
	agent_close(s->agent);
	loop_close(&s->loop);
}

/* Neither was run for as long as that; and it is not in the first bytes. */
static void deadline_with_a_heartbeat_unread_is_no_silence(void **state)
{
	struct msg beat = { .type = MSG_HEARTBEAT, .epoch = 1, .seq = 1 };
	uint8_t noise[2 * WIRE_FRAME_MAX], frame[WIRE_FRAME_MAX];
	size_t n = msg_write(&beat, frame);
	struct shim s;
	int port[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, port), 0);
	begin_silence(&s, port[0]);
	memset(noise, 0xa5, sizeof(noise));
	assert_int_equal(write(port[1], noise, sizeof(noise)), sizeof(noise));
	assert_int_equal(write(port[1], frame, n), n);
	shim_overdue(&s);
	assert_false(s.lc.epoch.silent);
	assert_true(s.lc.deadline_us > clock_us());
	end_silence(&s);
	close(port[1]);
}

static void deadline_with_nothing_unread_is_silence(void **state)
{
	struct shim s;
	int port[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, port), 0);
	begin_silence(&s, port[0]);
	shim_overdue(&s);
	assert_true(s.lc.epoch.silent);
	end_silence(&s);
	close(port[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			answer_before_the_memory_is_back_has_the_lines_of_its_end),
		cmocka_unit_test(later_one_of_each_type_fits),
		cmocka_unit_test(
			deadline_with_a_heartbeat_unread_is_no_silence),
		cmocka_unit_test(deadline_with_nothing_unread_is_silence),
		cmocka_unit_test(
			later_two_of_a_type_are_the_second_in_place_of_the_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
