// SPDX-License-Identifier: Apache-2.0
/*
 * host/qemu/event.c - what an event of QEMU's monitor means here
 *
 * Theory of operation: a row for each event that counts (QEMU qapi/run-state,
 * qapi/block-core), with what it ends and who puts its details into words.
 * SHUTDOWN's reason is a ShutdownCause. A disk's error only counts where QEMU
 * says that it stops the VM for it.
 */
#include "host/qemu/event.h"

#include <stdio.h>
#include <string.h>

#include "common/array.h"

typedef bool read_fn(const json_t *data, struct lc_event *ev, char *said);

static const char *text(const json_t *object, const char *key)
{
	const char *s = json_string_value(json_object_get(object, key));

	return s ? s : "";
}

static bool read_shutdown(const json_t *data, struct lc_event *ev, char *said)
{
	static const struct {
		const char *reason;
		enum vm_end end;
	} ends[] = {
		{ "guest-reset", END_RESET },
		{ "guest-shutdown", END_SHUTDOWN },
		{ "guest-panic", END_PANIC },
		{ "host-qmp-quit", END_EXIT_QUIT },
		{ "host-signal", END_EXIT_SIGNAL },
	};
	const char *reason = text(data, "reason");

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		if (strcmp(ends[i].reason, reason) != 0)
			continue;
		ev->end = ends[i].end;
		return true;
	}
	ev->end = END_PAUSED;
	snprintf(said, EVIDENCE_SAID, "SHUTDOWN: %s", reason);
	return true;
}

/* s390x names its reason and PSW, Hyper-V's interface five numbers. */
static bool read_panic(const json_t *data, struct lc_event *ev, char *said)
{
	const json_t *info = json_object_get(data, "info");
	const char *type = text(info, "type");
	const json_t *address = json_object_get(info, "psw-addr");
	const json_t *arg = json_object_get(info, "arg1");

	ev->end = END_PANIC;
	if (strcmp(type, "s390") == 0 && json_is_integer(address))
		snprintf(said, EVIDENCE_SAID, "%s of CPU %lld at %#llx",
			 text(info, "reason"),
			 json_integer_value(json_object_get(info, "core")),
			 json_integer_value(address));
	else if (strcmp(type, "hyper-v") == 0 && json_is_integer(arg))
		snprintf(said, EVIDENCE_SAID, "its first argument is %#llx",
			 json_integer_value(arg));
	return true;
}

static bool read_watchdog(const json_t *data, struct lc_event *ev, char *said)
{
	(void)data;
	(void)said;
	ev->end = END_WATCHDOG;
	return true;
}

static bool read_disk_error(const json_t *data, struct lc_event *ev, char *said)
{
	const char *disk = text(data, "device");

	if (strcmp(text(data, "action"), "stop") != 0)
		return false;
	ev->end = END_PAUSED;
	snprintf(said, EVIDENCE_SAID, "%s of disk %s: %s",
		 text(data, "operation"),
		 disk[0] ? disk : text(data, "node-name"),
		 text(data, "reason"));
	return true;
}

bool event_read(const char *name, const json_t *data, struct lc_event *ev,
		char said[static EVIDENCE_SAID])
{
	static const struct {
		const char *name;
		enum lc_event_type type;
		read_fn *read;
	} events[] = {
		{ "SHUTDOWN", EV_SHUTDOWN, read_shutdown },
		{ "GUEST_PANICKED", EV_SHUTDOWN, read_panic },
		{ "WATCHDOG", EV_SHUTDOWN, read_watchdog },
		{ "BLOCK_IO_ERROR", EV_SHUTDOWN, read_disk_error },
		{ "STOP", EV_STOP, NULL },
		{ "RESET", EV_RESET, NULL },
	};
	struct lc_event found = { .said = said };

	said[0] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(events); i++) {
		if (strcmp(events[i].name, name) != 0)
			continue;
		found.type = events[i].type;
		if (events[i].read && !events[i].read(data, &found, said))
			return false;
		*ev = found;
		return true;
	}
	return false;
}
