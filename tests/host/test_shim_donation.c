// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/test_shim_donation.c - what the ledger hears of a secure guest
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "host/config/appliance.h"
#include "host/core/donation.h"
#include "host/memory/ledger_impl.h"
#include "tests/host/core/lifecycle_drive.h"
#include "tests/host/promised.h"

static struct appliance secure = { .name = "guest",
				   .architecture = "s390x",
				   .memory = 1 << 20,
				   .may_be_secure = true };
static const struct shim_options secure_options = { .appliance = &secure,
						    .image = &image,
						    .runtime = &runtime,
						    .before = &handed_over };

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

/* @intent, while somebody else is in the section. What is said: @said */
static void claim_in_vain(enum intent intent, char *said, size_t size)
{
	int section = ledger_enter(shim.ledger, error), ends[2];
	int before = dup(STDERR_FILENO);
	ssize_t n;

	assert_true(section >= 0 && before >= 0);
	assert_int_equal(pipe(ends), 0);
	dup2(ends[1], STDERR_FILENO);
	close(ends[1]);
	claim(intent);
	dup2(before, STDERR_FILENO);
	close(before);
	n = read(ends[0], said, size - 1);
	close(ends[0]);
	close(section);
	assert_true(n >= 0);
	said[n] = '\0';
}

static void reset_goes_on_without_the_ledger_and_says_so(void **state)
{
	char said[2 * SENTENCE_MAX];
	uint64_t served;

	(void)state;
	serve_secure(true);
	served = shim.promise.mine.bytes;
	claim_in_vain(INTENT_REBOOT, said, sizeof(said));
	assert_non_null(strstr(said, "is not promised"));
	assert_int_equal(shim.promise.mine.bytes, served);
	assert_false(shim.lc.cramped);
	claim_in_vain(INTENT_POWEROFF, said, sizeof(said));
	assert_string_equal(said, "");
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

/* The shim died, and the next one found the ledger busy as it took charge. */
static void slot_that_could_not_be_retaken_is_at_the_claim(void **state)
{
	struct promise_slot qemus;
	char said[2 * SENTENCE_MAX];
	uint64_t served;

	(void)state;
	serve_secure(true);
	served = shim.promise.mine.bytes;
	qemus = shim.promise;
	shim.promise.fd = -1;
	claim_in_vain(INTENT_REBOOT, said, sizeof(said));
	assert_non_null(strstr(said, "is not promised"));
	assert_int_equal(shim.promise.fd, -1);
	claim(INTENT_REBOOT);
	assert_int_equal(shim.promise.slot, qemus.slot);
	assert_int_equal(shim.promise.mine.bytes,
			 served + donation_assumed(secure.memory, 0));
	assert_int_equal(count().of[PROMISE_LIVES], 1);
	ledger_leave(&qemus);
}

/* What the next shim's appliance file says is for its next generation. */
static void donation_changed_since_the_start_is_not_that_promised(void **state)
{
	struct promise_slot qemus;
	uint64_t donated, served;

	(void)state;
	donated = serve_secure(true);
	served = shim.promise.mine.bytes;
	qemus = shim.promise;
	shim.promise.fd = -1;
	secure.admission.donation = donated + (1 << 20);
	shim_retake(&shim, QEMU);
	claim(INTENT_REBOOT);
	assert_int_equal(shim.promise.mine.bytes, served + donated);
	shim_serves(&shim);
	assert_int_equal(shim.promise.mine.bytes, served);
	shim_promise(&shim);
	assert_int_equal(shim.stake.donated, donated + (1 << 20));
	secure.admission.donation = 0;
	ledger_leave(&qemus);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_LEDGER(donations_are_promised_until_they_are_made),
		WITH_LEDGER(stop_claims_no_donations),
		WITH_LEDGER(reset_that_finds_no_memory_for_donations_is_told),
		WITH_LEDGER(reset_goes_on_without_the_ledger_and_says_so),
		WITH_LEDGER(donations_that_are_destroyed_fast_need_no_room),
		WITH_LEDGER(reset_finds_memory_although_others_wait),
		WITH_LEDGER(donations_of_one_found_in_the_gate_are_promised),
		WITH_LEDGER(slot_that_could_not_be_retaken_is_at_the_claim),
		WITH_LEDGER(
			donation_changed_since_the_start_is_not_that_promised),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
