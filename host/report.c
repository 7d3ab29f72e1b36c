// SPDX-License-Identifier: Apache-2.0
/*
 * host/report.c - what the shim tells people, as JSON and as log lines
 *
 * Theory of operation: a struct report borrows what the shim knows, and of it
 * is made all that is told: the status, events, lines of the log. Only the
 * last words of QEMU are read from its own log. What the members are called
 * host/link/io.reprise.varlink says, too, and a test compares them.
 */
#include "host/report.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/log.h"

#include "host/clock.h"
#include "host/config/appliance.h"
#include "host/config/image.h"
#include "host/config/runtime.h"
#include "host/net/tap.h"
#include "host/teardown.h"

static json_t *phases_json(const struct marks *m)
{
	struct phase list[MARKS];
	size_t n = phases_list(m, list);
	json_t *array = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(array, json_pack("{s:s, s:I}", "name",
						       list[i].name, "us",
						       (json_int_t)list[i].us));
	return array;
}

/* The moments themselves, for whoever wants to add them up otherwise. */
static json_t *marks_json(const struct marks *m)
{
	json_t *object = json_object();

	for (int i = 0; i < MARKS; i++)
		if (m->at_us[i])
			json_object_set_new(
				object, mark_name((enum mark)i),
				json_integer((json_int_t)m->at_us[i]));
	return object;
}

json_t *report_passage(const struct passage *p, json_t *console)
{
	json_t *passage = json_pack(
		"{s:s, s:s, s:s, s:s, s:I, s:i, s:o, s:o, s:I, s:I}",
		"strategy", strategy_name(p->strategy), "reason",
		p->reason ? p->reason : "", "cause", cause_name(p->cause),
		"evidence", p->evidence, "waited_us", (json_int_t)p->wish_us,
		"attempts", (int)p->tries, "phases", phases_json(&p->marks),
		"marks", marks_json(&p->marks), "total_us",
		(json_int_t)phases_total(&p->marks), "down_us",
		(json_int_t)phases_down(&p->marks));

	if (console)
		json_object_set(passage, "console", console);
	return passage;
}

static json_t *forwards_json(const struct appliance *a)
{
	json_t *array = json_array();

	for (uint32_t i = 0; i < a->forwards; i++)
		json_array_append_new(
			array, json_pack("{s:s, s:i, s:i}", "address",
					 a->forward[i].address, "port",
					 (int)a->forward[i].port, "guest",
					 (int)a->forward[i].guest));
	return array;
}

/* Return: NULL: it is on no bridge */
static json_t *link_json(const struct appliance *a)
{
	char name[LINK_NAME_SIZE];

	if (a->network != NETWORK_TAP)
		return NULL;
	tap_name(a->name, name);
	return json_pack("{s:s, s:s, s:s}", "name", name, "bridge", a->bridge,
			 "mac", a->mac);
}

static const char *secure_word(const struct lifecycle *lc)
{
	static const char *const words[] = { "no", "yes" };

	if (lc->epoch.stage == STAGE_SILENT || lc->epoch.secure > 1)
		return "unknown";
	return words[lc->epoch.secure];
}

static json_t *draining_json(const struct report *r, uint64_t now_us)
{
	json_t *array = json_array();

	for (size_t i = 0; i < r->teardown_count; i++)
		json_array_append_new(array,
				      teardown_json(&r->teardowns[i], now_us));
	return array;
}

/* Return: @text, or other words; "" */
static const char *waits_for(const struct report *r, char text[static 64])
{
	if (r->lc->state == LC_ADMITTING)
		return r->lc->memory_said;
	if (r->lc->state != LC_PAUSED || !r->teardown_count)
		return "";
	snprintf(text, 64, "memory is scarce while generation %u drains",
		 r->teardowns[0].generation);
	return text;
}

/* Return: NULL: it is not known */
static json_t *memory_json(const struct report *r)
{
	return r->memory_bytes ? json_integer((json_int_t)r->memory_bytes)
			       : NULL;
}

