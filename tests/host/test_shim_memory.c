// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/test_shim_memory.c - what the ledger hears of a shim's starts
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "host/memory/ledger_impl.h"
#include "host/shim_impl.h"
#include "tests/host/promised.h"

static void start_that_never_fits_counts_when_it_begins_anyway(void **state)
{
	(void)state;
	shim.domains.reserve = UINT64_MAX / 2;
	assert_int_equal(admit(), NEVER);
	assert_int_equal(shim.promise.fd, -1);
	shim_promise(&shim);
	assert_true(shim.promise.fd >= 0);
	assert_int_equal(count().of[PROMISE_LIVES], 1);
}

static void start_that_waits_counts_when_it_begins_anyway(void **state)
{
	const struct domains alone = { 0 };
	const struct application other = { "other", 1, 9, &alone };
	struct promise_slot ahead;

	(void)state;
	assert_int_equal(ledger_join(shim.ledger, &other, &ahead, error), 0);
	assert_int_equal(admit(), WAIT_FOR_TURN);
	assert_int_equal(count().of[PROMISE_WAITS], 2);
	shim_promise(&shim);
	assert_int_equal(count().of[PROMISE_WAITS], 1);
	assert_int_equal(count().of[PROMISE_LIVES], 1);
	ledger_leave(&ahead);
}

static void start_that_waits_keeps_its_place_over_a_handover(void **state)
{
	const struct domains alone = { 0 };
	const struct application other = { "other", 1, 9, &alone };
	struct promise_slot ahead;
	uint64_t arrival;

	(void)state;
	assert_int_equal(ledger_join(shim.ledger, &other, &ahead, error), 0);
	assert_int_equal(admit(), WAIT_FOR_TURN);
	arrival = shim.promise.mine.arrival;
	handed_over.promise[handed_over.promises++] = shim.promise.fd;
	shim.promise.fd = -1;
	assert_int_equal(admit(), WAIT_FOR_TURN);
	handover_retaken(&handed_over);
	assert_true(shim.promise.mine.arrival == arrival);
	assert_int_equal(count().of[PROMISE_WAITS], 2);
	ledger_leave(&ahead);
	assert_int_equal(admit(), ADMIT);
}

/* Nobody keeps the place of a shim that was killed. */
static void start_whose_place_was_lost_waits_behind_the_others(void **state)
{
	const struct domains alone = { 0 };
	const struct application other = { "other", 1, 0, &alone };
	struct promise_slot later;

	(void)state;
	shim.domains.reserve = UINT64_MAX / 2;
	assert_int_equal(admit(), NEVER);
	shim.domains.reserve = 0;
	assert_int_equal(ledger_join(shim.ledger, &other, &later, error), 0);
	handed_over.promise[handed_over.promises++] =
		-1; /* of a drain, that is over */
	assert_int_equal(admit(), WAIT_FOR_TURN);
	ledger_leave(&later);
}

/* Without a place for its own end not even one that starts anyway begins. */
static void start_waits_beside_as_many_as_may_drain(void **state)
{
	(void)state;
	shim.teardowns = SHIM_DRAINS;
	assert_int_equal(admit(), WAIT_FOR_DRAIN);
	assert_false(shim.later[0].full);
	shim.teardowns = SHIM_TEARDOWNS;
	assert_int_equal(admit(), WAIT_FOR_DRAIN);
	assert_true(shim.later[0].full);
	shim.teardowns = 0;
	assert_int_equal(admit(), ADMIT);
}

/* Its QEMU would hold the line of somebody who waits, for as long as it lives.
 */
static void start_that_cannot_be_told_does_not_wait_on(void **state)
{
	const struct domains alone = { 0 };
	const struct application other = { "other", 1, 9, &alone };
	struct promise_slot ahead;
	int section;

	(void)state;
	assert_int_equal(ledger_join(shim.ledger, &other, &ahead, error), 0);
	assert_int_equal(admit(), WAIT_FOR_TURN);
	section = ledger_enter(shim.ledger, error);
	assert_true(section >= 0);
	shim_promise(&shim);
	assert_int_equal(shim.promise.fd, -1);
	close(section);
	ledger_leave(&ahead);
}

static void promise_stands_when_memory_is_asked_for_again(void **state)
{
	(void)state;
	assert_int_equal(admit(), ADMIT);
	shim.domains.reserve = UINT64_MAX / 2;
	assert_int_equal(admit(), ADMIT);
	assert_int_equal(count().of[PROMISE_LIVES], 1);
}

