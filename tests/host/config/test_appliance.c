// SPDX-License-Identifier: Apache-2.0
#include "host/config/appliance.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/array.h"
#include "host/config/image.h"
#include "tests/host/scratch.h"

static struct scratch scratch;
static struct appliance a;
static char error[SENTENCE_MAX];

static int set_up(void **state)
{
	(void)state;
	scratch_make(&scratch);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	scratch_remove(&scratch);
	return 0;
}

static int load(const char *name, const char *text)
{
	char path[SCRATCH_PATH];

	scratch_write(&scratch, name, text, strlen(text), 0600);
	scratch_path(&scratch, name, path);
	error[0] = '\0';
	return appliance_load(path, &a, error);
}

static void load_least_file_has_defaults(void **state)
{
	(void)state;
	assert_int_equal(load("web-1.conf", "[appliance]\nimage = /img\n"), 0);
	assert_string_equal(a.name, "web-1");
	assert_string_equal(a.image, "/img");
	assert_string_equal(a.architecture, "");
	assert_int_equal(a.memory, 0);
	assert_int_equal(a.cpus, 1);
	assert_int_equal(a.accel, ACCEL_TCG);
	assert_int_equal(a.network, NETWORK_USER);
	assert_int_equal(a.forwards, 0);
	assert_int_equal(a.boot_timeout_ms, 60000);
	assert_int_equal(a.grace_ms, 10000);
	assert_int_equal(a.heartbeat_ms, 5000);
	assert_int_equal(a.restart, RESTART_ON_FAILURE);
	assert_int_equal(a.restart_limit, 5);
	assert_int_equal(a.restart_delay_ms, 1000);
	assert_int_equal(a.restart_delay_max_ms, 60000);
	assert_int_equal(a.on_panic, PANIC_RESTART);
	assert_int_equal(a.silence_ms, 60000);
	assert_int_equal(a.restart_interval_ms, 60000);
	assert_true(a.watchdog);
	assert_int_equal(a.disks, 0);
	assert_string_equal(a.parameters, "");
	assert_false(a.from_image);
}

static const char full[] = "# all\n"
			   "[appliance]\n"
			   "name = big\n"
			   "image = /img\n"
			   "architecture = s390x\n"
			   "memory = 2 GiB\n"
			   "cpus = 4\n"
			   "accel = kvm\n"
			   "machine = default\n"
			   "qemu = /opt/qemu\n"
			   "boot-timeout = 2 min\n"
			   "grace = 500 ms\n"
			   "heartbeat = 1 s\n"
			   "[network]\n"
			   "mode = user\n"
			   "forward = 127.0.0.2:8080 -> 80\n"
			   "forward = 443\n"
			   "[storage]\n"
			   "disk = data-1 d.img\n"
			   "disk = data-2 /dev/vdz\n"
			   "[guest]\n"
			   "parameter = link = eth0\n"
			   "parameter = dns = 10.0.2.3\n"
			   "[restart]\n"
			   "policy = never\n"
			   "limit = 0\n"
			   "delay = 200 ms\n"
			   "delay-max = 5 s\n"
			   "on-panic = pause\n"
			   "silence = 0 s\n"
			   "interval = 5 s\n";

static void load_full_file_has_every_value(void **state)
{
	(void)state;
	assert_int_equal(load("x.conf", full), 0);
	assert_string_equal(a.name, "big");
	assert_string_equal(a.architecture, "s390x");
	assert_true(a.memory == 2ULL << 30);
	assert_int_equal(a.cpus, 4);
	assert_int_equal(a.accel, ACCEL_KVM);
	assert_string_equal(a.qemu, "/opt/qemu");
	assert_int_equal(a.boot_timeout_ms, 120000);
	assert_int_equal(a.grace_ms, 500);
	assert_int_equal(a.heartbeat_ms, 1000);
	assert_int_equal(a.forwards, 2);
	assert_string_equal(a.forward[0].address, "127.0.0.2");
	assert_int_equal(a.forward[0].port, 8080);
	assert_int_equal(a.forward[0].guest, 80);
	assert_int_equal(a.forward[1].guest, 443);
	assert_int_equal(a.restart, RESTART_NEVER);
	assert_int_equal(a.disks, 2);
	assert_string_equal(a.disk[0].serial, "data-1");
	assert_string_equal(strrchr(a.disk[0].path, '/'), "/d.img");
	assert_true(a.disk[0].path[0] == '/'); /* from the file */
	assert_string_equal(a.disk[1].path, "/dev/vdz");
	assert_string_equal(a.parameters, "link = eth0\ndns = 10.0.2.3\n");
	assert_int_equal(a.restart_limit, 0);
	assert_int_equal(a.restart_delay_ms, 200);
	assert_int_equal(a.restart_delay_max_ms, 5000);
	assert_int_equal(a.on_panic, PANIC_PAUSE);
	assert_int_equal(a.silence_ms, 0);
	assert_int_equal(a.restart_interval_ms, 5000);
}

