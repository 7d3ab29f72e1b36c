// SPDX-License-Identifier: Apache-2.0
/*
 * image/pack/manifest.c - what an image says about itself
 */
#include "image/pack/manifest.h"

#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <string.h>

#include "host/sentence.h"

static void write_hash(const char *key, const struct bytes *file,
		       struct bytes *out)
{
	unsigned char hash[crypto_hash_sha256_BYTES];
	char hex[2 * sizeof(hash) + 1];

	out->bad |= file->bad;
	crypto_hash_sha256(hash, file->data, file->size);
	bytes_format(out, "%s = %s %zu", key,
		     sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash)),
		     file->size);
}

static void write_memory(uint64_t bytes, struct bytes *out)
{
	if (bytes % (1 << 20) == 0)
		bytes_format(out, "memory = %" PRIu64 " MiB\n", bytes >> 20);
	else
		bytes_format(out, "memory = %" PRIu64 " KiB\n", bytes >> 10);
}

/* Return: three words, and short enough to be read back? */
static bool is_input(const char *line, size_t n)
{
	size_t blanks = 0;

	for (size_t i = 0; i < n; i++)
		blanks += line[i] == ' ';
	return blanks == 2 && n + sizeof("input = ") < CONF_LINE_MAX;
}

static int write_inputs(const struct bytes *inputs, struct bytes *out,
			char *error)
{
	const char *line = (const char *)inputs->data;
	size_t left = inputs->size;

	bytes_format(out, "[inputs]\n");
	while (left) {
		const char *end = memchr(line, '\n', left);
		size_t n = end ? (size_t)(end - line) : left;

		if (!is_input(line, n))
			return sentence(error, -EINVAL,
					"inputs: found '%.*s', write NAME "
					"VERSION SHA-256-OR-DASH",
					(int)(n < 200 ? n : 200), line);
		bytes_format(out, "input = %.*s\n", (int)n, line);
		left -= n + (end ? 1 : 0);
		line += n + 1;
	}
	return 0;
}

int manifest_write(const struct image_conf *c, const struct manifest_parts *p,
		   struct bytes *out, char *error)
{
	bytes_format(out, "[image]\nformat = 1\nname = %s\nversion = %s\n",
		     c->name, c->version);
	bytes_format(out, "architecture = %s\n[files]\n", p->arch);
	write_hash("kernel", p->kernel, out);
	bytes_format(out, " %" PRIu64 "\n", p->kernel_inflated);
	write_hash("initrd", p->initrd, out);
	bytes_format(out, " %" PRIu64 "\n", p->initrd_inflated);
	write_hash("cmdline", p->cmdline, out);
	bytes_format(out, "\n[defaults]\n");
	write_memory(c->memory, out);
	for (unsigned int i = 0; i < c->forwards; i++)
		bytes_format(out, "forward = %u\n", c->forward[i]);
	return write_inputs(p->inputs, out, error);
}
