// SPDX-License-Identifier: Apache-2.0
/*
 * host/core/verdict.c - why did this epoch end?
 *
 * A committed intent outweighs the way in which the kernel then stopped: after
 * an SCLP quiesce a guest's reboot arrives as guest-shutdown (Linux
 * drivers/s390/char/sclp_quiesce.c), and `halt` may not arrive at all.
 * Not here: the sentences (host/core/verdict_sentence.c).
 */
#include "host/core/verdict.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

#include "common/array.h"

#define EVERY(cause)                                                           \
	{                                                                      \
		[STAGE_SILENT] = (cause), [STAGE_HELLO] = (cause),             \
		[STAGE_READY] = (cause), [STAGE_INTENT] = (cause),             \
		[STAGE_UNCOMMITTED] = (cause), [STAGE_UNCLEAN] = (cause),      \
		[STAGE_REBOOT] = (cause), [STAGE_POWEROFF] = (cause),          \
		[STAGE_UPDATE] = (cause)                                       \
	}

#define BY_INTENT(before)                                                      \
	{                                                                      \
		[STAGE_SILENT] = (before), [STAGE_HELLO] = (before),           \
		[STAGE_READY] = (before), [STAGE_INTENT] = (before),           \
		[STAGE_UNCOMMITTED] = CAUSE_UNCOMMITTED,                       \
		[STAGE_UNCLEAN] = CAUSE_UNCLEAN_PROOF,                         \
		[STAGE_REBOOT] = CAUSE_CLEAN_REBOOT,                           \
		[STAGE_POWEROFF] = CAUSE_CLEAN_POWEROFF,                       \
		[STAGE_UPDATE] = CAUSE_CLEAN_UPDATE                            \
	}

/* After COMMIT of a power-off the host does not depend on seeing it. */
#define UNSEEN_POWEROFF(otherwise)                                             \
	{                                                                      \
		[STAGE_SILENT] = (otherwise), [STAGE_HELLO] = (otherwise),     \
		[STAGE_READY] = (otherwise), [STAGE_INTENT] = (otherwise),     \
		[STAGE_UNCOMMITTED] = (otherwise),                             \
		[STAGE_UNCLEAN] = (otherwise), [STAGE_REBOOT] = (otherwise),   \
		[STAGE_POWEROFF] = CAUSE_CLEAN_POWEROFF,                       \
		[STAGE_UPDATE] = (otherwise)                                   \
	}

static const enum cause cells[VM_ENDS][EPOCH_STAGES] = {
	[END_RESET] = BY_INTENT(CAUSE_RESET_WITHOUT_INTENT),
	[END_SHUTDOWN] = BY_INTENT(CAUSE_POWEROFF_WITHOUT_INTENT),
	[END_POWERED_DOWN] = BY_INTENT(CAUSE_POWERED_DOWN),
	[END_PANIC] = EVERY(CAUSE_GUEST_PANIC),
	[END_WATCHDOG] = EVERY(CAUSE_WATCHDOG),
	[END_PAUSED] = EVERY(CAUSE_VM_PAUSED),
	[END_BOOT_TIMEOUT] = EVERY(CAUSE_BOOT_TIMEOUT),
	[END_SILENT] = EVERY(CAUSE_AGENT_LOST),
	[END_REQUEST_TIMEOUT] = EVERY(CAUSE_AGENT_LOST),
	[END_QUIESCE_TIMEOUT] = EVERY(CAUSE_QUIESCE_TIMEOUT),
	[END_COMMIT_TIMEOUT] = UNSEEN_POWEROFF(CAUSE_GUEST_HANG),
	[END_NOT_SECURE] = EVERY(CAUSE_SECURE_BOOT_FAILED),
	[END_DEAF] = EVERY(CAUSE_QEMU_DEAF),
	[END_OPERATOR] = EVERY(CAUSE_OPERATOR),
	[END_HOST_SHUTDOWN] = EVERY(CAUSE_HOST_SHUTDOWN),
	[END_NOT_STARTED] = EVERY(CAUSE_QEMU_NOT_STARTED),
	[END_REFUSED] = EVERY(CAUSE_QEMU_REFUSED),
	[END_EXIT_QUIT] = EVERY(CAUSE_QEMU_QUIT),
	[END_EXIT_SIGNAL] = EVERY(CAUSE_QEMU_SIGNALLED),
	[END_EXIT_ERROR] = EVERY(CAUSE_QEMU_FAILED),
	[END_KILLED] = EVERY(CAUSE_QEMU_KILLED),
	[END_CRASHED] = EVERY(CAUSE_QEMU_CRASHED),
	[END_MEMORY_HELD] = EVERY(CAUSE_MEMORY_HELD),
	[END_NO_MEMORY] = EVERY(CAUSE_NO_MEMORY),
	[END_UNOBSERVED] = UNSEEN_POWEROFF(CAUSE_UNOBSERVED),
};