static void launch_that_fails_leaves_no_promise(void **state)
{
	(void)state;
	assert_int_equal(admit(), ADMIT);
	shim_launch(&shim); /* its lock cannot be taken */
	assert_int_equal(shim.later_count, 1);
	assert_int_equal(shim.later[0].type, EV_LAUNCH_FAILED);
	assert_int_equal(shim.promise.fd, -1);
	assert_int_equal(count().of[PROMISE_LIVES], 0);
}

static void pid_that_could_not_be_told_is_told_when_it_serves(void **state)
{
	int section;

	(void)state;
	assert_int_equal(admit(), ADMIT);
	section = ledger_enter(shim.ledger, error);
	assert_true(section >= 0);
	shim.process.pid = QEMU;
	shim_promised(&shim);
	assert_int_equal(count().pid, 0);
	close(section);
	shim_serves(&shim);
	assert_int_equal(count().pid, QEMU);
}

static void slot_that_could_not_be_retaken_is_when_it_serves(void **state)
{
	const struct domains alone = { 0 };
	const struct application mine = { "guest", 1, 0, &alone };
	struct promise_slot qemus;
	int section;

	(void)state;
	assert_int_equal(ledger_join(shim.ledger, &mine, &qemus, error), 0);
	assert_int_equal(ledger_lives(&qemus, QEMU, error), 0);
	section = ledger_enter(shim.ledger, error);
	assert_true(section >= 0);
	shim.process.pid = QEMU;
	shim_retake(&shim, QEMU);
	assert_int_equal(shim.promise.fd, -1);
	close(section);
	shim_serves(&shim);
	assert_int_equal(shim.promise.slot, qemus.slot);
	assert_int_equal(count().of[PROMISE_LIVES], 1);
	ledger_leave(&qemus);
}

/* The shim died after QEMU's birth, and before it told its pid. */
static void slot_of_a_qemu_without_a_pid_is_not_made_twice(void **state)
{
	const struct domains alone = { 0 };
	const struct application mine = { "guest", 1, 0, &alone };
	struct promise_slot qemus;

	(void)state;
	assert_int_equal(ledger_join(shim.ledger, &mine, &qemus, error), 0);
	assert_int_equal(ledger_lives(&qemus, 0, error), 0);
	shim_retake(&shim, QEMU);
	assert_int_equal(shim.promise.slot, qemus.slot);
	assert_int_equal(count().of[PROMISE_LIVES], 1);
	assert_int_equal(count().pid, QEMU);
	ledger_leave(&qemus);
}

/* The section is taken when QEMU ends: who waits hears of it a little later. */
static void drain_that_could_not_be_told_is_told_at_the_next_look(void **state)
{
	struct teardown t = { .process = PROCESS_NONE,
			      .leaf = { { .fd = -1 }, { .fd = -1 } } };
	int section;

	(void)state;
	assert_int_equal(admit(), ADMIT);
	shim.process.pid = QEMU;
	shim_promised(&shim);
	t.promise = shim.promise;
	shim.promise.fd = -1;
	section = ledger_enter(shim.ledger, error);
	assert_true(section >= 0);
	teardown_begin(&t, false, 1000);
	close(section);
	assert_int_equal(count().of[PROMISE_LIVES], 1);
	teardown_sample(&t, 2000);
	assert_int_equal(count().of[PROMISE_DRAINS], 1);
	teardown_end(&t);
}

/* Of the one look that a plan takes. */
static void room_for_a_second_one_is_told_and_known(void **state)
{
	json_t *spare = shim_spare(&shim);

	(void)state;
	assert_non_null(spare);
	assert_true(shim.lc.fits_twice);
	json_decref(spare);
	strcpy(shim.ledger, scratch.dir); /* cannot be read */
	assert_null(shim_spare(&shim));
	assert_false(shim.lc.fits_twice);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_LEDGER(start_that_never_fits_counts_when_it_begins_anyway),
		WITH_LEDGER(start_that_waits_counts_when_it_begins_anyway),
		WITH_LEDGER(start_that_waits_keeps_its_place_over_a_handover),
		WITH_LEDGER(start_whose_place_was_lost_waits_behind_the_others),
		WITH_LEDGER(start_waits_beside_as_many_as_may_drain),
		WITH_LEDGER(start_that_cannot_be_told_does_not_wait_on),
		WITH_LEDGER(promise_stands_when_memory_is_asked_for_again),
		WITH_LEDGER(launch_that_fails_leaves_no_promise),
		WITH_LEDGER(pid_that_could_not_be_told_is_told_when_it_serves),
		WITH_LEDGER(slot_that_could_not_be_retaken_is_when_it_serves),
		WITH_LEDGER(slot_of_a_qemu_without_a_pid_is_not_made_twice),
		WITH_LEDGER(
			drain_that_could_not_be_told_is_told_at_the_next_look),
		WITH_LEDGER(room_for_a_second_one_is_told_and_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
