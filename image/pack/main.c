// SPDX-License-Identifier: Apache-2.0
/*
 * image/pack/main.c - the program pack-image: an image out of a directory
 *
 *	pack-image packages DIRECTORY
 *		prints the Debian packages that its image.conf names
 *	pack-image image DIRECTORY ARCH INIT KERNEL INPUTS OUT [PACKAGE=DIR...]
 *		writes kernel, initrd, cmdline and, last, manifest into OUT
 *
 * Theory of operation: everything is read into memory, put together there and
 * written at the end, so that what is refused leaves nothing new behind. It
 * knows no clock, no user and no order of a directory. image/build calls it.
 */
#include <errno.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/array.h"
#include "host/sentence.h"
#include "image/initramfs/newc.h"
#include "image/pack/gzip.h"
#include "image/pack/manifest.h"
#include "image/pack/root.h"

enum { PACKAGES_MAX = 64 };

struct job {
	const char *arch, *kernel, *inputs, *out;
	struct root_sources sources;
	struct package packages[PACKAGES_MAX];
	struct image_conf conf;
};

static int read_conf(struct job *j, char *error)
{
	struct bytes text = { 0 };
	char path[PATH_MAX];
	int r;

	snprintf(path, sizeof(path), "%s/image.conf", j->sources.dir);
	r = bytes_read(&text, path, error);
	if (r == 0)
		r = image_conf_parse((const char *)text.data, text.size, path,
				     &j->conf, error);
	bytes_free(&text);
	return r;
}

static int print_packages(struct job *j, char *error)
{
	int r = read_conf(j, error);

	for (size_t i = 0; i < j->conf.count && r == 0; i++) {
		const struct root_entry *e = &j->conf.root[i];
		char name[SOURCE_MAX];

		if (source_package(e->source, name))
			puts(name);
	}
	return r;
}

static int write_part(const struct job *j, const char *name,
		      const struct bytes *b, char *error)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", j->out, name);
	return bytes_write(b, path, error);
}

struct parts {
	struct bytes archive, initrd, raw_kernel, kernel, cmdline, inputs,
		manifest;
};

static int make_parts(struct job *j, struct parts *p, char *error)
{
	const struct manifest_parts m = {
		.arch = j->arch,
		.kernel = &p->kernel,
		.initrd = &p->initrd,
		.cmdline = &p->cmdline,
		.inputs = &p->inputs,
	};
	struct manifest_parts filled = m;
	struct tree t = { 0 };
	int r = root_build(&j->conf, &j->sources, &t, error);

	if (r == 0)
		r = bytes_read(&p->raw_kernel, j->kernel, error);
	if (r == 0)
		r = bytes_read(&p->inputs, j->inputs, error);
	if (r == 0) {
		newc_write(&t, &p->archive);
		gzip_pack(&p->archive, &p->initrd);
		gzip_pack(&p->raw_kernel, &p->kernel);
		bytes_format(&p->cmdline, "%s\n",
			     image_conf_cmdline(&j->conf, j->arch));
		filled.kernel_inflated = p->raw_kernel.size;
		filled.initrd_inflated = p->archive.size;
		r = manifest_write(&j->conf, &filled, &p->manifest, error);
	}
	tree_free(&t);
	return r;
}

static int write_image(struct job *j, char *error)
{
	struct parts p = { 0 };
	int r = read_conf(j, error);

	if (r == 0 && !image_conf_cmdline(&j->conf, j->arch))
		r = sentence(error, -EINVAL,
			     "architecture '%s' is unknown, write x86_64 or "
			     "s390x",
			     j->arch);
	if (r == 0)
		r = make_parts(j, &p, error);
	if (r == 0)
		r = write_part(j, "kernel", &p.kernel, error);
	if (r == 0)
		r = write_part(j, "initrd", &p.initrd, error);
	if (r == 0)
		r = write_part(j, "cmdline", &p.cmdline, error);
	if (r == 0)
		r = write_part(j, "manifest", &p.manifest, error);
	bytes_free(&p.archive);
	bytes_free(&p.initrd);
	bytes_free(&p.raw_kernel);
	bytes_free(&p.kernel);
	bytes_free(&p.cmdline);
	bytes_free(&p.inputs);
	bytes_free(&p.manifest);
	return r;
}

/* Return: false: not the words of the program's usage */
static bool read_words(struct job *j, int argc, char **argv)
{
	if (argc < 8 || argc - 8 > PACKAGES_MAX)
		return false;
	j->arch = j->sources.arch = argv[3];
	j->sources.init = argv[4];
	j->kernel = argv[5];
	j->inputs = argv[6];
	j->out = argv[7];
	j->sources.packages = j->packages;
	for (int i = 8; i < argc; i++) {
		char *equals = strchr(argv[i], '=');

		if (!equals)
			return false;
		*equals = '\0';
		j->packages[j->sources.count++] =
			(struct package){ argv[i], equals + 1 };
	}
	return true;
}

int main(int argc, char **argv)
{
	struct job j = { 0 };
	char error[SENTENCE_MAX] = "";
	int r = -EINVAL;

	if (sodium_init() < 0)
		sentence(error, r, "libsodium does not start");
	else if (argc == 3 && strcmp(argv[1], "packages") == 0) {
		j.sources.dir = argv[2];
		r = print_packages(&j, error);
	} else if (argc > 3 && strcmp(argv[1], "image") == 0 &&
		   read_words(&j, argc, argv)) {
		j.sources.dir = argv[2];
		r = write_image(&j, error);
	} else {
		sentence(error, r, "usage: see image/pack/main.c");
	}
	image_conf_free(&j.conf);
	if (r < 0)
		fprintf(stderr, "image: %s\n", error);
	return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
