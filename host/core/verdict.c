// SPDX-License-Identifier: Apache-2.0
/*
 * host/core/verdict.c - why did this epoch end?
 *
 * A committed intent outweighs the way in which the kernel then stopped: after
 * an SCLP quiesce a guest's reboot arrives as guest-shutdown (Linux
 * drivers/s390/char/sclp_quiesce.c), and `halt` may not arrive at all.
 */
#include "host/core/verdict.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

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
	[END_PANIC] = EVERY(CAUSE_GUEST_PANIC),
	[END_WATCHDOG] = EVERY(CAUSE_WATCHDOG),
	[END_PAUSED] = EVERY(CAUSE_VM_PAUSED),
	[END_BOOT_TIMEOUT] = EVERY(CAUSE_BOOT_TIMEOUT),
	[END_REQUEST_TIMEOUT] = EVERY(CAUSE_AGENT_LOST),
	[END_QUIESCE_TIMEOUT] = EVERY(CAUSE_QUIESCE_TIMEOUT),
	[END_COMMIT_TIMEOUT] = UNSEEN_POWEROFF(CAUSE_GUEST_HANG),
	[END_DEAF] = EVERY(CAUSE_QEMU_DEAF),
	[END_FORCED] = EVERY(CAUSE_HOST_FORCED),
	[END_REFUSED] = EVERY(CAUSE_QEMU_REFUSED),
	[END_EXIT_QUIT] = EVERY(CAUSE_QEMU_QUIT),
	[END_EXIT_SIGNAL] = EVERY(CAUSE_QEMU_SIGNALLED),
	[END_EXIT_ERROR] = EVERY(CAUSE_QEMU_FAILED),
	[END_KILLED] = EVERY(CAUSE_QEMU_KILLED),
};

static const struct {
	const char *name;
	int exit_code;
	const char *sentence;
} causes[CAUSES] = {
	[CAUSE_NONE] = { "none", 0, "nothing has ended yet" },
	[CAUSE_CLEAN_REBOOT] = { "clean reboot", 0,
				 "the guest asked to reboot and was quiet" },
	[CAUSE_CLEAN_POWEROFF] = { "clean power-off", 0,
				   "the guest asked to power off and was "
				   "quiet" },
	[CAUSE_CLEAN_UPDATE] = { "update", 0,
				 "the guest asked to boot its update and was "
				 "quiet" },
	[CAUSE_UNCLEAN_PROOF] = { "proof not clean", 64,
				  "the guest's proof says that it was not "
				  "quiet" },
	[CAUSE_UNCOMMITTED] = { "uncommitted intent", 65,
				"the guest ended before it got a COMMIT" },
	[CAUSE_RESET_WITHOUT_INTENT] = { "reset without intent", 66,
					 "the guest reset without saying "
					 "that it would" },
	[CAUSE_POWEROFF_WITHOUT_INTENT] = { "power-off without intent", 67,
					    "the guest powered off without "
					    "saying that it would" },
	[CAUSE_GUEST_PANIC] = { "guest panic", 68,
				"the guest's kernel panicked" },
	[CAUSE_WATCHDOG] = { "watchdog", 69,
			     "nobody fed the guest's watchdog" },
	[CAUSE_VM_PAUSED] = { "VM paused", 70,
			      "QEMU stopped the VM without being asked" },
	[CAUSE_BOOT_TIMEOUT] = { "boot timeout", 71,
				 "the guest was not ready in time" },
	[CAUSE_AGENT_LOST] = { "agent lost", 72,
			       "the agent did not answer a request" },
	[CAUSE_QUIESCE_TIMEOUT] = { "quiesce timeout", 73,
				    "the guest was not quiet within its "
				    "grace" },
	[CAUSE_GUEST_HANG] = { "guest hang", 74,
			       "the guest did not end after its COMMIT" },
	[CAUSE_QEMU_DEAF] = { "QEMU deaf", 75, "QEMU did not answer on QMP" },
	[CAUSE_HOST_FORCED] = { "forced by host", 76,
				"the host ended it without asking the guest" },
	[CAUSE_QEMU_REFUSED] = { "QEMU refused to start", 77,
				 "QEMU ended before it spoke QMP" },
	[CAUSE_QEMU_QUIT] = { "QEMU was told to quit", 78,
			      "somebody else told QEMU to quit" },
	[CAUSE_QEMU_SIGNALLED] = { "QEMU was told to end", 79,
				   "QEMU got a signal to terminate" },
	[CAUSE_QEMU_FAILED] = { "QEMU failed", 80, "QEMU exited by itself" },
	[CAUSE_QEMU_KILLED] = { "QEMU killed", 81, "a signal ended QEMU" },
	[CAUSE_MEMORY_HELD] = { "memory held", 82,
				"the memory of the last generation did not "
				"come back in time" },
};

