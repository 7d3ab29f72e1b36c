// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/core/lifecycle_drive.c - walk a lifecycle with one call an event
 */
#include "tests/host/core/lifecycle_drive.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static enum admission ask_ledger(const struct drive *d)
{
	if (d->room == ROOM_FOR_NONE)
		return NEVER;
	return d->room == ROOM_FOR_ONE && d->lc.memory_out ? WAIT_FOR_DRAIN
							   : ADMIT;
}

/* What the shell answers at once. Return: the acts that come of it */
static uint32_t answer(struct drive *d, uint32_t acts)
{
	const struct lc_event cpu = { .type = EV_CPU, .cpu_us = d->cpu_us };
	const struct lc_event room = { .type = EV_ADMISSION,
				       .admission = ask_ledger(d),
				       .said = "its numbers",
				       .full = d->full };

	const struct lc_event look = { .type = EV_CLEANUP, .sight = d->sight };
	const struct lc_event *ev = &room;

	if (acts & ACT_LOOK)
		ev = &look;
	else if (acts & ACT_MEASURE)
		ev = &cpu;
	return lifecycle_step(&d->lc, ev, d->now_us);
}

static void step(struct drive *d, const struct lc_event *ev)
{
	const uint32_t asks = ACT_MEASURE | ACT_LOOK | ACT_ADMIT;
	uint32_t acts;

	d->now_us += 100;
	d->cpu_us += d->busy ? 1000 : 0;
	acts = lifecycle_step(&d->lc, ev, d->now_us);
	d->acts = acts;
	while (acts & asks) {
		acts = answer(d, acts);
		d->acts |= acts;
	}
	d->acts &= ~asks;
}

void drive_init(struct drive *d)
{
	static const struct lc_config cfg = {
		.boot_ms = 60000,
		.grace_ms = 10000,
		.heartbeat_ms = 5000,
		.ask_ms = 5000,
		.commit_ms = 5000,
		.exit_ms = 5000,
		.destroy_ms = 60000,
		.restart_clean = true,
		.restart_crashed = true,
		.crash_limit = 3,
		.crash_window_ms = 300000,
		.backoff_ms = 1000,
		.backoff_max_ms = 3000,
		.admission_ms = 600000,
	};

	*d = (struct drive){ .now_us = 1000000, .cpu_us = 5000 };
	lifecycle_init(&d->lc, &cfg);
}

void drive_type(struct drive *d, enum lc_event_type type)
{
	const struct lc_event ev = { .type = type };

	step(d, &ev);
}

void drive_end(struct drive *d, enum vm_end end)
{
	const struct lc_event ev = { .type = EV_SHUTDOWN, .end = end };

	step(d, &ev);
}

void drive_exit(struct drive *d, int wait_status)
{
	const struct lc_event ev = { .type = EV_EXITED,
				     .wait_status = wait_status };

	step(d, &ev);
}

void drive_wish(struct drive *d, enum wish wish)
{
	const struct lc_event ev = { .type = EV_WISH, .wish = wish };

	step(d, &ev);
}

void drive_say(struct drive *d, enum msg_type type, enum intent intent)
{
	struct msg m = { .type = (uint8_t)type, .epoch = d->epoch };
	const struct lc_event ev = { .type = EV_AGENT, .msg = &m };

	if (type == MSG_HELLO) {
		memcpy(m.hello.image, d->image, sizeof(m.hello.image));
		m.hello.secure = d->secure;
	}
	if (type == MSG_INTENT)
		m.intent.intent = (uint8_t)intent;
	if (type == MSG_QUIESCED)
		m.quiesced.intent = (uint8_t)intent;
	step(d, &ev);
}

void drive_msg(struct drive *d, const struct msg *m)
{
	const struct lc_event ev = { .type = EV_AGENT, .msg = m };

	step(d, &ev);
}

void drive_hello(struct drive *d)
{
	d->epoch++;
	drive_say(d, MSG_HELLO, INTENT_NONE);
}

