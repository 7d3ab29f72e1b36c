// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/core/test_verdict_sentence.c - each piece of evidence has its
 * words
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/array.h"
#include "host/core/verdict.h"

static const struct {
	struct evidence e;
	const char *sentence;
} rows[] = {
	{ { .end = END_KILLED, .stage = STAGE_READY, .wait_status = SIGKILL },
	  "somebody killed QEMU (SIGKILL), while serving" },
	{ { .end = END_KILLED, .stage = STAGE_READY, .wait_status = 40 },
	  "somebody killed QEMU (signal 40), while serving" },
	{ { .end = END_CRASHED, .wait_status = SIGSEGV | 0x80 },
	  "QEMU ended by a fault of its own (SIGSEGV), before its agent said "
	  "HELLO" },
	{ { .end = END_KILLED,
	    .stage = STAGE_READY,
	    .wait_status = SIGKILL,
	    .helper_first = true },
	  "somebody killed QEMU (SIGKILL), while serving; its teardown helper "
	  "had ended before it" },
	{ { .end = END_KILLED, .wait_status = SIGKILL, .oom = OOM_CGROUP },
	  "the host's kernel killed QEMU for want of memory (SIGKILL, and its "
	  "control group counts an OOM kill), before its agent said HELLO" },
	{ { .end = END_KILLED, .wait_status = SIGKILL, .oom = OOM_LOG },
	  "the host's kernel killed QEMU for want of memory (SIGKILL, and the "
	  "kernel's log names its pid), before its agent said HELLO" },
	{ { .end = END_EXIT_SIGNAL, .wait_status = SIGSEGV | 0x80 },
	  "QEMU got a signal to terminate (it crashed as it ended: SIGSEGV), "
	  "before its agent said HELLO" },
	{ { .end = END_EXIT_SIGNAL, .wait_status = SIGTERM },
	  "QEMU got a signal to terminate (SIGTERM), before its agent said "
	  "HELLO" },
	{ { .end = END_REFUSED, .wait_status = 1 << 8 },
	  "QEMU ended before it spoke QMP (exit status 1)" },
	{ { .end = END_EXIT_ERROR,
	    .stage = STAGE_READY,
	    .wait_status = 3 << 8 },
	  "QEMU exited by itself (exit status 3), while serving" },
	{ { .end = END_PANIC,
	    .stage = STAGE_READY,
	    .said = "disabled-wait of CPU 0 at 0x10" },
	  "the guest's kernel panicked, while serving (disabled-wait of CPU 0 "
	  "at 0x10)" },
	{ { .end = END_RESET,
	    .stage = STAGE_UNCLEAN,
	    .proof = { .rw_mounts = 1, .inflight = 2, .processes = 3 } },
	  "the guest's proof says that it was not quiet: 1 writable mounts, 2 "
	  "requests in flight, 3 processes" },
	{ { .end = END_BOOT_TIMEOUT,
	    .stage = STAGE_HELLO,
	    .boot_stage = BOOT_NETWORK },
	  "the guest was not ready in time, before the payload was ready: it "
	  "came to stage 6, network" },
	{ { .end = END_SHUTDOWN,
	    .stage = STAGE_POWEROFF,
	    .icause = ICAUSE_INIT,
	    .detail = BOOT_STORAGE << 8 | 6 },
	  "the guest could not boot and ended in order: its stage 7, storage, "
	  "failed (No such device or address)" },
	{ { .end = END_SHUTDOWN,
	    .stage = STAGE_POWEROFF,
	    .icause = ICAUSE_GAVE_UP,
	    .detail = 3 << 8 },
	  "the guest gave its payload up and ended in order: its payload ended "
	  "too often, at last with status 3" },
	{ { .end = END_SHUTDOWN,
	    .stage = STAGE_POWEROFF,
	    .icause = ICAUSE_GAVE_UP,
	    .detail = 11 },
	  "the guest gave its payload up and ended in order: its payload ended "
	  "too often, at last with signal 11" },
	{ { .end = END_RESET,
	    .stage = STAGE_REBOOT,
	    .icause = ICAUSE_CTRL_ALT_DEL },
	  "the guest asked to reboot and was quiet: the machine's button was "
	  "pressed" },
	{ { .end = END_QUIESCE_TIMEOUT,
	    .stage = STAGE_INTENT,
	    .icause = ICAUSE_WATCHDOG },
	  "the guest was not quiet within its grace, while it made itself "
	  "quiet: its payload gave no sign of life" },
	{ { .end = END_MEMORY_HELD, .stage = STAGE_READY },
	  "the memory of the last generation did not come back in time" },
	{ { .end = END_PANIC,
	    .pv = { true, PV_SET_SEC_PARMS, 0x108, 5, -EINVAL } },
	  "the image was not made for this machine: none of its keys opens it, "
	  "before its agent said HELLO; KVM_PV_SET_SEC_PARMS failed (Invalid "
	  "argument, ultravisor rc 0x108 rrc 0x5)" },
	{ { .end = END_EXIT_ERROR,
	    .stage = STAGE_READY,
	    .wait_status = 1 << 8,
	    .pv = { true, PV_PERFORM, 0, 0, -EIO } },
	  "QEMU gave up, for KVM could not let go of the secure guest (exit "
	  "status 1), while serving; KVM_PV_ASYNC_CLEANUP_PERFORM failed "
	  "(Input/output error)" },
	{ { .end = END_UNOBSERVED,
	    .stage = STAGE_READY,
	    .missing = MISSING_EVENTS | MISSING_STATUS },
	  "it ended while no shim was there to see it, while serving; missing: "
	  "QEMU's last events, its exit status" },
};

static void sentence_of_each_piece_of_evidence_is_as_written(void **state)
{
	char text[EVIDENCE_SENTENCE];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		verdict_sentence(verdict_cause(&rows[i].e), &rows[i].e, text,
				 sizeof(text));
		assert_string_equal(text, rows[i].sentence);
	}
}

static void sentence_too_long_is_cut_and_terminated(void **state)
{
	struct {
		char text[16], after;
	} t = { .after = 'x' };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		verdict_sentence(verdict_cause(&rows[i].e), &rows[i].e, t.text,
				 sizeof(t.text));
		assert_int_equal(strlen(t.text), sizeof(t.text) - 1);
		assert_int_equal(t.after, 'x');
	}
}

/* The longest of all, with the longest that QEMU may say. */
static void sentence_with_all_evidence_has_room(void **state)
{
	struct evidence e = { .end = END_UNOBSERVED,
			      .stage = STAGE_HELLO,
			      .boot_stage = BOOT_FIRST,
			      .helper_first = true,
			      .missing = MISSING_ALL };
	char text[1024];

	(void)state;
	verdict_sentence(verdict_cause(&e), &e, text, sizeof(text));
	assert_true(strlen(text) < EVIDENCE_SENTENCE);
	e = (struct evidence){ .end = END_PANIC, .stage = STAGE_HELLO };
	memset(e.said, 'x', sizeof(e.said) - 1);
	verdict_sentence(verdict_cause(&e), &e, text, sizeof(text));
	assert_true(strlen(text) < EVIDENCE_SENTENCE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			sentence_of_each_piece_of_evidence_is_as_written),
		cmocka_unit_test(sentence_too_long_is_cut_and_terminated),
		cmocka_unit_test(sentence_with_all_evidence_has_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