static void load_relative_image_counts_from_file(void **state)
{
	char wanted[SCRATCH_PATH];

	(void)state;
	assert_int_equal(load("x.conf", "[appliance]\nimage = i/web\n"), 0);
	scratch_path(&scratch, "i/web", wanted);
	assert_string_equal(a.image, wanted);
}

static void load_directory_is_image(void **state)
{
	(void)state;
	assert_int_equal(appliance_load(scratch.dir, &a, error), 0);
	assert_true(a.from_image);
	assert_string_equal(a.image, scratch.dir);
}

/* Each refusal names file and line, what was found, what to write. */
static void load_bad_file_is_refused_in_one_sentence(void **state)
{
	static const struct {
		const char *text, *line, *found, *instead;
	} bad[] = {
		{ "[appliance]\nimage = /i\nmemori = 1 GiB\n", ":3:", "memori",
		  "memory" },
		{ "[appliance]\nmemory = 512\n", ":2:", "512", "512 MiB" },
		{ "[appliance]\nmemory = 33000 KiB\n", ":2:", "33000 KiB",
		  "whole MiB" },
		{ "[appliance]\nmemory = 1 MiB\n", ":2:", "1 MiB", "32 MiB" },
		{ "[appliance]\ncpus = 0\n", ":2:", "'0'", "1 to 248" },
		{ "[appliance]\naccel = auto\n", ":2:", "auto", "tcg, kvm" },
		{ "[appliance]\nname = Web\n", ":2:", "Web", "a-z, 0-9" },
		{ "[appliance]\narchitecture = arm\n", ":2:", "arm", "s390x" },
		{ "[appliance]\nheartbeat = 61 s\n", ":2:", "61 s", "60000" },
		{ "[network]\nforward = 80:90\n", ":2:", "80:90", "->" },
		{ "[restart]\npolicy = maybe\n", ":2:", "maybe", "on-failure" },
		{ "[restart]\ninterval = 1441 min\n", ":2:", "1441 min",
		  "1000 to 86400000 ms" },
		{ "[disk]\n", ":1:", "[disk]", "appliance" },
		{ "[appliance]\nname = x\n", ":2:", "image", "[appliance]" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(load("x.conf", bad[i].text), -EINVAL);
		assert_non_null(strstr(error, "x.conf"));
		assert_non_null(strstr(error, bad[i].line));
		assert_non_null(strstr(error, bad[i].found));
		assert_non_null(strstr(error, bad[i].instead));
		assert_null(strchr(error, '\n'));
	}
}

static void load_ninth_forward_is_refused(void **state)
{
	char text[512] = "[network]\n";

	(void)state;
	for (int i = 0; i < 9; i++)
		strcat(text, "forward = 80\n");
	assert_int_equal(load("x.conf", text), -EINVAL);
	assert_non_null(strstr(error, ":10:"));
}

static void load_unfit_file_name_wants_name(void **state)
{
	(void)state;
	assert_int_equal(load("My Web", "[appliance]\nimage = /i\n"), -EINVAL);
	assert_non_null(strstr(error, "name = "));
}

static void load_missing_file_is_enoent(void **state)
{
	char path[SCRATCH_PATH];

	(void)state;
	scratch_path(&scratch, "none.conf", path);
	assert_int_equal(appliance_load(path, &a, error), -ENOENT);
	assert_non_null(strstr(error, path));
}

static void load_file_of_an_editor_that_marks_it_is_read(void **state)
{
	(void)state;
	assert_int_equal(load("x.conf", "\xef\xbb\xbf[appliance]\r\n"
					"image = /img\r\n"),
			 0);
	assert_string_equal(a.image, "/img");
	assert_int_equal(load("x.conf", "\xef\xbb\xbf"), -EINVAL);
	assert_non_null(strstr(error, "without 'image'"));
	assert_non_null(strstr(error, "add it"));
}

static void load_unreadable_file_says_what_to_do(void **state)
{
	static char large[1 << 20];
	char path[SCRATCH_PATH];

	(void)state;
	memset(large, '#', sizeof(large) - 1);
	assert_int_equal(load("large.conf", large), -EFBIG);
	assert_non_null(strstr(error, "write the path of one"));
	scratch_path(&scratch, "large.conf", path);
	assert_int_equal(chmod(scratch.dir, 0755), 0);
	assert_int_equal(chmod(path, 0), 0);
	if (getuid() == 0)
		assert_int_equal(seteuid(65534), 0);
	assert_int_equal(appliance_load(path, &a, error), -EACCES);
	assert_int_equal(seteuid(getuid()), 0);
	assert_non_null(strstr(error, "permit it"));
}

static void load_fifo_does_not_wait(void **state)
{
	char path[SCRATCH_PATH];

	(void)state;
	scratch_path(&scratch, "fifo", path);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(appliance_load(path, &a, error), -EINVAL);
	assert_non_null(strstr(error, "neither a file nor a directory"));
}

static const struct image web = {
	.name = "web",
	.version = "1",
	.arch = "s390x",
	.default_memory = 256 << 20,
	.forward = { 80, 443 },
	.forwards = 2,
};

static void complete_directory_takes_all_from_image(void **state)
{
	(void)state;
	assert_int_equal(appliance_load(scratch.dir, &a, error), 0);
	assert_int_equal(appliance_complete(&a, &web, error), 0);
	assert_string_equal(a.name, "web");
	assert_string_equal(a.architecture, "s390x");
	assert_string_equal(a.qemu, "qemu-system-s390x");
	assert_int_equal(a.memory, 256 << 20);
	assert_int_equal(a.forwards, 2);
	assert_string_equal(a.forward[1].address, "127.0.0.1");
	assert_int_equal(a.forward[1].guest, 443);
}

static void complete_file_keeps_its_own(void **state)
{
	(void)state;
	assert_int_equal(load("x.conf", "[appliance]\nimage = /i\n"
					"memory = 1 GiB\nqemu = /q\n"),
			 0);
	assert_int_equal(appliance_complete(&a, &web, error), 0);
	assert_string_equal(a.name, "x");
	assert_string_equal(a.qemu, "/q");
	assert_int_equal(a.memory, 1 << 30);
	assert_int_equal(a.forwards, 0);
}

static void complete_forwards_without_network_is_refused(void **state)
{
	(void)state;
	assert_int_equal(load("x.conf", "[appliance]\nimage = /i\n[network]\n"
					"mode = none\nforward = 80\n"),
			 0);
	assert_int_equal(appliance_complete(&a, &web, error), -EINVAL);
	assert_non_null(strstr(error, "x.conf:5: "));
	assert_non_null(strstr(error, "line 4"));
	assert_non_null(strstr(error, "mode = user"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(load_least_file_has_defaults),
		cmocka_unit_test(load_full_file_has_every_value),
		cmocka_unit_test(load_relative_image_counts_from_file),
		cmocka_unit_test(load_directory_is_image),
		cmocka_unit_test(load_bad_file_is_refused_in_one_sentence),
		cmocka_unit_test(load_ninth_forward_is_refused),
		cmocka_unit_test(load_unfit_file_name_wants_name),
		cmocka_unit_test(load_missing_file_is_enoent),
		cmocka_unit_test(load_file_of_an_editor_that_marks_it_is_read),
		cmocka_unit_test(load_unreadable_file_says_what_to_do),
		cmocka_unit_test(load_fifo_does_not_wait),
		cmocka_unit_test(complete_directory_takes_all_from_image),
		cmocka_unit_test(complete_file_keeps_its_own),
		cmocka_unit_test(complete_forwards_without_network_is_refused),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
