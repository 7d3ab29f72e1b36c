// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/core/test_verdict.c - every cell of the verdict, with any evidence
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/array.h"
#include "host/core/verdict.h"

/* All that can refine a cause, besides end and stage. */
struct cell {
	struct evidence e;
	bool orderly_stage; /* COMMIT sent, proof clean */
};

/* Return: false: there is no cell of that number */
static bool cell_at(uint32_t n, struct cell *c)
{
	static const int statuses[] = { 0, SIGKILL, SIGSEGV, 1 << 8 };
	static const struct pv_failure failures[] = {
		{ 0 },
		{ true, PV_SET_SEC_PARMS, 0x108, 5, -EINVAL },
		{ true, PV_ENABLE, 0, 0, -ENOMEM },
		{ true, PV_VERIFY, 0x102, 0, -EINVAL },
		{ true, PV_PERFORM, 0, 0, -EIO },
	};
	uint32_t end = n % VM_ENDS, stage = n / VM_ENDS % EPOCH_STAGES;
	uint32_t rest = n / VM_ENDS / EPOCH_STAGES;

	*c = (struct cell){ .e = { .end = (enum vm_end)end,
				   .stage = (enum epoch_stage)stage } };
	c->orderly_stage = stage >= STAGE_REBOOT;
	c->e.icause = (uint8_t)(rest % ICAUSES);
	rest /= ICAUSES;
	c->e.detail = rest % 2 * (BOOT_STORAGE << 8 | 5);
	rest /= 2;
	c->e.wait_status = statuses[rest % ARRAY_SIZE(statuses)];
	rest /= ARRAY_SIZE(statuses);
	c->e.oom = (enum oom)(rest % OOMS);
	rest /= OOMS;
	c->e.secure_wanted = rest % 2;
	rest /= 2;
	c->e.pv = failures[rest % ARRAY_SIZE(failures)];
	c->e.helper_first = c->e.pv.any;
	rest /= ARRAY_SIZE(failures);
	c->e.missing = rest % 8;
	return rest / 8 == 0;
}

static void cause_every_cell_with_any_evidence_has_one(void **state)
{
	uint64_t reached = 1ULL << CAUSE_NONE;
	struct cell cell;

	(void)state;
	for (uint32_t n = 0; cell_at(n, &cell); n++) {
		enum cause c = verdict_cause(&cell.e);
		char text[EVIDENCE_SENTENCE];

		assert_in_range(c, CAUSE_NONE + 1, CAUSES - 1);
		reached |= 1ULL << c;
		if (n % 97)
			continue; /* sentences are slow under the sanitizers */
		verdict_sentence(c, &cell.e, text, sizeof(text));
		assert_true(strlen(text) > 10);
	}
	assert_int_equal(reached, (1ULL << CAUSES) - 1);
}

static void cause_clean_only_after_a_committed_clean_proof(void **state)
{
	struct cell cell;

	(void)state;
	for (uint32_t n = 0; cell_at(n, &cell); n++) {
		enum cause c = verdict_cause(&cell.e);

		if (cause_clean(c) || cause_of_guest(c))
			assert_true(verdict_orderly(&cell.e));
		if (verdict_orderly(&cell.e)) {
			assert_true(cell.orderly_stage);
			assert_true(cause_clean(c) != cause_of_guest(c));
		}
	}
}

