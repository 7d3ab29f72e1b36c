// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/qemu/argv_drive.c - an argument vector as one line
 */
#include "tests/host/qemu/argv_drive.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

const struct qemu_fds argv_fds = {
	.mark = "lock-8-99",
	.qmp = 10,
	.agent = 11,
	.serial = 12,
	.qmp_log = 13,
	.kernel = 14,
	.initrd = 15,
	.tap = 16,
	.vhost = -1,
	.disk = { 20, 21, 22, 23, 24, 25, 26, 27 },
};

struct argv argv_out;

struct appliance argv_web(const char *arch)
{
	struct appliance a = {
		.name = "web",
		.memory = 512 << 20,
		.watchdog = true,
		.cpus = 2,
		.forwards = 2,
		.forward = { { "127.0.0.1", 8080, 80 },
			     { "0.0.0.0", 8443, 443 } },
	};

	snprintf(a.architecture, sizeof(a.architecture), "%s", arch);
	return a;
}

const struct image argv_image = { .cmdline = "console=x quiet" };

struct qemu_caps argv_able(void)
{
	return (struct qemu_caps){ .teardown = TEARDOWN_OPTION,
				   .sandbox = true,
				   .path = "/q" };
}

const char *argv_joined(void)
{
	static char line[ARGV_TEXT];
	size_t n = 0;

	line[0] = '\0';
	for (size_t i = 0; i < argv_out.count; i++) {
		const char *quote = strchr(argv_out.v[i], ' ') ? "'" : "";

		n += (size_t)snprintf(line + n, sizeof(line) - n, "%s%s%s%s",
				      i ? " " : "", quote, argv_out.v[i],
				      quote);
	}
	return line;
}

const char *argv_line(const struct appliance *a)
{
	const struct qemu_caps caps = argv_able();

	assert_int_equal(
		argv_build(a, &argv_image, &caps, &argv_fds, &argv_out), 0);
	return argv_joined();
}