void drive_hello_again(struct drive *d, enum guest_phase phase,
		       enum intent intent)
{
	struct msg m = { .type = MSG_HELLO, .epoch = d->epoch };

	m.hello.phase = (uint8_t)phase;
	m.hello.intent = (uint8_t)intent;
	drive_msg(d, &m);
}

void drive_adopt(struct drive *d, const struct lc_left *left)
{
	const struct lc_event ev = { .type = EV_ADOPT, .left = left };
	const struct lc_config cfg = d->lc.cfg;

	lifecycle_init(&d->lc, &cfg);
	step(d, &ev);
}

void drive_crash(struct drive *d, bool recorded)
{
	const struct lc_left left = {
		.saved = recorded ? &d->saved : NULL,
		.qemu = true,
		.same_image = recorded,
	};

	lifecycle_save(&d->lc, &d->saved);
	drive_adopt(d, &left);
	assert_int_equal(d->acts, ACT_CONNECT);
	assert_int_equal(d->lc.state, LC_ADOPTING);
	drive_type(d, EV_UP);
	assert_int_equal(d->acts, ACT_CLAIM);
}

void drive_remains(struct drive *d, bool memory)
{
	const struct lc_left left = { .saved = &d->saved, .memory = memory };

	lifecycle_save(&d->lc, &d->saved);
	drive_adopt(d, &left);
}

void drive_handed_over(struct drive *d)
{
	const struct lc_left left = { .saved = &d->saved, .handed_over = true };

	lifecycle_save(&d->lc, &d->saved);
	drive_adopt(d, &left);
}

void drive_found(struct drive *d, enum vm_found vm)
{
	const struct lc_event ev = { .type = EV_FOUND, .vm = vm };

	step(d, &ev);
}

void drive_wait(struct drive *d, uint64_t ms)
{
	d->now_us += ms * 1000;
	drive_type(d, EV_DEADLINE);
}

void drive_serving(struct drive *d)
{
	drive_type(d, EV_START);
	drive_type(d, EV_UP);
	drive_hello(d);
	drive_say(d, MSG_READY, INTENT_NONE);
}

struct drive drive_to_booting(void)
{
	struct drive d;

	drive_init(&d);
	drive_type(&d, EV_START);
	drive_type(&d, EV_UP);
	return d;
}

struct drive drive_to_serving(void)
{
	struct drive d;

	drive_init(&d);
	drive_serving(&d);
	return d;
}

void drive_quiesce(struct drive *d, enum intent intent)
{
	drive_say(d, MSG_INTENT, intent);
	drive_say(d, MSG_QUIESCED, intent);
	drive_end(d, intent == INTENT_POWEROFF ? END_SHUTDOWN : END_RESET);
	drive_type(d, EV_STOP);
}

void drive_judged(struct drive *d, enum intent intent)
{
	drive_quiesce(d, intent);
	drive_type(d, EV_STATUS);
}

struct drive drive_second_launching(void)
{
	struct drive d = drive_to_serving();

	d.room = ROOM_FOR_TWO;
	drive_wish(&d, WISH_FULL);
	drive_judged(&d, INTENT_REBOOT);
	drive_exit(&d, 0);
	assert_int_equal(d.lc.state, LC_LAUNCHING);
	return d;
}

struct drive drive_second_booting(void)
{
	struct drive d = drive_second_launching();

	drive_type(&d, EV_UP);
	assert_int_equal(d.lc.state, LC_BOOTING);
	return d;
}

struct drive drive_second_paused(void)
{
	struct drive d = drive_second_booting();

	drive_wait(&d, 20000); /* of 60 */
	drive_type(&d, EV_PRESSURE);
	assert_int_equal(d.acts, ACT_PAUSE);
	drive_type(&d, EV_STOP);
	assert_int_equal(d.acts, 0);
	assert_int_equal(d.lc.state, LC_PAUSED);
	return d;
}
