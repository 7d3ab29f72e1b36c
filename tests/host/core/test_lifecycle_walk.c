// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/core/test_lifecycle_walk.c - rules that hold in every state
 *
 * A long walk: any event, in any state, at any time, from a generator with a
 * fixed seed, and now and then the one that goes on, else no walk would get
 * far; after each step the rules of the gate are checked by an observer that
 * keeps its own books. The shim may die at any step, its record written or
 * lost; the next one adopts, and the books go on.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "host/core/adopt.h"
#include "tests/host/core/lifecycle_drive.h"

enum { WALKS = 4000, STEPS = 250, DEATHS = 40 };

struct books {
	bool qemu;   /* a QEMU runs */
	bool memory; /* of some QEMU that ended is still held */
	uint64_t epoch;
	bool stopped;		/* STOP came since the guest last ran */
	bool committed;		/* a COMMIT was sent in this epoch */
	bool reset_once;	/* since then one reset was granted */
	uint32_t asked[WISHES]; /* calls without an answer */
	uint64_t visited;	/* states, a set */
	uint64_t answers;
	uint64_t adopted; /* a QEMU of an earlier shim */
	uint64_t kept;	  /* in-place resets in such a one */
	uint64_t overlaps;
	bool held; /* ACT_PAUSE was said, and nothing that ends it */
	uint64_t pauses;
};

static uint32_t draw(uint64_t *seed, uint32_t below)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return (uint32_t)(*seed >> 33) % below;
}

/* Only a first boot beside a drain is paused, and never one that serves. */
static void check_pause(struct books *b, const struct drive *d,
			enum lc_state before)
{
	const struct lifecycle *lc = &d->lc;

	if (b->held && d->acts & ACT_CONT) /* else its STOP would be an end */
		assert_true(b->stopped);
	if (d->acts & (ACT_CONT | ACT_RUN | ACT_LAUNCH))
		b->held = false;
	if (d->acts & ACT_PAUSE) {
		assert_true(b->memory);
		assert_int_equal(before, LC_BOOTING);
		assert_int_equal(lc->served_us, 0);
		b->held = true;
		b->pauses++;
	}
	if (b->held && b->stopped && lc->state < LC_JUDGING)
		assert_true(lc->state <= LC_LAUNCHING);
}

static void check_step(struct books *b, const struct drive *d,
		       enum lc_state before)
{
	const struct lifecycle *lc = &d->lc;

	b->visited |= 1ULL << lc->state;
	if (d->acts & ACT_LAUNCH) {
		assert_false(b->qemu);
		if (!lc->cfg.start_late) /* else it may begin without */
			assert_true(d->room == ROOM_FOR_TWO ||
				    (d->room == ROOM_FOR_ONE && !b->memory));
		b->overlaps += b->memory;
		b->qemu = true;
	}
	if (lc->epoch.id && lc->epoch.id != b->epoch)
		b->committed = b->reset_once = false;
	b->epoch = lc->epoch.id;
	if (d->acts & ACT_COMMIT)
		b->committed = true;
	if (d->acts & ACT_RESET)
		assert_true(b->stopped);
	check_pause(b, d, before);
	if (d->acts & (ACT_CONT | ACT_RUN))
		b->stopped = false;
	if (d->acts & ACT_RESET &&
	    (before == LC_JUDGING || before == LC_HOLDING)) {
		assert_true(b->committed);
		assert_true(cause_clean(lc->now.cause));
		assert_false(lc->cramped);
		b->reset_once = true;
		b->kept += lc->before != LC_DOWN;
	} else if (d->acts & ACT_RESET) {
		assert_true(b->reset_once); /* a firmware's own */
	}
	if (d->acts & ACT_SUPERSEDED)
		b->asked[lc->superseded] = 0;
	if (d->acts & ACT_ANSWER) {
		b->answers += b->asked[lc->answered];
		b->asked[lc->answered] = 0;
	}
	if (lc->state != LC_SERVING && lc->state != LC_DOWN &&
	    lc->state != LC_ENDED && lc->state != LC_PANICKED)
		assert_int_not_equal(lc->deadline_us, 0);
	if (d->acts & ACT_FINISH) {
		assert_int_equal(lc->state, LC_ENDED);
		if (lc->last.cause == CAUSE_NONE)
			assert_string_equal(lc->last.evidence,
					    "it waited for memory and was not "
					    "started");
		for (int w = 0; w < WISHES; w++)
			assert_int_equal(b->asked[w], 0);
	}
}

