// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/test_devices.c - network, disks and watchdog of the guest
 *
 * One image (tests/integration/images/devices) wants a link, a disk that it
 * may make, one that it may not write to, and a watchdog; what it gets is the
 * appliance file's choice. Nothing on its command line sets up a network.
 */
#include "tests/integration/both.h"

#include <stdio.h>
#include <string.h>

#include "common/msg.h"
#include "tests/integration/disks.h"

enum { WATCHDOG_MS = 15000, SLACK_MS = 10000 };

/* Of the machine's only link: QEMU gives it to the first one. */
#define MAC "52:54:00:12:34:56"

/* @lines: of [storage] and what comes after it */
static void run(struct both *b, const char *lines)
{
	char text[1024];

	snprintf(text, sizeof(text),
		 "[network]\nforward = 80\n[restart]\npolicy = never\n%s",
		 lines);
	rig_run_file(&b->rig, rig_image(b->arch, "devices"), text);
}

static void assert_page(struct rig *r, const char *page, const char *part)
{
	const char *got = rig_get(r, page);

	if (!strstr(got, part))
		rig_fail(r, got);
}

static void stop(struct rig *r)
{
	RIG_DO(r, "stop", r->name);
	rig_assert_end(r, 0);
	rig_assert_nothing_left(r);
}

/* ---- what works */

static void disk_is_made_once_and_kept_over_a_clean_reboot(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;

	disks_make(r, "one.img");
	run(b, "[storage]\ndisk = data-1 one.img\n");
	rig_watch_console(r);
	rig_await_ready(r);
	assert_int_equal(rig_number(r, "boot_stage"), BOOT_READY);
	rig_await_console(r, "disk files is absent: skipped");
	assert_page(r, "/cgi-bin/do?net", " 10.0.2.15/24 ");
	assert_page(r, "/cgi-bin/do?net", "default via 10.0.2.2 dev eth0");
	assert_page(r, "/cgi-bin/do?net", "nameserver 10.0.2.3");
	assert_page(r, "/cgi-bin/do?mounts",
		    "/data ext4 rw,nosuid,nodev,relatime");
	assert_page(r, "/cgi-bin/do?write", "\r\n\r\n1\n");
	rig_poke(r, "/cgi-bin/do?reboot");
	rig_await_ready(r);
	assert_string_equal(rig_last(r, "cause"), "clean reboot");
	assert_string_equal(rig_last(r, "strategy"), "in place");
	assert_page(r, "/cgi-bin/do?write", "\r\n\r\n2\n");
	stop(r);
}

static void disk_that_cannot_be_unmounted_is_made_read_only(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;

	disks_make(r, "one.img");
	run(b, "[storage]\ndisk = data-1 one.img\n");
	rig_watch_console(r);
	rig_await_ready(r);
	assert_page(r, "/cgi-bin/do?write", "\r\n\r\n1\n");
	assert_page(r, "/cgi-bin/do?busy", "busy");
	rig_poke(r, "/cgi-bin/do?reboot");
	rig_await_ready(r);
	rig_await_console(r, " 0 writable mounts");
	assert_string_equal(rig_last(r, "cause"), "clean reboot");
	assert_string_equal(rig_last(r, "strategy"), "in place");
	assert_page(r, "/cgi-bin/do?write", "\r\n\r\n2\n");
	stop(r);
}

static void host_may_say_the_network_and_lend_a_disk(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;

	disks_make(r, "one.img");
	disks_make_ext4(r, "two.img", "files");
	run(b, "[storage]\ndisk = data-1 one.img\n"
	       "disk = other read-only two.img\n"
	       "[guest]\nparameter = link = " MAC " mtu 1400 address "
	       "10.0.2.15/24\n");
	rig_await_ready(r);
	assert_page(r, "/cgi-bin/do?mounts",
		    "/srv/files ext4 ro,nosuid,nodev,relatime");
	assert_null(strstr(rig_get(r, "/cgi-bin/do?net"), "default"));
	stop(r);
}

/* ---- what does not, and says why */

