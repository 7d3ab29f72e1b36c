// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/test_guest.c - ends that the guest begins
 *
 * Its image (tests/integration/images/guest) does what its page do?WHAT says.
 */
#include "tests/integration/both.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static void start(struct both *b)
{
	rig_run(&b->rig, rig_image(b->arch, "guest"), "guest");
	rig_await_ready(&b->rig);
}

static void assert_boot(struct both *b, int generation, int boot)
{
	char facts[256];

	snprintf(facts, sizeof(facts),
		 "ARCH=%s\nGENERATION=%d\nBOOT=%d\nEPOCH=%s\n", b->arch,
		 generation, boot, rig_word(&b->rig, "epoch"));
	assert_non_null(strstr(rig_get(&b->rig, "/cgi-bin/facts"), facts));
}

static void assert_last(struct rig *r, const char *cause, const char *strategy)
{
	assert_string_equal(rig_last(r, "cause"), cause);
	assert_string_equal(rig_last(r, "strategy"), strategy);
}

static void guest_that_asks_gets_what_it_asked_for(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;
	json_int_t qemu;

	start(b);
	qemu = rig_number(r, "pid");
	rig_poke(r, "/cgi-bin/do?reboot");
	rig_await_ready(r);
	assert_boot(b, 1, 2);
	assert_last(r, "clean reboot", "in place");
	assert_int_equal(rig_number(r, "pid"), qemu);
	rig_poke(r, "/cgi-bin/do?poweroff");
	rig_assert_end(r, 0);
	rig_await_said(r, "clean power-off");
	rig_assert_nothing_left(r);
}

static void payload_that_fails_is_rebooted_cleanly(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;

	start(b);
	rig_poke(r, "/cgi-bin/do?exit");
	rig_await_ready(r);
	assert_boot(b, 1, 2);
	assert_last(r, "payload failed", "in place");
	RIG_DO(r, "stop", "guest");
	rig_assert_end(r, 0);
	rig_assert_nothing_left(r);
}

/* A QEMU that has a monitor besides, for the machine's button. */
static void run_with_monitor(struct both *b)
{
	struct rig *r = &b->rig;
	char text[512];
	const char *qemu;

	snprintf(text, sizeof(text),
		 "#!/bin/sh\nexec qemu-system-%s \"$@\" -monitor "
		 "unix:%s/monitor,server=on,wait=off\n",
		 b->arch, r->dir);
	qemu = rig_write(r, "qemu", text);
	assert_int_equal(chmod(qemu, 0755), 0);
	snprintf(text, sizeof(text),
		 "qemu = %s\n[network]\nforward = 80\n[restart]\npolicy = "
		 "never\n",
		 qemu);
	rig_run_file(r, rig_image(b->arch, "guest"), text);
	rig_await_ready(r);
}

/* Return: the monitor's connection, which hears the word before its end */
static int press_button(struct rig *r)
{
	static const char word[] = "system_powerdown\n";
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(to.sun_path, sizeof(to.sun_path), "%s/monitor", r->dir);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	assert_int_equal(write(fd, word, sizeof(word) - 1), sizeof(word) - 1);
	return fd;
}

static void button_of_the_machine_is_a_clean_power_off(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;
	int monitor;

	run_with_monitor(b);
	monitor = press_button(r);
	rig_assert_end(r, 0);
	close(monitor);
	rig_await_said(r, "clean power-off");
	rig_await_said(r, "the machine's button was pressed");
	rig_assert_nothing_left(r);
}

static void guest_that_ends_unasked_is_never_reset_in_place(void **state)
{
	static const struct {
		const char *page, *cause;
	} ends[] = {
		{ "/cgi-bin/do?reset", "reset without intent" },
		{ "/cgi-bin/do?halt", "power-off without intent" },
		{ "/cgi-bin/do?panic", "guest panic" },
	};
	struct both *b = *state;
	struct rig *r = &b->rig;

	start(b);
	for (int i = 0; i < 3; i++) {
		json_int_t qemu = rig_number(r, "pid");

		rig_poke(r, ends[i].page);
		rig_await_ready(r);
		assert_boot(b, i + 2, 1);
		assert_last(r, ends[i].cause, "overlap");
		assert_true(rig_number(r, "pid") != qemu);
	}
	RIG_DO(r, "stop", "guest");
	rig_assert_end(r, 0);
	rig_assert_nothing_left(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(guest_that_asks_gets_what_it_asked_for),
		ON_NEXT(guest_that_asks_gets_what_it_asked_for),
		ON_BOTH(payload_that_fails_is_rebooted_cleanly),
		/* x86 tells its kernel by ACPI, and that nobody: docs/facts.md,
		   11 */
		ON_ONE(button_of_the_machine_is_a_clean_power_off, s390x),
		ON_BOTH(guest_that_ends_unasked_is_never_reset_in_place),
		ON_NEXT(guest_that_ends_unasked_is_never_reset_in_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