static void event_of_guest(struct drive *d, uint64_t *seed)
{
	static const enum msg_type types[] = {
		MSG_READY,   MSG_HEARTBEAT, MSG_INTENT, MSG_QUIESCED,
		MSG_REFUSED, MSG_HELLO,	    MSG_INTENT, MSG_QUIESCED,
	};
	uint32_t n = draw(seed, 10);

	if (n >= 8)
		drive_hello(d);
	else
		drive_say(d, types[n], (enum intent)(1 + draw(seed, 3)));
}

static void exit_of_qemu(struct drive *d, struct books *b, int wait_status)
{
	if (!b->qemu)
		return;
	b->qemu = false;
	b->memory = true;
	drive_exit(d, wait_status);
}

static void memory_of_qemu(struct drive *d, struct books *b)
{
	if (!b->memory)
		return;
	b->memory = false;
	drive_type(d, EV_MEMORY_BACK);
}

/* Only what can happen: there is no end of a QEMU that does not run. */
static void event_of_host(struct drive *d, struct books *b, uint64_t *seed)
{
	static const enum lc_event_type failures[] = { EV_QMP_LOST,
						       EV_QMP_REFUSED,
						       EV_COMMIT_LOST };

	switch (draw(seed, 12)) {
	case 0:
		exit_of_qemu(d, b, (int)draw(seed, 3) * 9);
		break;
	case 1:
		memory_of_qemu(d, b);
		break;
	case 2:
		drive_end(d, (enum vm_end)draw(seed, VM_ENDS));
		break;
	case 3:
		b->stopped = true;
		drive_type(d, EV_STOP);
		break;
	case 4:
		drive_type(d, EV_STATUS);
		break;
	case 5:
		drive_type(d, EV_RESET);
		break;
	case 6:
		if (draw(seed, 4) == 0)
			drive_type(d, failures[draw(seed, 3)]);
		break;
	case 10:
	case 11:
		drive_type(d, EV_PRESSURE);
		break;
	case 8: /* as an EV_ROOM would */
		d->lc.cramped = draw(seed, 8) == 0;
		break;
	case 7:
		drive_wait(d, draw(seed, 3) * 4000ULL);
		break;
	default:
		drive_type(d, EV_UP);
		break;
	}
}

/* A signal waits for no answer, `stop --now` for that of a stop. */
static enum wish settled_as(enum wish w)
{
	if (w == WISH_SHUTDOWN)
		return WISH_NONE;
	return w == WISH_STOP_NOW ? WISH_STOP : w;
}

static void event_of_operator(struct drive *d, struct books *b, uint64_t *seed)
{
	enum wish w = (enum wish)(1 + draw(seed, WISHES - 1));

	b->asked[settled_as(w)]++;
	b->asked[WISH_NONE] = 0;
	drive_wish(d, w);
}

static void end_in_order(struct drive *d, struct books *b)
{
	if (!d->lc.end_known) {
		drive_end(d, END_RESET);
		return;
	}
	b->stopped = true;
	drive_type(d, EV_STOP);
}

/* What would come if all went well. */
static void event_expected(struct drive *d, struct books *b)
{
	enum intent intent = (enum intent)d->lc.epoch.intent;

	switch (d->lc.state) {
	case LC_LAUNCHING:
		drive_type(d, EV_UP);
		break;
	case LC_BOOTING:
		if (d->lc.epoch.id)
			drive_say(d, MSG_READY, INTENT_NONE);
		else
			drive_hello(d);
		break;
	case LC_SERVING:
	case LC_ASKING:
		drive_say(d, MSG_INTENT, INTENT_REBOOT);
		break;
	case LC_QUIESCING:
		drive_say(d, MSG_QUIESCED, intent);
		break;
	case LC_ENDING:
		end_in_order(d, b);
		break;
	case LC_JUDGING:
		drive_type(d, EV_STATUS);
		break;
	case LC_HOLDING:
		d->sight = (struct cleanup_sight){ d->lc.boot, 10000 };
		drive_wait(d, 20);
		break;
	case LC_RESETTING:
		drive_type(d, EV_RESET);
		break;
	case LC_QUITTING:
		exit_of_qemu(d, b, 0);
		break;
	case LC_PAUSED:
	case LC_DRAINING:
	case LC_ADMITTING:
		memory_of_qemu(d, b);
		break;
	case LC_WAITING:
		drive_wait(d, 5000);
		break;
	case LC_POWERING:
		drive_end(d, END_SHUTDOWN);
		b->stopped = true;
		drive_type(d, EV_STOP);
		break;
	case LC_PANICKED:
		break; /* until an operator comes */
	case LC_DOWN:
	case LC_ADOPTING:
	case LC_ENDED:
	case LC_STATES:
		break;
	}
}

