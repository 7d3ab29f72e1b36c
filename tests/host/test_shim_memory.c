// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/test_shim_memory.c - what the ledger hears of a shim's starts
 *
 * The ledger is a real one in a scratch directory; no QEMU is started, and its
 * pid is a number.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "host/config/appliance.h"
#include "host/config/runtime.h"
#include "host/core/donation.h"
#include "host/memory/ledger_impl.h"
#include "host/shim_impl.h"
#include "tests/host/core/lifecycle_drive.h"
#include "tests/host/scratch.h"

enum { QEMU = 4242 };

static const struct appliance appliance = { .name = "guest",
					    .memory = 1 << 20 };
static const struct image image;
static struct runtime runtime = { .dir = "/nowhere",
				  .lock_fd = -1,
				  .shim_fd = -1,
				  .qemu_log = -1,
				  .qmp_log = -1 };
static const struct shim_options options = { .appliance = &appliance,
					     .image = &image,
					     .runtime = &runtime };
static struct scratch scratch;
static struct shim shim;
static char error[SENTENCE_MAX];

static int set_up(void **state)
{
	char path[SCRATCH_PATH];

	(void)state;
	shim = (struct shim){
		.opt = &options,
		.qemu_slot = -1,
		.helper_slot = -1,
		.loop.epfd = -1,
		.process = { .pidfd = -1, .helper_pidfd = -1 },
		.leaf = { { .fd = -1 }, { .fd = -1 } },
		.promise = { .fd = -1 },
		.drain_timer_fd = -1,
		.pressure_fd = -1,
		.pressure_slot = -1,
	};
	scratch_make(&scratch);
	scratch_path(&scratch, LEDGER_NAME, path);
	assert_true(strlen(path) < sizeof(shim.ledger));
	memcpy(shim.ledger, path, strlen(path) + 1);
	return ledger_make(shim.ledger, error);
}

static int tear_down(void **state)
{
	(void)state;
	ledger_leave(&shim.promise);
	scratch_remove(&scratch);
	return 0;
}

/* How many there are in each state, and the pid of one who lives. */
struct count {
	unsigned int of[PROMISE_DRAINS + 1];
	pid_t pid;
};

static void count_one(void *ctx, const struct promised *m)
{
	struct count *c = ctx;

	c->of[m->state]++;
	if (m->state == PROMISE_LIVES)
		c->pid = m->pid;
}

static struct count count(void)
{
	struct count c = { .pid = -1 };

	assert_int_equal(ledger_list(shim.ledger, count_one, &c), 0);
	return c;
}

static enum admission admit(void)
{
	shim_admit(&shim);
	assert_int_equal(shim.later_count, 1);
	shim.later_count = 0;
	assert_int_equal(shim.later[0].type, EV_ADMISSION);
	return shim.later[0].admission;
}

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

#define WITH_LEDGER(test)                                                      \
	cmocka_unit_test_setup_teardown(test, set_up, tear_down)

