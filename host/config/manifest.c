// SPDX-License-Identifier: Apache-2.0
/*
 * host/config/manifest.c - what an image says about itself
 */
#include "host/config/manifest.h"

#include <string.h>

#include "common/array.h"
#include "common/conf.h"

#define MIB (1ULL << 20)
#define FILE_BYTES_MAX (1ULL << 30) /* of one file, inflated too */

static int hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* 64 hexadecimal digits, lower case, and nothing else. */
static bool read_hash(const char *word, uint8_t hash[static MANIFEST_HASH])
{
	for (int i = 0; i < MANIFEST_HASH; i++) {
		int high = hex_digit(word[0]);
		int low = high < 0 ? -1 : hex_digit(word[1]);

		if (low < 0)
			return false;
		hash[i] = (uint8_t)(high << 4 | low);
		word += 2;
	}
	return *word == '\0';
}

static bool read_bytes(const char *word, uint64_t max, uint64_t *bytes)
{
	const struct conf_key rule = { .type = CONF_NUMBER, .max = max };
	char why[CONF_ERROR_MAX];
	uint32_t n;

	if (!word || conf_value(&rule, word, &n, why) < 0)
		return false;
	*bytes = n;
	return true;
}

/* "HASH BYTES" or, with @inflated, "HASH BYTES BYTES". */
static bool read_file(const char *value, struct manifest_file *f, bool inflated,
		      uint64_t max)
{
	char copy[CONF_LINE_MAX];
	char *rest = copy;
	const char *hash;

	if (strlen(value) >= sizeof(copy))
		return false;
	memcpy(copy, value, strlen(value) + 1);
	hash = strsep(&rest, " ");
	if (!read_hash(hash, f->hash) ||
	    !read_bytes(strsep(&rest, " "), max, &f->stored))
		return false;
	f->inflated = f->stored;
	if (inflated && (!read_bytes(strsep(&rest, " "), max, &f->inflated) ||
			 !f->inflated))
		return false;
	return !rest;
}

static const char *add_kernel(void *into, const char *value)
{
	struct manifest *m = into;

	return read_file(value, &m->kernel, true, FILE_BYTES_MAX)
		       ? NULL
		       : "write SHA-256 BYTES INFLATED-BYTES, 1 GiB at most";
}

static const char *add_initrd(void *into, const char *value)
{
	struct manifest *m = into;

	return read_file(value, &m->initrd, true, FILE_BYTES_MAX)
		       ? NULL
		       : "write SHA-256 BYTES INFLATED-BYTES, 1 GiB at most";
}

static const char *add_cmdline(void *into, const char *value)
{
	struct manifest *m = into;

	return read_file(value, &m->cmdline, false, IMAGE_CMDLINE_SIZE - 1)
		       ? NULL
		       : "write SHA-256 BYTES, 1023 bytes at most";
}

static const char *add_forward(void *into, const char *value)
{
	static const struct conf_key rule = { .type = CONF_NUMBER,
					      .min = 1,
					      .max = UINT16_MAX };
	struct manifest *m = into;
	char why[CONF_ERROR_MAX];
	uint32_t port;

	if (conf_value(&rule, value, &port, why) < 0)
		return "write a port of the guest, 1 to 65535";
	if (m->forwards == IMAGE_FORWARDS)
		return "eight are allowed, leave this one out";
	m->forward[m->forwards++] = (uint16_t)port;
	return NULL;
}

static const char *add_input(void *into, const char *value)
{
	(void)into;
	(void)value;
	return NULL;
}

#define WORD(member)                                                           \
	.type = CONF_WORD, .at = offsetof(struct manifest, member),            \
	.max = sizeof(((struct manifest *)0)->member), .required = true
#define CALL(fn) .type = CONF_CALL, .add = fn

static const struct conf_key keys[] = {
	{ "image", "format", .type = CONF_NUMBER, .required = true,
	  .at = offsetof(struct manifest, format), .min = 1, .max = 1 },
	{ "image", "name", WORD(name) },
	{ "image", "version", WORD(version) },
	{ "image", "architecture", WORD(arch) },
	{ "files", "kernel", CALL(add_kernel), .required = true },
	{ "files", "initrd", CALL(add_initrd), .required = true },
	{ "files", "cmdline", CALL(add_cmdline), .required = true },
	{ "defaults", "memory", .type = CONF_BYTES, .required = true,
	  .at = offsetof(struct manifest, memory), .min = 32 * MIB,
	  .max = 1ULL << 44 },
	{ "defaults", "forward", CALL(add_forward), .repeats = true },
	{ "inputs", "input", CALL(add_input), .repeats = true },
};

int manifest_parse(const char *text, size_t len, const char *file,
		   struct manifest *m, char *error)
{
	struct conf c;
	int r;

	*m = (struct manifest){ 0 };
	conf_init(&c, keys, ARRAY_SIZE(keys), m, file);
	r = conf_text(&c, text, len);
	if (r == 0)
		r = conf_finish(&c);
	return r < 0 ? sentence(error, r, "%s", c.error) : 0;
}