enum cause verdict_cause(const struct evidence *e)
{
	return cells[e->end][e->stage];
}

const char *cause_name(enum cause c)
{
	return causes[c].name;
}

int cause_exit(enum cause c)
{
	return causes[c].exit_code;
}

bool cause_clean(enum cause c)
{
	return c == CAUSE_CLEAN_REBOOT || c == CAUSE_CLEAN_POWEROFF ||
	       c == CAUSE_CLEAN_UPDATE;
}

static const char *stage_words(enum epoch_stage s)
{
	static const char *const words[EPOCH_STAGES] = {
		[STAGE_SILENT] = "before its agent said HELLO",
		[STAGE_HELLO] = "before the payload was ready",
		[STAGE_READY] = "while serving",
		[STAGE_INTENT] = "while it made itself quiet",
		[STAGE_UNCOMMITTED] = "after QUIESCED",
		[STAGE_UNCLEAN] = "after COMMIT",
		[STAGE_REBOOT] = "after COMMIT",
		[STAGE_POWEROFF] = "after COMMIT",
		[STAGE_UPDATE] = "after COMMIT",
	};

	return words[s];
}

/* What a payload's wait status means; it came from the guest as a number. */
static int ended_how(uint32_t status, char *buf, size_t size)
{
	unsigned int signal = status & 0x7f;

	return snprintf(buf, size, signal ? "signal %u" : "status %u",
			signal ? signal : status >> 8 & 0xff);
}

/* Why a guest wanted the end that it had: nothing for who was asked. */
static void wanted_why(const struct evidence *e, char *buf, size_t size)
{
	char how[24];

	buf[0] = '\0';
	ended_how(e->detail, how, sizeof(how));
	switch (e->icause) {
	case ICAUSE_INIT:
		snprintf(buf, size, ": its stage %u, %s, failed (%s)",
			 e->detail >> 8,
			 boot_stage_name((uint8_t)(e->detail >> 8)),
			 strerror((int)(e->detail & 0xff)));
		break;
	case ICAUSE_PAYLOAD_EXIT:
		snprintf(buf, size, ": its payload ended with %s", how);
		break;
	case ICAUSE_GAVE_UP:
		snprintf(buf, size,
			 ": its payload ended too often, at last with %s", how);
		break;
	case ICAUSE_WATCHDOG:
		snprintf(buf, size, ": its payload gave no sign of life");
		break;
	case ICAUSE_OOM:
		snprintf(buf, size, ": its payload took too much memory");
		break;
	case ICAUSE_CTRL_ALT_DEL:
		snprintf(buf, size, ": the machine's button was pressed");
		break;
	default:
		break;
	}
}

void verdict_sentence(enum cause c, const struct evidence *e, char *buf,
		      size_t size)
{
	const char *text = causes[c].sentence;
	const struct proof *p = &e->proof;
	char why[96];

	wanted_why(e, why, sizeof(why));
	if (c == CAUSE_UNCLEAN_PROOF)
		snprintf(buf, size,
			 "%s: %u writable mounts, %u requests in flight, %u "
			 "processes",
			 text, p->rw_mounts, p->inflight, p->processes);
	else if (cause_clean(c))
		snprintf(buf, size, "%s%s", text, why);
	else if (WIFSIGNALED(e->wait_status))
		snprintf(buf, size, "%s (signal %d), %s", text,
			 WTERMSIG(e->wait_status), stage_words(e->stage));
	else if (WEXITSTATUS(e->wait_status))
		snprintf(buf, size, "%s (exit status %d), %s", text,
			 WEXITSTATUS(e->wait_status), stage_words(e->stage));
	else if (e->stage == STAGE_HELLO && e->boot_stage)
		snprintf(buf, size, "%s, %s: it came to stage %u, %s", text,
			 stage_words(e->stage), e->boot_stage,
			 boot_stage_name(e->boot_stage));
	else
		snprintf(buf, size, "%s, %s", text, stage_words(e->stage));
}
