/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/core/verdict.h - why did this epoch end?
 *
 * Theory of operation: one table, how the VM ended against how far the guest's
 * agent had come, has exactly one cause in every cell. Where evidence beyond
 * those two says more (the guest's own reason, the kernel's), a short list of
 * refinements replaces that cause by a closer one. There is no "unknown": the
 * one cause without full evidence, `unobserved`, belongs to END_UNOBSERVED
 * alone. Pure: no system call, no clock, no allocation.
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
	END_POWERED_DOWN,    /* the same, after our system_powerdown */
	END_PANIC,	     /* GUEST_PANICKED, STOP */
	END_WATCHDOG,	     /* WATCHDOG, STOP */
	END_PAUSED,	     /* STOP without any of these: I/O or QEMU error */
	END_BOOT_TIMEOUT,    /* no READY in time */
	END_SILENT,	     /* no heartbeat for longer than is allowed */
	END_REQUEST_TIMEOUT, /* no INTENT after REQUEST in time */
	END_QUIESCE_TIMEOUT, /* no QUIESCED after GRANT in time */
	END_COMMIT_TIMEOUT,  /* no STOP after COMMIT in time */
	END_NOT_SECURE,	     /* it had to say that it is secure */
	END_DEAF,	     /* QMP closed or silent for too long */
	END_OPERATOR,	   /* an operator did not want to wait for the guest */
	END_HOST_SHUTDOWN, /* the shim itself was told to end, likewise */
	END_NOT_STARTED,   /* there was no QEMU to execute */
	END_REFUSED,	   /* QEMU exited before it spoke QMP */
	END_EXIT_QUIT,	   /* exit 0 after SHUTDOWN{host-qmp-quit}, not ours */
	END_EXIT_SIGNAL,   /* exit 0 after SHUTDOWN{host-signal} */
	END_EXIT_ERROR,	   /* exit with another status, or 0 without a word */
	END_KILLED,	   /* ended by a signal that somebody sent */
	END_CRASHED,	   /* ended by a signal that it brought upon itself */
	END_MEMORY_HELD,   /* QEMU has ended, its memory is not back in time */
	END_NO_MEMORY,	   /* its start was not admitted */
	END_UNOBSERVED,	   /* it ended while no shim was there to see it */
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

/* Who says that the kernel killed QEMU for want of memory. */
enum oom {
	OOM_NONE,
	OOM_CGROUP, /* the counter of its control group */
	OOM_LOG,    /* the kernel's log, which names its pid */
	OOMS,
};

/* What an END_UNOBSERVED could not learn, a set. */
enum missing {
	MISSING_EVENTS = 1, /* QEMU's last events: QMP's log says nothing */
	MISSING_STATUS = 2, /* its exit status: it was nobody's child */
	MISSING_WORDS = 4,  /* the agent's last words */
	MISSING_ALL = 7,
};

/* KVM_S390_PV_COMMAND's subcommands (docs/facts.md, 1.1). */
enum pv_command {
	PV_ENABLE,
	PV_DISABLE,
	PV_SET_SEC_PARMS,
	PV_UNPACK,
	PV_VERIFY,
	PV_PREP_RESET,
	PV_UNSHARE_ALL,
	PV_INFO,
	PV_DUMP,
	PV_PREPARE,
	PV_PERFORM,
	PV_COMMANDS,
};

/* One of them that failed, as QEMU says on stderr. */
struct pv_failure {
	bool any; /* else there was none */
	uint32_t command;
	uint32_t rc, rrc; /* the ultravisor's */
	int error;	  /* of the ioctl, -errno */
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
	CAUSE_OPERATOR,
	CAUSE_QEMU_REFUSED,
	CAUSE_QEMU_QUIT,
	CAUSE_QEMU_SIGNALLED,
	CAUSE_QEMU_FAILED,
	CAUSE_QEMU_KILLED,
	CAUSE_MEMORY_HELD,
	CAUSE_PAYLOAD_GAVE_UP,
	CAUSE_BOOT_FAILED,
	CAUSE_PAYLOAD_HUNG,
	CAUSE_PAYLOAD_OOM,
	CAUSE_PAYLOAD_FAILED,
	CAUSE_QEMU_CRASHED,
	CAUSE_OUT_OF_MEMORY,
	CAUSE_SECURE_BOOT_FAILED,
	CAUSE_HOST_SHUTDOWN,
	CAUSE_POWERED_DOWN,
	CAUSE_QEMU_NOT_STARTED,
	CAUSE_UNOBSERVED,
	CAUSE_NO_HOST_KEY,
	CAUSE_UV_MEMORY,
	CAUSE_PV_FAILED,
	CAUSE_NO_MEMORY,
	CAUSES,
};

/* Enough for the longest of admission_sentence(), whose advice comes last. */
enum { EVIDENCE_SAID = 320, EVIDENCE_SENTENCE = 384 };

struct evidence {
	enum vm_end end;
	enum epoch_stage stage;
	int wait_status;    /* of QEMU, where it ended by itself */
	uint8_t intent;	    /* enum intent, where there was one */
	uint8_t icause;	    /* enum intent_cause, likewise */
	uint32_t detail;    /* of the INTENT, likewise */
	uint8_t boot_stage; /* enum boot_stage, as far as was told */
	bool secure_wanted; /* the appliance must be secure */
	struct proof proof;
	struct pv_failure pv;
	enum oom oom;
	bool helper_first;	  /* QEMU's helper ended before QEMU did */
	uint32_t missing;	  /* set of enum missing, of END_UNOBSERVED */
	char said[EVIDENCE_SAID]; /* QEMU's own details of its event, or "" */
};

/* verdict_cause() - total: exactly one, for any evidence */
enum cause verdict_cause(const struct evidence *e);

/*
 * verdict_orderly() - did the guest end as it said it would, and quiet?
 *
 * So whatever the reason: a guest whose payload gave up may end in good order,
 * and then it may be reset in place.
 */
bool verdict_orderly(const struct evidence *e);

/* pv_fatal() - does QEMU exit when that fails? */
bool pv_fatal(const struct pv_failure *f);

/*
 * verdict_signal() - which end is a death by this signal?
 * Return: END_CRASHED, END_EXIT_SIGNAL or END_KILLED
 */
enum vm_end verdict_signal(int sig);

/* cause_name() - "guest panic" and so on: a name for people and for JSON */
const char *cause_name(enum cause c);

/* cause_exit() - exit code of `reprise run`: 0 if clean, else 64 to 119 */
int cause_exit(enum cause c);

/* cause_clean() - an orderly end, and nothing had gone wrong before it */
bool cause_clean(enum cause c);

/* cause_of_guest() - an orderly end because the guest could not go on */
bool cause_of_guest(enum cause c);

/*
 * verdict_sentence() - the cause with its evidence, one sentence
 * @buf:	cut at @size, always terminated; EVIDENCE_SENTENCE is enough
 */
void verdict_sentence(enum cause c, const struct evidence *e, char *buf,
		      size_t size);

#endif
