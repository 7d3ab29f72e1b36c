// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/stub_files.c - the files of an image that nothing boots
 */
#include "tests/integration/stub_files.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

enum {
	HEX = 2 * crypto_hash_sha256_BYTES + 1,
	WORDS = HEX + 16,
	FILE_MAX = 4096,
	PATH = 512
};

static const char content[] = "not a kernel";

static int put_text(const char *dir, const char *name, const char *text)
{
	char path[PATH];
	FILE *f;
	int bad;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "we");
	if (!f)
		return -EIO;
	bad = fputs(text, f) < 0;
	return fclose(f) || bad ? -EIO : 0;
}

static int put_packed(const char *dir, const char *name)
{
	char path[PATH];
	gzFile f;
	int bad;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = gzopen(path, "wb");
	if (!f)
		return -EIO;
	bad = gzputs(f, content) < 0;
	return gzclose(f) != Z_OK || bad ? -EIO : 0;
}

/* The manifest's words for a file: hash and size as stored. */
static int describe(const char *dir, const char *name, char words[WORDS])
{
	unsigned char bytes[FILE_MAX], hash[crypto_hash_sha256_BYTES];
	char path[PATH], hex[HEX];
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "re");
	if (!f)
		return -EIO;
	n = fread(bytes, 1, sizeof(bytes), f);
	fclose(f);
	crypto_hash_sha256(hash, bytes, n);
	sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash));
	snprintf(words, WORDS, "%s %zu", hex, n);
	return 0;
}

int stub_files(const char *dir, const char *arch)
{
	char kernel[WORDS], cmdline[WORDS], text[1024];

	if (put_packed(dir, "kernel") < 0 || put_packed(dir, "initrd") < 0 ||
	    put_text(dir, "cmdline", "quiet\n") < 0 ||
	    describe(dir, "kernel", kernel) < 0 ||
	    describe(dir, "cmdline", cmdline) < 0)
		return -EIO;
	snprintf(text, sizeof(text),
		 "[image]\nformat = 1\nname = stub\nversion = 1\n"
		 "architecture = %s\n[files]\nkernel = %s %zu\n"
		 "initrd = %s %zu\ncmdline = %s\n"
		 "[defaults]\nmemory = 64 MiB\n",
		 arch, kernel, strlen(content), kernel, strlen(content),
		 cmdline);
	return put_text(dir, "manifest", text);
}
