// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/test_refused.c - what never starts
 *
 * Each through `reprise check` and `reprise run`: the same sentence, exit code
 * 1, and nothing was started. The host's own tests (tests/host/config) have
 * every key and every manifest line; here is one of each kind, end to end.
 */
#include "tests/integration/both.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/integration/stub_image.h"

/* One sentence: a first line with @part, and no second. */
static void assert_sentence(const struct child *c, const char *const parts[])
{
	const char *text = c->text[CHILD_ERR];
	const char *newline = strchr(text, '\n');

	assert_int_equal(c->code, 1);
	assert_int_equal(strncmp(text, "reprise: ", 9), 0);
	assert_non_null(newline);
	assert_int_equal(newline[1], '\0');
	for (int i = 0; parts[i]; i++)
		if (!strstr(text, parts[i]))
			fail_msg("'%s' is not in: %s", parts[i], text);
}

static void assert_refused(struct rig *r, const char *what,
			   const char *const parts[])
{
	static const char *const verbs[] = { "check", "run" };
	struct stat st;

	for (int i = 0; i < 2; i++) {
		struct child c;

		rig_verb(r, &c, (const char *const[]){ verbs[i], what, NULL });
		child_close(&c);
		assert_sentence(&c, parts);
		assert_int_equal(child_kill_all(), 0);
		if (stat(r->runtime, &st) == 0)
			assert_int_equal(rmdir(r->runtime), 0); /* empty */
	}
}
#define ASSERT_REFUSED(r, what, ...)                                           \
	assert_refused(r, what, (const char *const[]){ __VA_ARGS__, NULL })

/* An appliance file of a sound stub image on the stand-in, and @lines. */
static const char *file_with(struct rig *r, const char *lines)
{
	char text[2048], cwd[1024];

	unsetenv("PVMODEL");
	assert_non_null(getcwd(cwd, sizeof(cwd)));
	snprintf(text, sizeof(text),
		 "[appliance]\nimage = %s\nqemu = %s/build/tests/pvmodel\n%s",
		 stub_image(r, "x86_64"), cwd, lines);
	return rig_write(r, "a.conf", text);
}

static void sound_file_is_fine(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;
	struct child c;

	rig_verb(r, &c,
		 (const char *const[]){ "check", file_with(r, ""), NULL });
	child_close(&c);
	assert_int_equal(c.code, 0);
	assert_non_null(strstr(c.text[CHILD_OUT], "a: fine: image stub 1"));
}

static void unknown_key_is_refused(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;

	ASSERT_REFUSED(r, file_with(r, "colour = blue\n"),
		       "a.conf:4:", "'colour'", "write one of: name, image,");
}

static void wrong_unit_is_refused(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;

	ASSERT_REFUSED(r, file_with(r, "memory = 512 MB\n"),
		       "a.conf:4:", "512 MB", "as in 512 MiB");
}

/* `run` would give up on it, with its own code. */
static void memory_that_never_fits_is_refused_by_check(void **state)
{
	static const char *const parts[] = { "a.conf: memory = 16777216 MiB: ",
					     "give this one less memory",
					     NULL };
	struct rig *r = &((struct both *)*state)->rig;
	const char *file = file_with(r, "memory = 16 TiB\n");
	struct child c;

	rig_verb(r, &c, (const char *const[]){ "check", file, NULL });
	child_close(&c);
	assert_sentence(&c, parts);
	rig_verb(r, &c,
		 (const char *const[]){ "check", file, "--running", NULL });
	child_close(&c);
	assert_int_equal(c.code, 0);
}

static void missing_file_is_refused(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;
	char path[128];

	snprintf(path, sizeof(path), "%s/absent.conf", r->dir);
	ASSERT_REFUSED(r, path, path, "No such file",
		       "write the path of an appliance file");
}

static void missing_kernel_is_refused(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;
	const char *file = file_with(r, "");
	char path[128];

	snprintf(path, sizeof(path), "%s/stub/kernel", r->dir);
	assert_int_equal(unlink(path), 0);
	ASSERT_REFUSED(r, file, "a.conf:2: ", path, "is missing",
		       "rebuild the image");
}

static void image_of_another_architecture_is_refused(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;

	ASSERT_REFUSED(r, file_with(r, "architecture = s390x\n"),
		       "a.conf:4: ", "stub/manifest",
		       "the image is for x86_64, not for "
		       "s390x",
		       "ARCH=s390x");
}

/* One bit of the kernel: size and gzip header are still right. */
static void hash_that_does_not_match_is_refused(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;
	const char *file = file_with(r, "");
	char path[128];
	FILE *f;
	int last;

	snprintf(path, sizeof(path), "%s/stub/kernel", r->dir);
	f = fopen(path, "r+e");
	assert_non_null(f);
	fseek(f, -1, SEEK_END);
	last = fgetc(f);
	fseek(f, -1, SEEK_END);
	fputc(last ^ 1, f);
	fclose(f);
	ASSERT_REFUSED(r, file, "a.conf:2: ", path,
		       "does not match its manifest", "rebuild the image");
}

static void absent_qemu_is_refused(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;
	char text[256];

	snprintf(text, sizeof(text), "[appliance]\nimage = %s\nqemu = %s\n",
		 stub_image(r, "x86_64"), "qemu-nowhere");
	ASSERT_REFUSED(r, rig_write(r, "a.conf", text),
		       "a.conf:3: ", "qemu-nowhere", "not found",
		       "install QEMU 7.2 or newer");
}

static void old_qemu_is_refused(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;
	const char *file = file_with(r, "");

	setenv("PVMODEL", "version=6.2", 1);
	ASSERT_REFUSED(r, file, "a.conf:3: ", "build/tests/pvmodel",
		       "QEMU 6.2.0 is too old", "install 7.2");
}

static void qemu_of_another_architecture_is_refused(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;
	const char *file = file_with(r, "");

	setenv("PVMODEL", "arch=s390x", 1);
	ASSERT_REFUSED(r, file, "a.conf:3: ",
		       "emulates s390x, but the image is for x86_64",
		       "qemu-system-x86_64");
}

static void missing_image_is_refused(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;

	ASSERT_REFUSED(r,
		       rig_write(r, "a.conf",
				 "[appliance]\n# where it is not\n"
				 "image = /nowhere/web\n"),
		       "a.conf:3: /nowhere/web: No such file",
		       "write the directory of an image");
}

static void forward_without_network_is_refused(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;

	ASSERT_REFUSED(r,
		       file_with(r, "[network]\nforward = 80\nmode = none\n"),
		       "a.conf:5: a forward needs QEMU's own network",
		       "line 6 says mode = none");
}

static void device_is_refused(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;

	ASSERT_REFUSED(r, "/dev/null",
		       "/dev/null: neither a file nor a directory",
		       "write the path of an appliance file");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_MODEL(sound_file_is_fine),
		ON_MODEL(unknown_key_is_refused),
		ON_MODEL(wrong_unit_is_refused),
		ON_MODEL(memory_that_never_fits_is_refused_by_check),
		ON_MODEL(missing_file_is_refused),
		ON_MODEL(missing_image_is_refused),
		ON_MODEL(forward_without_network_is_refused),
		ON_MODEL(device_is_refused),
		ON_MODEL(missing_kernel_is_refused),
		ON_MODEL(image_of_another_architecture_is_refused),
		ON_MODEL(hash_that_does_not_match_is_refused),
		ON_MODEL(absent_qemu_is_refused),
		ON_MODEL(old_qemu_is_refused),
		ON_MODEL(qemu_of_another_architecture_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