/* The section is taken when QEMU ends: who waits hears of it a little later. */
static void drain_that_could_not_be_told_is_told_at_the_next_look(void **state)
{
	struct teardown t = { .process = { .pidfd = -1, .helper_pidfd = -1 },
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

static struct appliance secure = { .name = "guest",
				   .architecture = "s390x",
				   .memory = 1 << 20,
				   .may_be_secure = true };
static const struct shim_options secure_options = { .appliance = &secure,
						    .image = &image,
						    .runtime = &runtime };

/* At STOP of a secure guest that has ended for @intent. */
static void claim(enum intent intent)
{
	const struct lc_event healthy = { .type = EV_STATUS };
	struct drive d = drive_to_serving();

	drive_quiesce(&d, intent);
	d.lc.epoch.secure = GUEST_IS_SECURE;
	shim.lc = d.lc;
	shim_claim(&shim, &healthy);
}

/* Return: of what it was promised at first, what is no longer */
static uint64_t serve_secure(bool donates_again)
{
	uint64_t first;

	secure.donates_again = donates_again;
	shim.opt = &secure_options;
	assert_int_equal(admit(), ADMIT);
	shim.process.pid = QEMU;
	shim_promised(&shim);
	first = shim.promise.mine.bytes;
	shim_serves(&shim);
	assert_int_equal(shim.promise.mine.bytes, first); /* not secure yet */
	shim.lc.epoch.secure = GUEST_IS_SECURE;
	shim_serves(&shim);
	shim_serves(&shim);
	assert_int_equal(count().pid, QEMU);
	return first - shim.promise.mine.bytes;
}

static void donations_are_promised_until_they_are_made(void **state)
{
	const uint64_t donated = donation_assumed(secure.memory, 0);
	uint64_t served;

	(void)state;
	assert_int_equal(serve_secure(true), donated);
	served = shim.promise.mine.bytes;
	claim(INTENT_REBOOT);
	assert_int_equal(shim.promise.mine.bytes, served + donated);
	assert_false(shim.lc.cramped);
	shim_serves(&shim); /* after the reset */
	assert_int_equal(shim.promise.mine.bytes, served);
}

static void stop_claims_no_donations(void **state)
{
	uint64_t served;

	(void)state;
	serve_secure(true);
	served = shim.promise.mine.bytes;
	claim(INTENT_POWEROFF);
	assert_int_equal(shim.promise.mine.bytes, served);
}

static void reset_that_finds_no_memory_for_donations_is_told(void **state)
{
	uint64_t served;

	(void)state;
	serve_secure(true);
	served = shim.promise.mine.bytes;
	shim.domains.reserve = UINT64_MAX / 2;
	claim(INTENT_REBOOT);
	assert_int_equal(shim.promise.mine.bytes, served);
	assert_true(shim.lc.cramped);
	shim.domains.reserve = 0;
	shim_room(&shim);
	assert_false(shim.lc.cramped);
	shim.domains.reserve = UINT64_MAX / 2;
	shim_room(&shim);
	assert_true(shim.lc.cramped);
}

/* They are back before they are made again. */
static void donations_that_are_destroyed_fast_need_no_room(void **state)
{
	uint64_t donated, served;

	(void)state;
	donated = serve_secure(false);
	served = shim.promise.mine.bytes;
	shim.domains.reserve = UINT64_MAX / 2;
	shim_room(&shim);
	assert_false(shim.lc.cramped);
	claim(INTENT_REBOOT);
	assert_int_equal(shim.promise.mine.bytes, served + donated);
	shim_room(&shim);
	assert_false(shim.lc.cramped);
}

/* It was there before them: neither a plan nor a reboot takes their turn. */
static void reset_finds_memory_although_others_wait(void **state)
{
	const struct domains alone = { 0 };
	const struct application other = { "other", UINT64_MAX / 2, 0, &alone };
	struct promise_slot waits;

	(void)state;
	serve_secure(true);
	assert_int_equal(ledger_join(shim.ledger, &other, &waits, error), 0);
	shim_room(&shim);
	assert_false(shim.lc.cramped);
	ledger_leave(&waits);
}

/* The shim died after the guest had ended in order. */
static void donations_of_one_found_in_the_gate_are_promised(void **state)
{
	const struct lc_event found = { .type = EV_FOUND, .vm = VM_STOPPED };
	struct drive d = drive_to_serving();
	uint64_t served;

	(void)state;
	serve_secure(true);
	served = shim.promise.mine.bytes;
	d.lc.epoch.secure = GUEST_IS_SECURE;
	drive_quiesce(&d, INTENT_REBOOT);
	drive_crash(&d, true);
	drive_end(&d, END_RESET);
	shim.lc = d.lc;
	shim_claim(&shim, &found);
	assert_false(shim.lc.cramped);
	assert_int_equal(shim.promise.mine.bytes,
			 served + donation_assumed(secure.memory, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_LEDGER(start_that_never_fits_counts_when_it_begins_anyway),
		WITH_LEDGER(start_that_waits_counts_when_it_begins_anyway),
		WITH_LEDGER(start_that_cannot_be_told_does_not_wait_on),
		WITH_LEDGER(promise_stands_when_memory_is_asked_for_again),
		WITH_LEDGER(launch_that_fails_leaves_no_promise),
		WITH_LEDGER(pid_that_could_not_be_told_is_told_when_it_serves),
		WITH_LEDGER(slot_that_could_not_be_retaken_is_when_it_serves),
		WITH_LEDGER(slot_of_a_qemu_without_a_pid_is_not_made_twice),
		WITH_LEDGER(
			drain_that_could_not_be_told_is_told_at_the_next_look),
		WITH_LEDGER(room_for_a_second_one_is_told_and_known),
		WITH_LEDGER(donations_are_promised_until_they_are_made),
		WITH_LEDGER(stop_claims_no_donations),
		WITH_LEDGER(reset_that_finds_no_memory_for_donations_is_told),
		WITH_LEDGER(donations_that_are_destroyed_fast_need_no_room),
		WITH_LEDGER(reset_finds_memory_although_others_wait),
		WITH_LEDGER(donations_of_one_found_in_the_gate_are_promised),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
