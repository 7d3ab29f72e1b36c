// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/stub_image.c - an image that no machine could boot
 */
#include "tests/integration/stub_image.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "tests/integration/both.h"

enum { HEX = 2 * crypto_hash_sha256_BYTES + 1, FILE_MAX = 4096 };

/* The manifest's words for a file: hash and size as stored. */
static void describe(const char *path, char *words, size_t size)
{
	unsigned char bytes[FILE_MAX], hash[crypto_hash_sha256_BYTES];
	char hex[HEX];
	FILE *f = fopen(path, "re");
	size_t n;

	assert_non_null(f);
	n = fread(bytes, 1, sizeof(bytes), f);
	fclose(f);
	crypto_hash_sha256(hash, bytes, n);
	sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash));
	snprintf(words, size, "%s %zu", hex, n);
}

static void pack(const char *path, const char *text)
{
	gzFile f = gzopen(path, "wb");

	assert_non_null(f);
	assert_true(gzputs(f, text) > 0);
	assert_int_equal(gzclose(f), Z_OK);
}

const char *stub_image(const struct rig *r, const char *arch)
{
	static const char content[] = "not a kernel";
	static char dir[128];
	char kernel[256], words[128], text[1024];

	snprintf(dir, sizeof(dir), "%s/stub", r->dir);
	assert_int_equal(mkdir(dir, 0700), 0);
	snprintf(kernel, sizeof(kernel), "%s/kernel", dir);
	pack(kernel, content);
	snprintf(kernel, sizeof(kernel), "%s/initrd", dir);
	pack(kernel, content);
	describe(kernel, words, sizeof(words));
	rig_write(r, "stub/cmdline", "quiet\n");
	snprintf(text, sizeof(text),
		 "[image]\nformat = 1\nname = stub\nversion = 1\n"
		 "architecture = %s\n[files]\nkernel = %s %zu\n"
		 "initrd = %s %zu\ncmdline = ",
		 arch, words, strlen(content), words, strlen(content));
	snprintf(kernel, sizeof(kernel), "%s/cmdline", dir);
	describe(kernel, words, sizeof(words));
	strcat(text, words);
	strcat(text, "\n[defaults]\nmemory = 64 MiB\n");
	rig_write(r, "stub/manifest", text);
	return dir;
}

void rig_run_model(struct rig *r, const char *script, const char *lines)
{
	char text[2048], cwd[1024];

	assert_non_null(getcwd(cwd, sizeof(cwd)));
	setenv("PVMODEL", script, 1);
	snprintf(text, sizeof(text), "qemu = %s/build/tests/pvmodel\n%s", cwd,
		 lines);
	rig_run_file(r, stub_image(r, "x86_64"), text);
}
