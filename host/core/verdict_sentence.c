// SPDX-License-Identifier: Apache-2.0
/*
 * host/core/verdict_sentence.c - a cause as people and programs are told it
 *
 * Theory of operation: a row for each cause; its text comes first, then each
 * piece of evidence that is there adds its words behind it.
 */
#include "host/core/verdict.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "common/array.h"
#include "host/core/wait_status.h"

static const struct {
	char name[27];
	uint8_t exit_code;
	const char *text;
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
			       "the guest's agent did not speak any more" },
	[CAUSE_QUIESCE_TIMEOUT] = { "quiesce timeout", 73,
				    "the guest was not quiet within its "
				    "grace" },
	[CAUSE_GUEST_HANG] = { "guest hang", 74,
			       "the guest did not end after its COMMIT" },
	[CAUSE_QEMU_DEAF] = { "QEMU deaf", 75, "QEMU did not answer on QMP" },
	[CAUSE_OPERATOR] = { "operator", 76,
			     "the operator did not wait for the guest" },
	[CAUSE_QEMU_REFUSED] = { "QEMU refused its options", 77,
				 "QEMU ended before it spoke QMP" },
	[CAUSE_QEMU_QUIT] = { "QEMU was told to quit", 78,
			      "somebody else told QEMU to quit" },
	[CAUSE_QEMU_SIGNALLED] = { "QEMU was told to end", 79,
				   "QEMU got a signal to terminate" },
	[CAUSE_QEMU_FAILED] = { "QEMU failed", 80, "QEMU exited by itself" },
	[CAUSE_QEMU_KILLED] = { "QEMU killed", 81, "somebody killed QEMU" },
	[CAUSE_MEMORY_HELD] = { "memory held", 82,
				"the memory of the last generation did not "
				"come back in time" },
	[CAUSE_PAYLOAD_GAVE_UP] = { "payload gave up", 83,
				    "the guest gave its payload up and ended "
				    "in order" },
	[CAUSE_BOOT_FAILED] = { "boot failed", 84,
				"the guest could not boot and ended in "
				"order" },
	[CAUSE_PAYLOAD_HUNG] = { "payload hung", 85,
				 "the guest killed its payload and ended in "
				 "order" },
	[CAUSE_PAYLOAD_OOM] = { "payload out of memory", 86,
				"the guest lost its payload and ended in "
				"order" },
	[CAUSE_PAYLOAD_FAILED] = { "payload failed", 87,
				   "the guest's payload failed and the guest "
				   "ended in order" },
	[CAUSE_QEMU_CRASHED] = { "QEMU crashed", 88,
				 "QEMU ended by a fault of its own" },
	[CAUSE_OUT_OF_MEMORY] = { "out of memory", 89,
				  "the host's kernel killed QEMU for want of "
				  "memory" },
	[CAUSE_SECURE_BOOT_FAILED] = { "secure boot failed", 90,
				       "the guest was to be secure, and is "
				       "not" },
	[CAUSE_HOST_SHUTDOWN] = { "host shutdown", 91,
				  "the shim was told to end and could not "
				  "wait for the guest" },
	[CAUSE_POWERED_DOWN] = { "power-off without proof", 92,
				 "a guest that has no agent powered off when "
				 "its button was pressed" },
	[CAUSE_QEMU_NOT_STARTED] = { "QEMU not started", 93,
				     "QEMU could not be executed" },
	[CAUSE_UNOBSERVED] = { "unobserved", 94,
			       "it ended while no shim was there to see it" },
	[CAUSE_NO_HOST_KEY] = { "no host key", 95,
				"the image was not made for this machine: "
				"none of its keys opens it" },
	[CAUSE_UV_MEMORY] = { "ultravisor memory", 96,
			      "the host had not the memory that the "
			      "ultravisor needs for the guest" },
	[CAUSE_PV_FAILED] = { "secure teardown failed", 97,
			      "QEMU gave up, for KVM could not let go of the "
			      "secure guest" },
	[CAUSE_NO_MEMORY] = { "no memory", 98, "the host has no room for it" },
};

const char *cause_name(enum cause c)
{
	return causes[c].name;
}

int cause_exit(enum cause c)
{
	return causes[c].exit_code;
}

/* A sentence that grows; what does not fit is cut. */
struct words {
	char *buf;
	size_t size, len;
};