static void boot_that_cannot_go_on_is_a_stated_power_off(void **state)
{
	static const struct {
		const char *lines, *evidence, *console;
	} cases[] = {
		{ "[storage]\ndisk = data-1 one.img\n"
		  "[guest]\nparameter = link = eth7\n",
		  "its stage 6, network, failed (No such device)",
		  "link eth7: there is none" },
		{ "[storage]\ndisk = data-1 one.img\n"
		  "[guest]\nparameter = exec = /bin/sh\n",
		  "its stage 6, network, failed (Invalid argument)",
		  "the host:1: unknown key 'exec'" },
		{ "[storage]\ndisk = data-1 one.img\n"
		  "[guest]\nparameter = link = eth0\n"
		  "parameter = link = " MAC "\n",
		  "its stage 6, network, failed (File exists)",
		  "two lines of init.conf mean link eth0" },
		{ "[storage]\ndisk = data-1 one.img\n"
		  "[guest]\nparameter = link = 52:54:00:00:00:01\n",
		  "its stage 6, network, failed (No such device)",
		  "link 52:54:00:00:00:01: there is none" },
		{ "[storage]\ndisk = data-1 one.img\n"
		  "disk = a two.img\ndisk = b three.img\n",
		  "its stage 7, storage, failed (File exists)",
		  "disk files: there are several" },
		{ "[storage]\ndisk = data-1 broken.img\n",
		  "its stage 7, storage, failed (State not recoverable)",
		  "e2fsck could not repair it alone" },
		{ "", "its stage 7, storage, failed (No such file",
		  "disk data-1: look for it" },
		{ "[storage]\ndisk = data-1 read-only one.img\n",
		  "its stage 7, storage, failed (Read-only file system)",
		  "the machine has it read-only" },
		{ "[storage]\ndisk = data-1 full.img\n",
		  "its stage 7, storage, failed (Wrong medium type)",
		  "it is not empty, and no ext4" },
	};
	struct both *b = *state;
	struct rig *r = &b->rig;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (i)
			rig_open(r);
		disks_make(r, "one.img");
		disks_make_ext4(r, "two.img", "files");
		disks_make_ext4(r, "three.img", "files");
		disks_break(disks_make_ext4(r, "broken.img", "broken"));
		rig_write(r, "full.img", "something that somebody wants");
		run(b, cases[i].lines);
		rig_watch_console(r);
		rig_assert_end(r, 84);
		rig_await_said(r, "boot failed");
		rig_await_said(r, cases[i].evidence);
		rig_await_console(r, cases[i].console);
		rig_assert_nothing_left(r);
		rig_close(r);
	}
}

/* ---- the watchdog */

static void who_hangs_is_stopped_by_the_watchdog(struct both *b,
						 const char *page)
{
	struct rig *r = &b->rig;
	int64_t end_ms;

	disks_make(r, "one.img");
	run(b, "[storage]\ndisk = data-1 one.img\n");
	rig_await_ready(r);
	rig_poke(r, page);
	end_ms = child_deadline() - CHILD_DEADLINE_MS + WATCHDOG_MS + SLACK_MS;
	rig_assert_end(r, 69);
	assert_true(child_left(end_ms) > 0); /* as init.conf says */
	rig_await_said(r, "watchdog: nobody fed the guest's watchdog");
	rig_assert_nothing_left(r);
}

static void pid_1_stopped_is_a_watchdog(void **state)
{
	who_hangs_is_stopped_by_the_watchdog(*state, "/cgi-bin/do?freeze");
}

static void kernel_hung_is_a_watchdog(void **state)
{
	who_hangs_is_stopped_by_the_watchdog(*state, "/cgi-bin/do?spin");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(disk_is_made_once_and_kept_over_a_clean_reboot),
		ON_BOTH(disk_that_cannot_be_unmounted_is_made_read_only),
		ON_BOTH(host_may_say_the_network_and_lend_a_disk),
		ON_BOTH(boot_that_cannot_go_on_is_a_stated_power_off),
		ON_BOTH(pid_1_stopped_is_a_watchdog),
		ON_BOTH(kernel_hung_is_a_watchdog),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
