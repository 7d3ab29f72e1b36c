// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/qemu/test_event.c - QEMU's events, as QEMU writes them, and worse
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/array.h"
#include "host/qemu/event.h"

static const struct {
	const char *name, *data;
	bool counts;
	enum lc_event_type type;
	enum vm_end end;
	const char *said;
} rows[] = {
	{ "SHUTDOWN", "{\"guest\":true,\"reason\":\"guest-reset\"}", true,
	  EV_SHUTDOWN, END_RESET, "" },
	{ "SHUTDOWN", "{\"guest\":true,\"reason\":\"guest-shutdown\"}", true,
	  EV_SHUTDOWN, END_SHUTDOWN, "" },
	{ "SHUTDOWN", "{\"guest\":false,\"reason\":\"host-qmp-quit\"}", true,
	  EV_SHUTDOWN, END_EXIT_QUIT, "" },
	{ "SHUTDOWN", "{\"guest\":false,\"reason\":\"host-signal\"}", true,
	  EV_SHUTDOWN, END_EXIT_SIGNAL, "" },
	{ "SHUTDOWN", "{\"guest\":false,\"reason\":\"host-ui\"}", true,
	  EV_SHUTDOWN, END_PAUSED, "SHUTDOWN: host-ui" },
	{ "SHUTDOWN", "{\"reason\":7}", true, EV_SHUTDOWN, END_PAUSED,
	  "SHUTDOWN: " },
	{ "SHUTDOWN", NULL, true, EV_SHUTDOWN, END_PAUSED, "SHUTDOWN: " },
	{ "GUEST_PANICKED",
	  "{\"action\":\"pause\",\"info\":{\"type\":\"s390\",\"core\":1,"
	  "\"psw-mask\":562956395872256,\"psw-addr\":1048576,"
	  "\"reason\":\"disabled-wait\"}}",
	  true, EV_SHUTDOWN, END_PANIC, "disabled-wait of CPU 1 at 0x100000" },
	{ "GUEST_PANICKED",
	  "{\"action\":\"pause\",\"info\":{\"type\":\"hyper-v\",\"arg1\":255,"
	  "\"arg2\":0,\"arg3\":0,\"arg4\":0,\"arg5\":0}}",
	  true, EV_SHUTDOWN, END_PANIC, "its first argument is 0xff" },
	{ "GUEST_PANICKED", "{\"action\":\"pause\"}", true, EV_SHUTDOWN,
	  END_PANIC, "" },
	{ "GUEST_PANICKED", "{\"info\":\"s390\"}", true, EV_SHUTDOWN, END_PANIC,
	  "" },
	{ "WATCHDOG", "{\"action\":\"pause\"}", true, EV_SHUTDOWN, END_WATCHDOG,
	  "" },
	{ "BLOCK_IO_ERROR",
	  "{\"device\":\"\",\"node-name\":\"disk0\",\"operation\":\"write\","
	  "\"action\":\"stop\",\"nospace\":true,\"reason\":\"No space left on "
	  "device\"}",
	  true, EV_SHUTDOWN, END_PAUSED,
	  "write of disk disk0: No space left on device" },
	{ "BLOCK_IO_ERROR",
	  "{\"device\":\"vda\",\"operation\":\"read\",\"action\":\"report\"}",
	  false, 0, 0, "" },
	{ "STOP", NULL, true, EV_STOP, 0, "" },
	{ "RESET", "{\"guest\":false}", true, EV_RESET, 0, "" },
	{ "RESUME", NULL, false, 0, 0, "" },
	{ "", NULL, false, 0, 0, "" },
};

static void event_of_qemu_means_what_is_written(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct lc_event ev = { .type = LC_EVENTS };
		char said[EVIDENCE_SAID];
		json_t *data =
			rows[i].data ? json_loads(rows[i].data, 0, NULL) : NULL;
		bool counts = event_read(rows[i].name, data, &ev, said);

		json_decref(data);
		assert_int_equal(counts, rows[i].counts);
		if (!counts) {
			assert_int_equal(ev.type, LC_EVENTS);
			continue;
		}
		assert_int_equal(ev.type, rows[i].type);
		if (ev.type == EV_SHUTDOWN)
			assert_int_equal(ev.end, rows[i].end);
		assert_string_equal(ev.said, rows[i].said);
	}
}

static void details_too_long_are_cut(void **state)
{
	char reason[2 * EVIDENCE_SAID], said[EVIDENCE_SAID];
	struct lc_event ev;
	json_t *data;

	(void)state;
	memset(reason, 'r', sizeof(reason) - 1);
	reason[sizeof(reason) - 1] = '\0';
	data = json_pack("{s:s}", "reason", reason);
	assert_true(event_read("SHUTDOWN", data, &ev, said));
	assert_int_equal(strlen(said), sizeof(said) - 1);
	json_decref(data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(event_of_qemu_means_what_is_written),
		cmocka_unit_test(details_too_long_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
