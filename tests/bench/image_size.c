// SPDX-License-Identifier: Apache-2.0
/*
 * tests/bench/image_size.c - kernel and initramfs of the example
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/bench/bench.h"

static const double mib = 1 << 20;

static int stored(const struct bench *b, const char *arch, const char *file,
		  double *bytes, char *error)
{
	char path[SITE_PATH + 64];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s/image/web/%s", b->site.build, arch,
		 file);
	if (stat(path, &st) < 0)
		return sentence(error, -errno, "%s: %s", path, strerror(errno));
	*bytes = (double)st.st_size;
	return 0;
}

int measure_image_size(struct bench *b, const char *arch, struct figure *f,
		       char *error)
{
	double kernel = 0, initrd = 0;
	int r = stored(b, arch, "kernel", &kernel, error);

	if (r == 0)
		r = stored(b, arch, "initrd", &initrd, error);
	if (r < 0)
		return r;
	f->value = (kernel + initrd) / mib;
	figure_how(f,
		   "bytes as stored of kernel (%.0f) and initramfs (%.0f) of "
		   "image/examples/web for %s",
		   kernel, initrd, arch);
	return 0;
}