/* Evidence that may say more than end and stage do. */
enum clue {
	CLUE_NONE = 0,
	CLUE_GAVE_UP = 1,
	CLUE_BOOT_FAILED = 2,
	CLUE_PAYLOAD_HUNG = 4,
	CLUE_PAYLOAD_OOM = 8,
	CLUE_PAYLOAD_FAILED = 16,
	CLUE_OOM = 32,
	CLUE_NEVER_SECURE = 64, /* it had to be, and PID 1 never spoke */
	CLUE_NO_HOST_KEY = 128,
	CLUE_UV_MEMORY = 256,
	CLUE_PV_REFUSED = 512, /* it could not become secure */
	CLUE_PV_FATAL = 1024,  /* QEMU exits when that fails */
};

#define ONE(cause) (1ULL << (cause))
#define ORDERLY                                                                \
	(ONE(CAUSE_CLEAN_REBOOT) | ONE(CAUSE_CLEAN_POWEROFF) |                 \
	 ONE(CAUSE_CLEAN_UPDATE))
#define GUESTS_OWN                                                             \
	(ONE(CAUSE_PAYLOAD_GAVE_UP) | ONE(CAUSE_BOOT_FAILED) |                 \
	 ONE(CAUSE_PAYLOAD_HUNG) | ONE(CAUSE_PAYLOAD_OOM) |                    \
	 ONE(CAUSE_PAYLOAD_FAILED))
#define GUEST_WENT_SILENTLY                                                    \
	(ONE(CAUSE_GUEST_PANIC) | ONE(CAUSE_BOOT_TIMEOUT) |                    \
	 ONE(CAUSE_RESET_WITHOUT_INTENT) | ONE(CAUSE_POWEROFF_WITHOUT_INTENT))

#define NEVER_BECAME_SECURE                                                    \
	(GUEST_WENT_SILENTLY | ONE(CAUSE_SECURE_BOOT_FAILED))

static_assert(CAUSES <= 64, "a set of causes is a number");

static const struct refinement {
	uint64_t of; /* set of enum cause */
	enum clue clue;
	enum cause is;
} refinements[] = {
	{ ORDERLY, CLUE_GAVE_UP, CAUSE_PAYLOAD_GAVE_UP },
	{ ORDERLY, CLUE_BOOT_FAILED, CAUSE_BOOT_FAILED },
	{ ORDERLY, CLUE_PAYLOAD_HUNG, CAUSE_PAYLOAD_HUNG },
	{ ORDERLY, CLUE_PAYLOAD_OOM, CAUSE_PAYLOAD_OOM },
	{ ORDERLY, CLUE_PAYLOAD_FAILED, CAUSE_PAYLOAD_FAILED },
	{ ONE(CAUSE_QEMU_KILLED), CLUE_OOM, CAUSE_OUT_OF_MEMORY },
	{ ONE(CAUSE_QEMU_FAILED), CLUE_PV_FATAL, CAUSE_PV_FAILED },
	{ NEVER_BECAME_SECURE, CLUE_NO_HOST_KEY, CAUSE_NO_HOST_KEY },
	{ NEVER_BECAME_SECURE, CLUE_UV_MEMORY, CAUSE_UV_MEMORY },
	{ NEVER_BECAME_SECURE, CLUE_PV_REFUSED, CAUSE_SECURE_BOOT_FAILED },
	{ GUEST_WENT_SILENTLY, CLUE_NEVER_SECURE, CAUSE_SECURE_BOOT_FAILED },
};

/*
 * What a failure says: after one in QEMU's s390_machine_protect() the guest
 * goes on as it is, after one in s390_pv_cmd_exit() QEMU does not. The first
 * row that fits counts.
 */
