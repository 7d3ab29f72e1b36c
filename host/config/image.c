// SPDX-License-Identifier: Apache-2.0
/*
 * host/config/image.c - an image: a directory with a manifest
 *
 * Theory of operation: a file is read once; each piece goes through SHA-256
 * and, for kernel and initrd, through zlib straight into a mapped memfd of the
 * size that the manifest promises. Nothing counts until size and hash have been
 * compared; then the memfd is sealed, so that no later generation can boot
 * anything else. A gzip stream that ends early, late or twice is refused.
 * Not here: the manifest's language (host/config/manifest.c).
 */
#include "host/config/image.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "host/config/manifest.h"
#include "host/config/text.h"

enum { MANIFEST_MAX = 1 << 20, CHUNK = 1 << 16 };

/* One file on its way from the directory. */
struct intake {
	const char *dir, *name;
	int dir_fd;
	const struct manifest_file *want;
	char *error;
};

static int mismatch(const struct intake *in)
{
	return sentence(in->error, -EBADMSG,
			"%s/%s does not match its manifest: rebuild the image "
			"or copy it again",
			in->dir, in->name);
}

static int trouble(const struct intake *in, int r, const char *what)
{
	return sentence(in->error, r, "%s/%s: %s: %s", in->dir, in->name, what,
			strerror(-r));
}

static int open_file(const struct intake *in)
{
	int fd =
		openat(in->dir_fd, in->name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	if (fd < 0 && errno == ENOENT)
		return sentence(in->error, -ENOENT,
				"%s/%s is missing: rebuild the image or copy "
				"it again",
				in->dir, in->name);
	if (fd < 0)
		return trouble(in, -errno, "open");
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    (uint64_t)st.st_size == in->want->stored)
		return fd;
	close(fd);
	return mismatch(in);
}

/* What takes the bytes of a file; false: it cannot, hash on all the same. */
typedef bool eat_fn(void *ctx, uint8_t *bytes, size_t n);