/* What QEMU would say of the VM in the books. */
static enum vm_found vm_of(const struct books *b, uint64_t *seed)
{
	if (b->stopped)
		return VM_STOPPED;
	return draw(seed, 4) ? VM_RUNNING : VM_READY_TO_RUN;
}

/* The shim dies; whoever waited for it has lost it, and its record perhaps. */
static void die_and_adopt(struct drive *d, struct books *b, uint64_t *seed)
{
	struct lc_saved saved;
	struct lc_left left = {
		.saved = draw(seed, 4) ? &saved : NULL,
		.qemu = b->qemu,
		.memory = b->memory && !b->qemu,
		.same_image = draw(seed, 4),
	};

	lifecycle_save(&d->lc, &saved);
	drive_adopt(d, &left);
	for (int w = 0; w < WISHES; w++)
		b->asked[w] = 0;
	if (!left.saved)
		b->committed = b->reset_once = false;
	check_step(b, d, LC_DOWN);
	d->acts = 0; /* they are in the books */
	if (!left.qemu)
		return;
	b->adopted++;
	drive_type(d, EV_UP);
	check_step(b, d, LC_ADOPTING);
	if (b->stopped && draw(seed, 4)) {
		drive_end(d, (enum vm_end)draw(seed, END_PAUSED + 1));
		check_step(b, d, LC_ADOPTING);
	}
	drive_found(d, vm_of(b, seed));
	check_step(b, d, LC_JUDGING);
}

static void walk(uint64_t seed, struct books *b)
{
	struct drive d;

	*b = (struct books){ .visited = b->visited,
			     .answers = b->answers,
			     .adopted = b->adopted,
			     .kept = b->kept,
			     .overlaps = b->overlaps,
			     .pauses = b->pauses };
	drive_init(&d);
	d.lc.cfg.restart_poweroff = seed >> 8 & 1;
	d.lc.cfg.on_panic = (enum on_panic)((seed >> 9) % 3);
	d.lc.cfg.silence_ms = seed >> 11 & 1 ? 30000 : 0;
	d.lc.cfg.boot_ms = seed >> 12 & 1 ? 4000 : 60000;
	d.busy = seed >> 13 & 1;
	d.secure = seed >> 14 & 1;
	d.lc.cfg.poweroff_unseen = seed >> 15 & 1;
	d.room = (enum room)((seed >> 20) % 5 / 2);
	d.lc.cfg.start_late = (seed >> 23 & 3) == 0;
	d.lc.cfg.admission_ms = seed >> 25 & 1 ? 600000 : 3000;
	d.full = seed >> 26 & 1;

	drive_type(&d, EV_START);
	check_step(b, &d, LC_DOWN);
	for (int i = 0; i < STEPS; i++) {
		enum lc_state before = d.lc.state;
		uint32_t who = draw(&seed, 16);

		d.acts = 0;
		if (d.lc.state != LC_ENDED && draw(&seed, DEATHS) == 0)
			die_and_adopt(&d, b, &seed);
		else if (who == 0)
			event_of_operator(&d, b, &seed);
		else if (who < 6)
			event_expected(&d, b);
		else if (who < 10)
			event_of_guest(&d, &seed);
		else
			event_of_host(&d, b, &seed);
		check_step(b, &d, before);
	}
}

static void walk_any_events_keeps_the_rules(void **state)
{
	struct books b = { 0 };

	(void)state;
	for (uint64_t i = 1; i <= WALKS; i++)
		walk(i * 0x9e3779b97f4a7c15ULL, &b);
	/* the walk is worth something only if it got everywhere */
	assert_int_equal(b.visited,
			 ((1ULL << LC_STATES) - 1) & ~(1ULL << LC_DOWN));
	assert_true(b.answers > WALKS);
	assert_true(b.adopted > WALKS / 2);
	assert_true(b.kept > 0);
	assert_true(b.overlaps > 0);
	assert_true(b.pauses > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(walk_any_events_keeps_the_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