static enum clue clue_of_pv(const struct pv_failure *f)
{
	static const struct {
		enum pv_command command;
		uint32_t rc; /* 0: any */
		int error;   /* 0: any */
		enum clue clue;
	} rows[] = {
		{ PV_SET_SEC_PARMS, 0x108, 0, CLUE_NO_HOST_KEY },
		{ PV_SET_SEC_PARMS, 0, 0, CLUE_PV_REFUSED },
		{ PV_ENABLE, 0, -ENOMEM, CLUE_UV_MEMORY },
		{ PV_ENABLE, 0, 0, CLUE_PV_REFUSED },
		{ PV_UNPACK, 0, 0, CLUE_PV_REFUSED },
		{ PV_VERIFY, 0, 0, CLUE_PV_REFUSED },
		{ PV_DISABLE, 0, 0, CLUE_PV_FATAL },
		{ PV_PREP_RESET, 0, 0, CLUE_PV_FATAL },
		{ PV_UNSHARE_ALL, 0, 0, CLUE_PV_FATAL },
		{ PV_PERFORM, 0, 0, CLUE_PV_FATAL },
	};

	for (size_t i = 0; f->any && i < ARRAY_SIZE(rows); i++)
		if (rows[i].command == f->command &&
		    (!rows[i].rc || rows[i].rc == f->rc) &&
		    (!rows[i].error || rows[i].error == f->error))
			return rows[i].clue;
	return CLUE_NONE;
}

bool pv_fatal(const struct pv_failure *f)
{
	return clue_of_pv(f) == CLUE_PV_FATAL;
}

/* A guest that spoke did so as it was meant to, unless it had to be secure. */
static bool never_became_secure(const struct evidence *e)
{
	return e->stage == STAGE_SILENT || e->end == END_NOT_SECURE;
}

static uint32_t clues_of(const struct evidence *e)
{
	static const enum clue by_guest[ICAUSES] = {
		[ICAUSE_INIT] = CLUE_BOOT_FAILED,
		[ICAUSE_GAVE_UP] = CLUE_GAVE_UP,
		[ICAUSE_WATCHDOG] = CLUE_PAYLOAD_HUNG,
		[ICAUSE_OOM] = CLUE_PAYLOAD_OOM,
	};
	uint32_t clues = e->icause < ICAUSES ? by_guest[e->icause] : 0;

	if (e->icause == ICAUSE_PAYLOAD_EXIT && e->detail)
		clues |= CLUE_PAYLOAD_FAILED;
	if (e->oom != OOM_NONE && WIFSIGNALED(e->wait_status) &&
	    WTERMSIG(e->wait_status) == SIGKILL)
		clues |= CLUE_OOM;
	if (e->secure_wanted && e->stage == STAGE_SILENT)
		clues |= CLUE_NEVER_SECURE;
	if (pv_fatal(&e->pv) || never_became_secure(e))
		clues |= clue_of_pv(&e->pv);
	return clues;
}

enum cause verdict_cause(const struct evidence *e)
{
	enum cause c = cells[e->end][e->stage];
	uint32_t clues = clues_of(e);

	for (size_t i = 0; i < ARRAY_SIZE(refinements); i++)
		if (refinements[i].of & ONE(c) && refinements[i].clue & clues)
			return refinements[i].is;
	return c;
}

bool verdict_orderly(const struct evidence *e)
{
	return ORDERLY & ONE(cells[e->end][e->stage]);
}

/*
 * What a program gets for what it does (SYS is its sandbox's); what asks it to
 * end, and comes before or after it could listen; and all that remains.
 */
enum vm_end verdict_signal(int sig)
{
	static const struct {
		int sig;
		enum vm_end end;
	} ends[] = {
		{ SIGSEGV, END_CRASHED },    { SIGABRT, END_CRASHED },
		{ SIGBUS, END_CRASHED },     { SIGILL, END_CRASHED },
		{ SIGFPE, END_CRASHED },     { SIGSYS, END_CRASHED },
		{ SIGTRAP, END_CRASHED },    { SIGTERM, END_EXIT_SIGNAL },
		{ SIGINT, END_EXIT_SIGNAL }, { SIGHUP, END_EXIT_SIGNAL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
		if (ends[i].sig == sig)
			return ends[i].end;
	return END_KILLED;
}

bool cause_clean(enum cause c)
{
	return ORDERLY & ONE(c);
}

bool cause_of_guest(enum cause c)
{
	return GUESTS_OWN & ONE(c);
}