static int read_hashed(const struct intake *in, int fd, eat_fn *eat, void *ctx)
{
	crypto_hash_sha256_state sha;
	uint8_t chunk[CHUNK], hash[MANIFEST_HASH];
	bool good = true;
	ssize_t n;

	crypto_hash_sha256_init(&sha);
	while ((n = read(fd, chunk, sizeof(chunk))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return trouble(in, -errno, "read");
		crypto_hash_sha256_update(&sha, chunk, (size_t)n);
		good = good && eat(ctx, chunk, (size_t)n);
	}
	crypto_hash_sha256_final(&sha, hash);
	if (memcmp(hash, in->want->hash, sizeof(hash)) != 0)
		return mismatch(in);
	return good ? 0 : -EBADMSG;
}

struct inflater {
	z_stream z;
	bool ended;
};

static bool inflate_bytes(void *ctx, uint8_t *bytes, size_t n)
{
	struct inflater *i = ctx;
	int r;

	if (i->ended)
		return false;
	i->z.next_in = bytes;
	i->z.avail_in = (uInt)n;
	r = inflate(&i->z, Z_NO_FLUSH);
	i->ended = r == Z_STREAM_END;
	return (r == Z_OK || r == Z_STREAM_END) && i->z.avail_in == 0;
}

static int inflate_mapped(const struct intake *in, int fd, uint8_t *map)
{
	struct inflater i = { .ended = false };
	int r;

	if (inflateInit2(&i.z, 16 + MAX_WBITS) != Z_OK) /* 16: gzip only */
		return trouble(in, -ENOMEM, "inflate");
	inflateValidate(&i.z, 0); /* no CRC: SHA-256 and size tell more */
	i.z.next_out = map;
	i.z.avail_out = (uInt)in->want->inflated;
	in->error[0] = '\0';
	r = read_hashed(in, fd, inflate_bytes, &i);
	if (r == 0 && (!i.ended || i.z.avail_out))
		r = -EBADMSG;
	if (r == -EBADMSG && !in->error[0])
		sentence(in->error, r,
			 "%s/%s is not gzip data of the inflated size in its "
			 "manifest: rebuild the image",
			 in->dir, in->name);
	inflateEnd(&i.z);
	return r;
}

/* Return: a sealed memfd with the inflated file; -errno */
static int inflate_file(const struct intake *in, int fd)
{
	size_t size = (size_t)in->want->inflated;
	int memfd = memfd_create(in->name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	void *map = MAP_FAILED;
	int r;

	if (memfd >= 0 && ftruncate(memfd, (off_t)size) == 0)
		map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED,
			   memfd, 0);
	if (map != MAP_FAILED) {
		r = inflate_mapped(in, fd, map);
		munmap(map, size);
	} else {
		r = trouble(in, -errno, "memory for it");
	}
	if (r == 0 &&
	    fcntl(memfd, F_ADD_SEALS,
		  F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) < 0)
		r = trouble(in, -errno, "seal");
	if (r < 0 && memfd >= 0)
		close(memfd);
	return r < 0 ? r : memfd;
}

static int take_inflated(const struct intake *in, int *ret, uint64_t *bytes)
{
	int fd = open_file(in);
	int r;

	if (fd < 0)
		return fd;
	r = inflate_file(in, fd);
	close(fd);
	if (r < 0)
		return r;
	*ret = r;
	*bytes = in->want->inflated;
	return 0;
}

struct line {
	char *text;
	size_t len, size;
};

static bool line_bytes(void *ctx, uint8_t *bytes, size_t n)
{
	struct line *l = ctx;

	if (n >= l->size - l->len)
		return false;
	memcpy(l->text + l->len, bytes, n);
	l->len += n;
	return true;
}

static int take_cmdline(const struct intake *in, char *cmdline, size_t size)
{
	struct line l = { .text = cmdline, .size = size };
	int fd = open_file(in);
	int r;

	if (fd < 0)
		return fd;
	r = read_hashed(in, fd, line_bytes, &l);
	close(fd);
	if (r < 0)
		return r;
	if (l.len && cmdline[l.len - 1] == '\n')
		l.len--;
	cmdline[l.len] = '\0';
	for (size_t i = 0; i < l.len; i++)
		if (cmdline[i] < ' ' || cmdline[i] > '~')
			return sentence(in->error, -EINVAL,
					"%s/cmdline: byte %zu is not printable "
					"ASCII, write one plain line",
					in->dir, i + 1);
	return 0;
}

static int take_files(int dir_fd, const char *dir, const struct manifest *m,
		      struct image *image, char *error)
{
	struct intake in = { .dir = dir, .dir_fd = dir_fd, .error = error };
	int r;

	in.name = "cmdline";
	in.want = &m->cmdline;
	r = take_cmdline(&in, image->cmdline, sizeof(image->cmdline));
	if (r < 0)
		return r;
	in.name = "kernel";
	in.want = &m->kernel;
	r = take_inflated(&in, &image->kernel_fd, &image->kernel_bytes);
	if (r < 0)
		return r;
	in.name = "initrd";
	in.want = &m->initrd;
	return take_inflated(&in, &image->initrd_fd, &image->initrd_bytes);
}

/* Equal manifests mean equal bytes: its hash names the image. */
static void name_manifest(const char *text, size_t len,
			  char id[static IMAGE_ID_SIZE])
{
	uint8_t hash[MANIFEST_HASH];

	crypto_hash_sha256(hash, (const uint8_t *)text, len);
	sodium_bin2hex(id, IMAGE_ID_SIZE, hash, sizeof(hash));
}

static int read_manifest(int dir_fd, const char *dir, struct manifest *m,
			 struct image *image, char *error)
{
	char path[PATH_MAX + 16];
	char *text = malloc(MANIFEST_MAX);
	ssize_t len;
	int r;

	if (!text)
		return sentence(error, -ENOMEM, "%s: out of memory", dir);
	len = text_read(dir_fd, "manifest", text, MANIFEST_MAX);
	snprintf(path, sizeof(path), "%s/manifest", dir);
	if (len < 0)
		r = sentence(error, (int)len,
			     "%s: %s: this is no image, write the directory "
			     "that `make image` has built",
			     path, strerror((int)-len));
	else {
		r = manifest_parse(text, (size_t)len, path, m, error);
		name_manifest(text, (size_t)len, image->id);
	}
	free(text);
	return r;
}

static int check_arch(const char *dir, const char *arch,
		      const struct manifest *m, char *error)
{
	if (!arch || strcmp(arch, m->arch) == 0)
		return 0;
	return sentence(error, -ENOTSUP,
			"%s/manifest: the image is for %s, not for %s: build "
			"it with ARCH=%s, or change architecture and qemu in "
			"the appliance file",
			dir, m->arch, arch, arch);
}

static int open_dir(int dir_fd, const char *dir, const char *arch,
		    struct image *image, char *error)
{
	struct manifest m;
	int r = read_manifest(dir_fd, dir, &m, image, error);

	if (r == 0)
		r = check_arch(dir, arch, &m, error);
	if (r < 0)
		return r;
	memcpy(image->name, m.name, sizeof(image->name));
	memcpy(image->version, m.version, sizeof(image->version));
	memcpy(image->arch, m.arch, sizeof(image->arch));
	memcpy(image->forward, m.forward, sizeof(image->forward));
	image->forwards = m.forwards;
	image->default_memory = m.memory;
	return take_files(dir_fd, dir, &m, image, error);
}

int image_open(const char *dir, const char *arch, struct image *image,
	       char *error)
{
	int dir_fd, r;

	*image = (struct image){ .kernel_fd = -1, .initrd_fd = -1 };
	dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir_fd < 0)
		return sentence(error, -errno,
				"%s: %s: write the directory of an image", dir,
				strerror(errno));
	r = open_dir(dir_fd, dir, arch, image, error);
	close(dir_fd);
	if (r < 0)
		image_close(image);
	return r;
}

void image_close(struct image *image)
{
	if (image->kernel_fd >= 0)
		close(image->kernel_fd);
	if (image->initrd_fd >= 0)
		close(image->initrd_fd);
	image->kernel_fd = image->initrd_fd = -1;
}