static const char *agent_word(const struct epoch *e)
{
	if (e->stage == STAGE_SILENT)
		return "not heard yet";
	return e->silent ? "silent" : "answering";
}

json_t *report_status(const struct report *r, uint64_t now_us)
{
	const struct lifecycle *lc = r->lc;
	char epoch[17];
	char wait[64];

	snprintf(epoch, sizeof(epoch), "%016" PRIx64, lc->epoch.id);
	return json_pack(
		"{s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:s, s:s, s:i, s:s, s:i, "
		"s:i, s:I, s:I, s:I, s:I, s:o, s:o, s:s, s:s, s:s, s:o*, s:o*, "
		"s:o}",
		"name", r->appliance->name, "state", lc_state_name(lc->state),
		"image", r->image->name, "version", r->image->version,
		"architecture", r->image->arch, "generation",
		(int)lc->generation, "boot", (int)lc->boot, "epoch", epoch,
		"agent", agent_word(&lc->epoch), "boot_stage",
		(int)lc->epoch.boot_stage, "boot_stage_name",
		boot_stage_name(lc->epoch.boot_stage), "pid", (int)r->qemu,
		"helper", (int)r->helper, "uptime_us",
		(json_int_t)(now_us - r->started_us), "frames_dropped",
		(json_int_t)lc->epoch.dropped, "agent_dropped",
		(json_int_t)r->agent_dropped, "readers_dropped",
		(json_int_t)r->readers_dropped, "forwards",
		forwards_json(r->appliance), "draining",
		draining_json(r, now_us), "waits_for", waits_for(r, wait),
		"secure", secure_word(lc), "cleanup",
		cleanup_name(lc->cleanup.kind), "memory_bytes", memory_json(r),
		"link", link_json(r->appliance), "last",
		report_passage(&lc->last, r->console_last));
}

static void add_passage(json_t *event, const struct passage *p, json_t *console)
{
	json_object_set_new(event, "passage", report_passage(p, console));
}

json_t *report_event(const struct report *r, enum report_kind kind)
{
	static const char kinds[REPORT_KINDS][10] = {
		[REPORT_BEGIN] = "begin",     [REPORT_STATE] = "state",
		[REPORT_BOOT] = "boot",	      [REPORT_STAGE] = "stage",
		[REPORT_READY] = "ready",     [REPORT_VERDICT] = "verdict",
		[REPORT_PASSAGE] = "passage", [REPORT_DRAINING] = "draining",
		[REPORT_DRAINED] = "drained", [REPORT_CLEANUP] = "cleanup",
	};
	const struct lifecycle *lc = r->lc;
	char epoch[17];
	json_t *event;

	snprintf(epoch, sizeof(epoch), "%016" PRIx64, lc->epoch.id);
	event = json_pack("{s:I, s:s, s:s, s:s, s:i, s:i, s:s}", "time_us",
			  (json_int_t)clock_real_us(), "name",
			  r->appliance->name, "event", kinds[kind], "state",
			  lc_state_name(lc->state), "generation",
			  (int)lc->generation, "boot", (int)lc->boot, "epoch",
			  epoch);
	if (kind == REPORT_STAGE)
		json_object_set_new(
			event, "stage",
			json_string(boot_stage_name(lc->epoch.boot_stage)));
	if (kind == REPORT_CLEANUP)
		json_object_set_new(
			event, "cleanup",
			json_string(cleanup_name(lc->cleanup.kind)));
	if (kind == REPORT_VERDICT)
		add_passage(event, &lc->now, r->console_now);
	if (kind == REPORT_DRAINING || kind == REPORT_DRAINED)
		json_object_set_new(event, "teardown",
				    teardown_json(r->teardown, clock_us()));
	if (kind == REPORT_PASSAGE)
		add_passage(event, &lc->last, r->console_last);
	return event;
}

