/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/core/verdict.h - why did this epoch end?
 *
 * Theory of operation: one table, how the VM ended against how far the guest's
 * agent had come, and exactly one cause in every cell. There is no "unknown".
 * Pure: no system call, no clock, no allocation.
 */
#ifndef HOST_CORE_VERDICT_H
#define HOST_CORE_VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/msg.h"

/* What ended the epoch, as QEMU, the kernel or a deadline of ours told it. */
enum vm_end {
	END_RESET,	     /* SHUTDOWN{guest-reset}, STOP */
	END_SHUTDOWN,	     /* SHUTDOWN{guest-shutdown}, STOP */
	END_PANIC,	     /* GUEST_PANICKED, STOP */
	END_WATCHDOG,	     /* WATCHDOG, STOP */
	END_PAUSED,	     /* STOP without any of these: I/O or QEMU error */
	END_BOOT_TIMEOUT,    /* no READY in time */
	END_REQUEST_TIMEOUT, /* no INTENT after REQUEST in time */
	END_QUIESCE_TIMEOUT, /* no QUIESCED after GRANT in time */
	END_COMMIT_TIMEOUT,  /* no STOP after COMMIT in time */
	END_DEAF,	     /* QMP closed or silent for too long */
	END_FORCED,	     /* the host ended it without asking the guest */
	END_REFUSED,	     /* QEMU ended before it spoke QMP */
	END_EXIT_QUIT,	 /* exit 0 after SHUTDOWN{host-qmp-quit}, not ours */
	END_EXIT_SIGNAL, /* exit 0 after SHUTDOWN{host-signal} */
	END_EXIT_ERROR,	 /* exit with another status, or 0 without a word */
	END_KILLED,	 /* ended by a signal */
	VM_ENDS,
};

/* How far the agent had come in the epoch that ended. */
enum epoch_stage {
	STAGE_SILENT,	   /* no HELLO */
	STAGE_HELLO,	   /* HELLO, no READY */
	STAGE_READY,	   /* READY */
	STAGE_INTENT,	   /* INTENT, granted, no QUIESCED */
	STAGE_UNCOMMITTED, /* QUIESCED, but it went before a COMMIT was sent */
	STAGE_UNCLEAN,	   /* QUIESCED and COMMIT; the proof is not clean */
	STAGE_REBOOT,	   /* committed and clean: reboot */
	STAGE_POWEROFF,	   /* committed and clean: power-off */
	STAGE_UPDATE,	   /* committed and clean: update */
	EPOCH_STAGES,
};

enum cause {
	CAUSE_NONE,
	CAUSE_CLEAN_REBOOT,
	CAUSE_CLEAN_POWEROFF,
	CAUSE_CLEAN_UPDATE,
	CAUSE_UNCLEAN_PROOF,
	CAUSE_UNCOMMITTED,
	CAUSE_RESET_WITHOUT_INTENT,
	CAUSE_POWEROFF_WITHOUT_INTENT,
	CAUSE_GUEST_PANIC,
	CAUSE_WATCHDOG,
	CAUSE_VM_PAUSED,
	CAUSE_BOOT_TIMEOUT,
	CAUSE_AGENT_LOST,
	CAUSE_QUIESCE_TIMEOUT,
	CAUSE_GUEST_HANG,
	CAUSE_QEMU_DEAF,
	CAUSE_HOST_FORCED,
	CAUSE_QEMU_REFUSED,
	CAUSE_QEMU_QUIT,
	CAUSE_QEMU_SIGNALLED,
	CAUSE_QEMU_FAILED,
	CAUSE_QEMU_KILLED,
	CAUSE_MEMORY_HELD,
	CAUSES,
};

struct evidence {
	enum vm_end end;
	enum epoch_stage stage;
	int wait_status;    /* of QEMU, where it ended by itself */
	uint8_t intent;	    /* enum intent, where there was one */
	uint8_t icause;	    /* enum intent_cause, likewise */
	uint32_t detail;    /* of the INTENT, likewise */
	uint8_t boot_stage; /* enum boot_stage, as far as was told */
	struct proof proof;
};

/* verdict_cause() - total: one cause for each end and stage */
enum cause verdict_cause(const struct evidence *e);

/* cause_name() - "guest panic" and so on: a name for people and for JSON */
const char *cause_name(enum cause c);

/* cause_exit() - exit code of `reprise run`: 0 if clean, else 64 to 119 */
int cause_exit(enum cause c);

/* cause_clean() - did the guest end as it said it would, and quiet? */
bool cause_clean(enum cause c);

/*
 * verdict_sentence() - the cause with its evidence, one sentence
 * @buf:	cut at @size, always terminated
 */
void verdict_sentence(enum cause c, const struct evidence *e, char *buf,
		      size_t size);

#endif
