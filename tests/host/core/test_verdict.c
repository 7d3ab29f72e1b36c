// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/core/test_verdict.c - every cell of the verdict
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "host/core/verdict.h"

static void cause_every_cell_has_one(void **state)
{
	(void)state;
	for (int end = 0; end < VM_ENDS; end++) {
		for (int stage = 0; stage < EPOCH_STAGES; stage++) {
			const struct evidence e = {
				.end = (enum vm_end)end,
				.stage = (enum epoch_stage)stage,
			};
			enum cause c = verdict_cause(&e);
			char text[160];

			assert_int_not_equal(c, CAUSE_NONE);
			assert_in_range(c, 1, CAUSES - 1);
			verdict_sentence(c, &e, text, sizeof(text));
			assert_true(strlen(text) > 10);
		}
	}
}

static void cause_clean_only_after_a_committed_clean_proof(void **state)
{
	(void)state;
	for (int end = 0; end < VM_ENDS; end++) {
		for (int stage = 0; stage < STAGE_REBOOT; stage++) {
			const struct evidence e = {
				.end = (enum vm_end)end,
				.stage = (enum epoch_stage)stage,
			};

			assert_false(cause_clean(verdict_cause(&e)));
		}
	}
}

static void cause_every_one_is_reached_but_the_drain_s(void **state)
{
	uint32_t reached = 1 << CAUSE_NONE | 1 << CAUSE_MEMORY_HELD;

	(void)state;
	for (int end = 0; end < VM_ENDS; end++) {
		for (int stage = 0; stage < EPOCH_STAGES; stage++) {
			const struct evidence e = {
				.end = (enum vm_end)end,
				.stage = (enum epoch_stage)stage,
			};

			reached |= 1U << verdict_cause(&e);
		}
	}
	assert_int_equal(reached, (1U << CAUSES) - 1);
}

static void exit_codes_unclean_ones_are_distinct_64_to_119(void **state)
{
	(void)state;
	for (int a = CAUSE_NONE + 1; a < CAUSES; a++) {
		int code = cause_exit((enum cause)a);

		if (cause_clean((enum cause)a)) {
			assert_int_equal(code, 0);
			continue;
		}
		assert_in_range(code, 64, 119);
		for (int b = a + 1; b < CAUSES; b++)
			assert_int_not_equal(code, cause_exit((enum cause)b));
	}
}

static void names_are_distinct(void **state)
{
	(void)state;
	for (int a = 0; a < CAUSES; a++)
		for (int b = a + 1; b < CAUSES; b++)
			assert_string_not_equal(cause_name((enum cause)a),
						cause_name((enum cause)b));
}

static void sentence_killed_names_signal_and_moment(void **state)
{
	const struct evidence e = { .end = END_KILLED,
				    .stage = STAGE_READY,
				    .wait_status = 9 };
	char text[160];

	(void)state;
	verdict_sentence(CAUSE_QEMU_KILLED, &e, text, sizeof(text));
	assert_string_equal(text,
			    "a signal ended QEMU (signal 9), while serving");
}

static void sentence_unclean_proof_gives_its_numbers(void **state)
{
	const struct evidence e = {
		.end = END_RESET,
		.stage = STAGE_UNCLEAN,
		.proof = { .rw_mounts = 1, .inflight = 2, .processes = 3 }
	};
	char text[160];

	(void)state;
	verdict_sentence(verdict_cause(&e), &e, text, sizeof(text));
	assert_non_null(strstr(text, "1 writable mounts, 2 requests in "
				     "flight, 3 processes"));
}

static void sentence_boot_timeout_names_the_stage(void **state)
{
	const struct evidence e = { .end = END_BOOT_TIMEOUT,
				    .stage = STAGE_HELLO,
				    .boot_stage = BOOT_NETWORK };
	char text[160];

	(void)state;
	verdict_sentence(verdict_cause(&e), &e, text, sizeof(text));
	assert_string_equal(text, "the guest was not ready in time, before the "
				  "payload was ready: it came to stage 6, "
				  "network");
}

static void sentence_of_a_failed_step_names_stage_and_error(void **state)
{
	const struct evidence e = { .end = END_SHUTDOWN,
				    .stage = STAGE_POWEROFF,
				    .intent = INTENT_POWEROFF,
				    .icause = ICAUSE_INIT,
				    .detail = BOOT_STORAGE << 8 | 6 };
	char text[160];

	(void)state;
	verdict_sentence(verdict_cause(&e), &e, text, sizeof(text));
	assert_non_null(strstr(text, "its stage 7, storage, failed (No such "
				     "device or address)"));
}

static void sentence_of_a_give_up_names_the_last_end(void **state)
{
	struct evidence e = { .end = END_SHUTDOWN,
			      .stage = STAGE_POWEROFF,
			      .intent = INTENT_POWEROFF,
			      .icause = ICAUSE_GAVE_UP,
			      .detail = 3 << 8 };
	char text[160];

	(void)state;
	verdict_sentence(verdict_cause(&e), &e, text, sizeof(text));
	assert_string_equal(text, "the guest asked to power off and was quiet: "
				  "its payload ended too often, at last with "
				  "status 3");
	e.detail = 11;
	verdict_sentence(verdict_cause(&e), &e, text, sizeof(text));
	assert_non_null(strstr(text, "at last with signal 11"));
}

static void manual_names_every_cause_with_its_code(void **state)
{
	static char text[65536];
	FILE *manual = fopen("host/reprise.1.scd", "r");
	size_t n;

	(void)state;
	assert_non_null(manual);
	n = fread(text, 1, sizeof(text) - 1, manual);
	fclose(manual);
	text[n] = '\0';
	for (int c = CAUSE_NONE + 1; c < CAUSES; c++) {
		char row[80];

		snprintf(row, sizeof(row), "*%d %s*", cause_exit((enum cause)c),
			 cause_name((enum cause)c));
		if (!strstr(text, row))
			fail_msg("the manual lacks %s", row);
	}
}

static void quiesced_reboot_that_powers_off_is_a_reboot(void **state)
{
	const struct evidence e = { .end = END_SHUTDOWN,
				    .stage = STAGE_REBOOT };

	(void)state;
	assert_int_equal(verdict_cause(&e), CAUSE_CLEAN_REBOOT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cause_every_cell_has_one),
		cmocka_unit_test(
			cause_clean_only_after_a_committed_clean_proof),
		cmocka_unit_test(cause_every_one_is_reached_but_the_drain_s),
		cmocka_unit_test(
			exit_codes_unclean_ones_are_distinct_64_to_119),
		cmocka_unit_test(names_are_distinct),
		cmocka_unit_test(sentence_killed_names_signal_and_moment),
		cmocka_unit_test(sentence_unclean_proof_gives_its_numbers),
		cmocka_unit_test(sentence_boot_timeout_names_the_stage),
		cmocka_unit_test(
			sentence_of_a_failed_step_names_stage_and_error),
		cmocka_unit_test(sentence_of_a_give_up_names_the_last_end),
		cmocka_unit_test(manual_names_every_cause_with_its_code),
		cmocka_unit_test(quiesced_reboot_that_powers_off_is_a_reboot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