/* The last line of qemu.log: what QEMU said before it ended. */
static void last_words(const struct runtime *rt, off_t from, char *buf,
		       size_t size)
{
	int fd = openat(rt->dir_fd, "qemu.log", O_RDONLY | O_CLOEXEC);
	char *line;
	ssize_t n = 0;
	off_t end;

	buf[0] = '\0';
	if (fd < 0)
		return;
	end = lseek(fd, 0, SEEK_END);
	if (end - from >= (off_t)size)
		from = end - (off_t)size + 1;
	if (end > from)
		n = pread(fd, buf, size - 1, from);
	close(fd);
	buf[n > 0 ? n : 0] = '\0';
	while (n > 0 && buf[n - 1] == '\n')
		buf[--n] = '\0';
	line = strrchr(buf, '\n');
	if (line)
		memmove(buf, line + 1, strlen(line));
}

void report_judged(const struct report *r)
{
	const struct passage *p = &r->lc->now;
	char said[256];
	json_t *line;
	size_t i;

	log_line(STDERR_FILENO, r->appliance->name, "%s: %s",
		 cause_name(p->cause), p->evidence);
	last_words(r->runtime, r->log_from, said, sizeof(said));
	if (!cause_clean(p->cause) && said[0])
		log_line(STDERR_FILENO, r->appliance->name,
			 "QEMU's last words: %s", said);
	json_array_foreach(r->console_now, i, line)
	{
		log_line(STDERR_FILENO, r->appliance->name, "console: %s",
			 json_string_value(line));
	}
}

void report_done(const struct report *r)
{
	const struct passage *p = &r->lc->last;
	unsigned int ms = (unsigned int)(phases_total(&p->marks) / 1000);

	if (p->strategy == STRATEGY_STOP)
		log_line(STDERR_FILENO, r->appliance->name,
			 "stopped in %u ms: %s", ms, p->reason);
	else if (p->strategy != STRATEGY_NONE)
		log_line(STDERR_FILENO, r->appliance->name,
			 "restarted %s in %u ms: %s",
			 strategy_name(p->strategy), ms, p->reason);
	else
		log_line(STDERR_FILENO, r->appliance->name, "ready after %u ms",
			 ms);
}

void report_reset(const struct report *r)
{
	static const char *const words[CLEANUPS] = {
		[CLEANUP_NONE] = "there was nothing to destroy",
		[CLEANUP_WATCHED] = "it is being watched",
		[CLEANUP_ASYNC] = "it is destroyed in the background",
		[CLEANUP_SYNC] = "it was destroyed while the reset waited",
		[CLEANUP_UNKNOWN] = "no destroy of it was seen",
	};
	const struct cleanup *c = &r->lc->cleanup;

	log_line(STDERR_FILENO, r->appliance->name,
		 "the secure guest before the reset: %s%s%s", words[c->kind],
		 c->refused ? ", since KVM refused to do it later: " : "",
		 c->refused ? strerror(-c->refused) : "");
}

const char *report_answer(const struct lifecycle *lc, enum answer a,
			  char sentence[static SENTENCE_MAX])
{
	static const struct {
		const char *error, *sentence;
	} answers[ANSWERS] = {
		[ANSWER_DONE] = { NULL, NULL },
		[ANSWER_BUSY] = { "Busy", "another request is under way: wait "
					  "until it is done" },
		[ANSWER_SUPERSEDED] = { "Superseded",
					"a stop took the place of this "
					"request" },
		[ANSWER_REFUSED] = { "Refused",
				     "the guest's sealed policy forbids it: "
				     "see [policy] of its init.conf" },
		[ANSWER_ENDED] = { "Ended", "the appliance ended instead" },
	};
	const struct passage *p = &lc->last;

	if (a == ANSWER_ENDED)
		snprintf(sentence, SENTENCE_MAX, "%s: %s: %s: %s",
			 answers[ANSWER_ENDED].sentence, cause_name(p->cause),
			 p->evidence, p->reason);
	else
		snprintf(sentence, SENTENCE_MAX, "%s",
			 answers[a].sentence ? answers[a].sentence : "");
	return answers[a].error;
}