static void add(struct words *w, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void add(struct words *w, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(w->buf + w->len, w->size - w->len, fmt, ap);
	va_end(ap);
	w->len += n > 0 ? (size_t)n : 0;
	if (w->len >= w->size)
		w->len = w->size - 1;
}

static bool crashed_while_ending(const struct evidence *e)
{
	return (e->end == END_EXIT_QUIT || e->end == END_EXIT_SIGNAL) &&
	       verdict_signal(WTERMSIG(e->wait_status)) == END_CRASHED;
}

static void add_status(struct words *w, const struct evidence *e)
{
	static const char *const say[OOMS] = {
		[OOM_NONE] = "",
		[OOM_CGROUP] = ", and its control group counts an OOM kill",
		[OOM_LOG] = ", and the kernel's log names its pid",
	};
	char text[WAIT_STATUS_TEXT];

	if (!e->wait_status)
		return;
	add(w, " (%s%s%s)",
	    WIFSIGNALED(e->wait_status) && crashed_while_ending(e)
		    ? "it crashed as it ended: "
		    : "",
	    wait_status_text(e->wait_status, text), say[e->oom]);
}

/* These say nothing of the guest. */
static bool has_moment(enum cause c)
{
	return c != CAUSE_UNCLEAN_PROOF && c != CAUSE_MEMORY_HELD &&
	       c != CAUSE_NO_MEMORY && c != CAUSE_QEMU_REFUSED &&
	       c != CAUSE_QEMU_NOT_STARTED;
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

static void add_moment(struct words *w, const struct evidence *e)
{
	add(w, ", %s", stage_words(e->stage));
	if (e->stage == STAGE_HELLO && e->boot_stage)
		add(w, ": it came to stage %u, %s", e->boot_stage,
		    boot_stage_name(e->boot_stage));
}

/* What a payload's wait status means; it came from the guest as a number. */
static void add_payload_end(struct words *w, uint32_t status)
{
	unsigned int signal = status & 0x7f;

	add(w, signal ? " with signal %u" : " with status %u",
	    signal ? signal : status >> 8 & 0xff);
}

/* Why a guest wanted the end that it had: nothing for who was asked. */
static void add_wanted_why(struct words *w, const struct evidence *e)
{
	switch (e->icause) {
	case ICAUSE_INIT:
		add(w, ": its stage %u, %s, failed (%s)", e->detail >> 8,
		    boot_stage_name((uint8_t)(e->detail >> 8)),
		    strerror((int)(e->detail & 0xff)));
		break;
	case ICAUSE_PAYLOAD_EXIT:
		add(w, ": its payload ended");
		add_payload_end(w, e->detail);
		break;
	case ICAUSE_GAVE_UP:
		add(w, ": its payload ended too often, at last");
		add_payload_end(w, e->detail);
		break;
	case ICAUSE_WATCHDOG:
		add(w, ": its payload gave no sign of life");
		break;
	case ICAUSE_OOM:
		add(w, ": its payload took too much memory");
		break;
	case ICAUSE_CTRL_ALT_DEL:
		add(w, ": the machine's button was pressed");
		break;
	default:
		break;
	}
}

static void add_missing(struct words *w, uint32_t missing)
{
	static const char *const what[] = {
		"QEMU's last events",
		"its exit status",
		"the agent's last words",
	};
	const char *before = "; missing: ";

	for (size_t i = 0; i < ARRAY_SIZE(what); i++) {
		if (!(missing & 1U << i))
			continue;
		add(w, "%s%s", before, what[i]);
		before = ", ";
	}
}

static void add_pv(struct words *w, const struct pv_failure *f)
{
	static const char *const names[PV_COMMANDS] = {
		[PV_ENABLE] = "ENABLE",
		[PV_DISABLE] = "DISABLE",
		[PV_SET_SEC_PARMS] = "SET_SEC_PARMS",
		[PV_UNPACK] = "UNPACK",
		[PV_VERIFY] = "VERIFY",
		[PV_PREP_RESET] = "PREP_RESET",
		[PV_UNSHARE_ALL] = "UNSHARE_ALL",
		[PV_INFO] = "INFO",
		[PV_DUMP] = "DUMP",
		[PV_PREPARE] = "ASYNC_CLEANUP_PREPARE",
		[PV_PERFORM] = "ASYNC_CLEANUP_PERFORM",
	};

	if (!f->any)
		return;
	add(w, "; KVM_PV_%s failed (%s",
	    f->command < PV_COMMANDS ? names[f->command] : "?",
	    strerror(-f->error));
	if (f->rc)
		add(w, ", ultravisor rc 0x%x rrc 0x%x", f->rc, f->rrc);
	add(w, ")");
}

void verdict_sentence(enum cause c, const struct evidence *e, char *buf,
		      size_t size)
{
	struct words w = { .buf = buf, .size = size };
	const struct proof *p = &e->proof;

	add(&w, "%s", causes[c].text);
	add_status(&w, e);
	if (!verdict_orderly(e) && has_moment(c))
		add_moment(&w, e);
	if (e->said[0])
		add(&w, " (%s)", e->said);
	if (c == CAUSE_UNCLEAN_PROOF)
		add(&w,
		    ": %u writable mounts, %u requests in flight, %u "
		    "processes",
		    p->rw_mounts, p->inflight, p->processes);
	else
		add_wanted_why(&w, e);
	add_pv(&w, &e->pv);
	if (e->helper_first)
		add(&w, "; its teardown helper had ended before it");
	add_missing(&w, e->missing);
}
