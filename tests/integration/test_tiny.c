// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/test_tiny.c - the guest of configs/tiny
 *
 * Built into build/tiny beside the full one: no network, storage or watchdog
 * of its own, and still a guest that boots, serves and ends as it should. What
 * only the full one knows in init.conf is what it refuses when it boots.
 */
#include "tests/integration/both.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "common/msg.h"

static void tiny_guest_boots_reboots_and_stops(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;
	char image[64];

	snprintf(image, sizeof(image), "build/tiny/%s/image/guest", b->arch);
	rig_run(r, image, "guest");
	rig_await_ready(r);
	assert_int_equal(rig_number(r, "boot_stage"), BOOT_READY);
	RIG_DO(r, "reboot", "guest");
	rig_await_ready(r);
	assert_string_equal(rig_last(r, "cause"), "clean reboot");
	assert_string_equal(rig_last(r, "strategy"), "in place");
	RIG_DO(r, "stop", "guest");
	rig_assert_end(r, 0);
	rig_assert_nothing_left(r);
}

/* Each option that is not there is refused where an image is made of it. */
static void tiny_builder_knows_no_network(void **state)
{
	struct utsname u;
	const char *const argv[] = {
		"image/build", "tests/integration/images/devices",
		u.machine,     "build/tiny",
		u.machine,     NULL
	};
	struct child c;

	(void)state;
	uname(&u);
	assert_int_equal(child_start(&c, argv, -1), 0);
	assert_true(child_await_end(&c));
	assert_int_not_equal(c.code, 0);
	assert_non_null(strstr(c.text[CHILD_ERR], "unknown section [network]"));
	child_close(&c);
}

/* To its end, which is a good one. @c: what it said; closed */
static void run(struct child *c, const char *const argv[])
{
	assert_int_equal(child_start(c, argv, -1), 0);
	assert_true(child_await_end(c));
	if (c->code != 0)
		fail_msg("%s: %s", argv[0], c->text[CHILD_ERR]);
	child_close(c);
}

/* The full builder takes what its own PID 1 would. Return: a path; static */
static const char *foreign_image(struct both *b)
{
	static char dir[96], out[96];
	char pack[128], init[64];
	static struct child kernel, packing;
	struct utsname u;

	uname(&u);
	snprintf(dir, sizeof(dir), "%s/foreign", b->rig.dir);
	snprintf(out, sizeof(out), "%s/image", b->rig.dir);
	assert_int_equal(mkdir(dir, 0755) | mkdir(out, 0755), 0);
	rig_write(&b->rig, "foreign/image.conf",
		  "[image]\nname = foreign\nversion = 1\n[kernel]\n"
		  "cmdline-x86_64 = console=ttyS0 quiet\n"
		  "cmdline-s390x = console=ttysclp0 quiet\n"
		  "[defaults]\nmemory = 128 MiB\n"
		  "[root]\ndir = 0755 /bin\n");
	rig_write(&b->rig, "foreign/init.conf",
		  "[payload]\nexec = /init\n[network]\nlink = eth0\n");
	snprintf(pack, sizeof(pack), "build/%s/pack-image", u.machine);
	snprintf(init, sizeof(init), "build/tiny/%s/reprise-init", b->arch);
	run(&kernel, (const char *[]){ "image/kernel/build", b->arch, NULL });
	kernel.text[CHILD_OUT][strcspn(kernel.text[CHILD_OUT], "\n")] = '\0';
	strcat(kernel.text[CHILD_OUT], "/kernel");
	run(&packing,
	    (const char *[]){
		    pack, "image", dir, b->arch, init, kernel.text[CHILD_OUT],
		    rig_write(&b->rig, "inputs", "test 1 -\n"), out, NULL });
	return out;
}

static void conf_that_pid_1_refuses_is_a_boot_that_failed(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;

	rig_run_file(r, foreign_image(b), "[restart]\npolicy = never\n");
	rig_assert_end(r, 84);
	rig_await_said(r, "its stage 4, init.conf, failed (Invalid argument)");
	rig_await_said(r, "init.conf:3: unknown section [network]");
	rig_assert_nothing_left(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(tiny_guest_boots_reboots_and_stops),
		ON_BOTH(conf_that_pid_1_refuses_is_a_boot_that_failed),
		cmocka_unit_test(tiny_builder_knows_no_network),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