static void unobserved_is_of_that_end_alone(void **state)
{
	struct cell cell;

	(void)state;
	for (uint32_t n = 0; cell_at(n, &cell); n++)
		if (verdict_cause(&cell.e) == CAUSE_UNOBSERVED)
			assert_int_equal(cell.e.end, END_UNOBSERVED);
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

static void guests_own_words_refine_an_orderly_end(void **state)
{
	static const struct {
		enum intent_cause icause;
		uint32_t detail;
		enum cause cause;
	} rows[] = {
		{ ICAUSE_NONE, 0, CAUSE_CLEAN_REBOOT },
		{ ICAUSE_OPERATOR, 0, CAUSE_CLEAN_REBOOT },
		{ ICAUSE_PAYLOAD, 3 << 8, CAUSE_CLEAN_REBOOT },
		{ ICAUSE_PAYLOAD_EXIT, 0, CAUSE_CLEAN_REBOOT },
		{ ICAUSE_PAYLOAD_EXIT, 1 << 8, CAUSE_PAYLOAD_FAILED },
		{ ICAUSE_CTRL_ALT_DEL, 0, CAUSE_CLEAN_REBOOT },
		{ ICAUSE_INIT, BOOT_NETWORK << 8 | 19, CAUSE_BOOT_FAILED },
		{ ICAUSE_GAVE_UP, 11, CAUSE_PAYLOAD_GAVE_UP },
		{ ICAUSE_WATCHDOG, 9, CAUSE_PAYLOAD_HUNG },
		{ ICAUSE_OOM, 9, CAUSE_PAYLOAD_OOM },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct evidence e = { .end = END_RESET,
				      .stage = STAGE_REBOOT,
				      .icause = (uint8_t)rows[i].icause,
				      .detail = rows[i].detail };

		assert_int_equal(verdict_cause(&e), rows[i].cause);
		e.stage = STAGE_UNCLEAN; /* that weighs more */
		assert_int_equal(verdict_cause(&e), CAUSE_UNCLEAN_PROOF);
	}
}

static void signals_are_crash_request_or_kill(void **state)
{
	static const struct {
		int sig;
		enum vm_end end;
	} rows[] = {
		{ SIGSEGV, END_CRASHED },     { SIGABRT, END_CRASHED },
		{ SIGBUS, END_CRASHED },      { SIGILL, END_CRASHED },
		{ SIGFPE, END_CRASHED },      { SIGSYS, END_CRASHED },
		{ SIGTERM, END_EXIT_SIGNAL }, { SIGINT, END_EXIT_SIGNAL },
		{ SIGHUP, END_EXIT_SIGNAL },  { SIGKILL, END_KILLED },
		{ SIGXCPU, END_KILLED },      { 63, END_KILLED },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_int_equal(verdict_signal(rows[i].sig), rows[i].end);
}

static void killed_by_the_kernel_is_out_of_memory_only_by_sigkill(void **state)
{
	struct evidence e = { .end = END_KILLED,
			      .wait_status = SIGKILL,
			      .oom = OOM_LOG };

	(void)state;
	assert_int_equal(verdict_cause(&e), CAUSE_OUT_OF_MEMORY);
	e.oom = OOM_NONE;
	assert_int_equal(verdict_cause(&e), CAUSE_QEMU_KILLED);
	e.oom = OOM_CGROUP; /* something else was killed in that group */
	e.wait_status = SIGXCPU;
	assert_int_equal(verdict_cause(&e), CAUSE_QEMU_KILLED);
}

static void secure_guest_that_never_spoke_failed_to_boot(void **state)
{
	struct evidence e = { .end = END_BOOT_TIMEOUT, .secure_wanted = true };

	(void)state;
	assert_int_equal(verdict_cause(&e), CAUSE_SECURE_BOOT_FAILED);
	e.stage = STAGE_HELLO; /* it is secure, and late */
	assert_int_equal(verdict_cause(&e), CAUSE_BOOT_TIMEOUT);
	e.end = END_NOT_SECURE;
	assert_int_equal(verdict_cause(&e), CAUSE_SECURE_BOOT_FAILED);
}

static void pv_command_that_failed_refines_what_it_led_to(void **state)
{
	static const struct {
		enum pv_command command;
		uint32_t rc;
		int error;
		enum vm_end end;
		enum epoch_stage stage;
		enum cause cause;
	} rows[] = {
		{ PV_SET_SEC_PARMS, 0x108, -EINVAL, END_PANIC, STAGE_SILENT,
		  CAUSE_NO_HOST_KEY },
		{ PV_SET_SEC_PARMS, 0x102, -EINVAL, END_PANIC, STAGE_SILENT,
		  CAUSE_SECURE_BOOT_FAILED },
		{ PV_SET_SEC_PARMS, 0x108, -EINVAL, END_NOT_SECURE, STAGE_HELLO,
		  CAUSE_NO_HOST_KEY },
		{ PV_ENABLE, 0, -ENOMEM, END_BOOT_TIMEOUT, STAGE_SILENT,
		  CAUSE_UV_MEMORY },
		{ PV_ENABLE, 0, -EIO, END_BOOT_TIMEOUT, STAGE_SILENT,
		  CAUSE_SECURE_BOOT_FAILED },
		{ PV_UNPACK, 0, -EFAULT, END_PANIC, STAGE_SILENT,
		  CAUSE_SECURE_BOOT_FAILED },
		{ PV_VERIFY, 0x102, -EINVAL, END_PANIC, STAGE_SILENT,
		  CAUSE_SECURE_BOOT_FAILED },
		{ PV_VERIFY, 0x102, -EINVAL, END_PANIC, STAGE_READY,
		  CAUSE_GUEST_PANIC },
		{ PV_PERFORM, 0, -EIO, END_EXIT_ERROR, STAGE_READY,
		  CAUSE_PV_FAILED },
		{ PV_DISABLE, 0, -EIO, END_EXIT_ERROR, STAGE_SILENT,
		  CAUSE_PV_FAILED },
		{ PV_PERFORM, 0, -EIO, END_KILLED, STAGE_READY,
		  CAUSE_QEMU_KILLED },
		{ PV_PREPARE, 0, -EINVAL, END_EXIT_ERROR, STAGE_READY,
		  CAUSE_QEMU_FAILED },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct evidence e = { .end = rows[i].end,
				      .stage = rows[i].stage,
				      .pv = { true, rows[i].command, rows[i].rc,
					      0, rows[i].error } };

		assert_int_equal(verdict_cause(&e), rows[i].cause);
		e.pv.any = false;
		assert_true(verdict_cause(&e) < CAUSE_NO_HOST_KEY);
	}
}

static void quiesced_reboot_that_powers_off_is_a_reboot(void **state)
{
	const struct evidence e = { .end = END_SHUTDOWN,
				    .stage = STAGE_REBOOT };

	(void)state;
	assert_int_equal(verdict_cause(&e), CAUSE_CLEAN_REBOOT);
}

static void manual_names_every_cause_with_its_code(void **state)
{
	static char text[131072];
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cause_every_cell_with_any_evidence_has_one),
		cmocka_unit_test(
			cause_clean_only_after_a_committed_clean_proof),
		cmocka_unit_test(unobserved_is_of_that_end_alone),
		cmocka_unit_test(
			exit_codes_unclean_ones_are_distinct_64_to_119),
		cmocka_unit_test(names_are_distinct),
		cmocka_unit_test(guests_own_words_refine_an_orderly_end),
		cmocka_unit_test(signals_are_crash_request_or_kill),
		cmocka_unit_test(
			killed_by_the_kernel_is_out_of_memory_only_by_sigkill),
		cmocka_unit_test(secure_guest_that_never_spoke_failed_to_boot),
		cmocka_unit_test(pv_command_that_failed_refines_what_it_led_to),
		cmocka_unit_test(quiesced_reboot_that_powers_off_is_a_reboot),
		cmocka_unit_test(manual_names_every_cause_with_its_code),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
