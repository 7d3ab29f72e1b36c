// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/stub_image.c - an image that no machine could boot
 */
#include "tests/integration/stub_image.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/integration/both.h"
#include "tests/integration/stub_files.h"

const char *stub_image(const struct rig *r, const char *arch)
{
	static char dir[128];

	snprintf(dir, sizeof(dir), "%s/stub", r->dir);
	assert_int_equal(mkdir(dir, 0700), 0);
	assert_int_equal(stub_files(dir, arch), 0);
	return dir;
}

const char *stub_model(const struct rig *r, const char *arch,
		       const char *script, const char *lines)
{
	char text[2048], cwd[1024];

	assert_non_null(getcwd(cwd, sizeof(cwd)));
	setenv("PVMODEL", script, 1);
	snprintf(text, sizeof(text), "qemu = %s/build/tests/pvmodel\n%s", cwd,
		 lines);
	return rig_file(r, stub_image(r, arch), text);
}

void rig_run_model(struct rig *r, const char *script, const char *lines)
{
	rig_run(r, stub_model(r, "x86_64", script, lines), "under-test");
}
