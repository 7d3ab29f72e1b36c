// SPDX-License-Identifier: Apache-2.0
#include "host/config/image.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

#include "tests/host/scratch.h"

enum { KERNEL_BYTES = 200000, INITRD_BYTES = 3000, PACKED_MAX = 300000 };

static struct scratch scratch;
static struct image image;
static char error[SENTENCE_MAX];
static uint8_t kernel[KERNEL_BYTES], initrd[INITRD_BYTES];

/* One stored file: gzip of some bytes, and the words of its manifest. */
struct packed {
	uint8_t bytes[PACKED_MAX];
	size_t len;
	char words[128];
};

static void describe(struct packed *p, size_t inflated)
{
	uint8_t hash[32];
	char hex[65];

	crypto_hash_sha256(hash, p->bytes, p->len);
	sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash));
	snprintf(p->words, sizeof(p->words), "%s %zu %zu", hex, p->len,
		 inflated);
}

static void pack(struct packed *p, uint8_t *from, size_t len)
{
	z_stream z = { 0 };

	assert_int_equal(
		deflateInit2(&z, 6, Z_DEFLATED, 16 + 15, 8, Z_DEFAULT_STRATEGY),
		Z_OK);
	z.next_in = from;
	z.avail_in = (uInt)len;
	z.next_out = p->bytes;
	z.avail_out = sizeof(p->bytes);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	p->len = sizeof(p->bytes) - z.avail_out;
	deflateEnd(&z);
	describe(p, len);
}

static struct packed packed_kernel, packed_initrd, cmdline;

static void write_manifest(void)
{
	char text[1024];
	int n = snprintf(text, sizeof(text),
			 "[image]\nformat = 1\nname = web\nversion = 1.0\n"
			 "architecture = s390x\n[files]\nkernel = %s\n"
			 "initrd = %s\ncmdline = %.*s\n[defaults]\n"
			 "memory = 256 MiB\nforward = 80\n",
			 packed_kernel.words, packed_initrd.words,
			 (int)(strrchr(cmdline.words, ' ') - cmdline.words),
			 cmdline.words);

	scratch_write(&scratch, "manifest", text, (size_t)n, 0600);
}

static void write_files(void)
{
	scratch_write(&scratch, "kernel", packed_kernel.bytes,
		      packed_kernel.len, 0600);
	scratch_write(&scratch, "initrd", packed_initrd.bytes,
		      packed_initrd.len, 0600);
	scratch_write(&scratch, "cmdline", cmdline.bytes, cmdline.len, 0600);
	write_manifest();
}

/* A good image; the kernel hardly compresses, so it is many chunks long. */
static int set_up(void **state)
{
	(void)state;
	scratch_make(&scratch);
	srand(1);
	for (size_t i = 0; i < sizeof(kernel); i++)
		kernel[i] = (uint8_t)rand();
	memset(initrd, 'i', sizeof(initrd));
	pack(&packed_kernel, kernel, sizeof(kernel));
	pack(&packed_initrd, initrd, sizeof(initrd));
	cmdline.len = (size_t)sprintf((char *)cmdline.bytes, "quiet\n");
	describe(&cmdline, 0);
	write_files();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	scratch_remove(&scratch);
	return 0;
}

static int open_it(const char *arch)
{
	error[0] = '\0';
	return image_open(scratch.dir, arch, &image, error);
}

static void open_good_image_gives_inflated_files(void **state)
{
	static uint8_t got[KERNEL_BYTES + 1];

	(void)state;
	assert_int_equal(open_it("s390x"), 0);
	assert_string_equal(image.name, "web");
	assert_string_equal(image.version, "1.0");
	assert_string_equal(image.arch, "s390x");
	assert_string_equal(image.cmdline, "quiet");
	assert_int_equal(image.default_memory, 256 << 20);
	assert_int_equal(image.forward[0], 80);
	assert_int_equal(image.kernel_bytes, KERNEL_BYTES);
	assert_int_equal(pread(image.kernel_fd, got, sizeof(got), 0),
			 KERNEL_BYTES);
	assert_memory_equal(got, kernel, KERNEL_BYTES);
	assert_int_equal(pread(image.initrd_fd, got, sizeof(got), 0),
			 INITRD_BYTES);
	assert_memory_equal(got, initrd, INITRD_BYTES);
	image_close(&image);
	assert_int_equal(image.kernel_fd, -1);
	image_close(&image);
}

static void open_files_are_sealed(void **state)
{
	(void)state;
	assert_int_equal(open_it(NULL), 0);
	assert_int_equal(pwrite(image.kernel_fd, "x", 1, 0), -1);
	assert_int_equal(errno, EPERM);
	assert_int_equal(ftruncate(image.initrd_fd, 0), -1);
	assert_int_equal(fcntl(image.kernel_fd, F_GETFD), FD_CLOEXEC);
	image_close(&image);
}

static void open_other_architecture_is_refused(void **state)
{
	(void)state;
	assert_int_equal(open_it("x86_64"), -ENOTSUP);
	assert_non_null(strstr(error, "is for s390x, not for x86_64"));
	assert_int_equal(image.kernel_fd, -1);
}

static void open_flipped_bit_does_not_match(void **state)
{
	(void)state;
	for (size_t at = 0; at < packed_kernel.len; at += 9973) {
		packed_kernel.bytes[at] ^= 1;
		write_files();
		assert_int_equal(open_it(NULL), -EBADMSG);
		assert_non_null(strstr(error, "/kernel does not match its "
					      "manifest: rebuild"));
		packed_kernel.bytes[at] ^= 1;
	}
	write_files();
}

static void open_short_file_does_not_match(void **state)
{
	(void)state;
	packed_initrd.len--;
	write_files();
	packed_initrd.len++;
	assert_int_equal(open_it(NULL), -EBADMSG);
	assert_non_null(strstr(error, "/initrd does not match"));
	assert_int_equal(image.kernel_fd, -1); /* closed again */
	write_files();
}

static void open_wrong_inflated_size_is_refused(void **state)
{
	static const size_t sizes[] = { 1, KERNEL_BYTES - 1, KERNEL_BYTES + 1 };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		describe(&packed_kernel, sizes[i]);
		write_files();
		assert_int_equal(open_it(NULL), -EBADMSG);
		assert_non_null(strstr(error, "inflated size"));
	}
	describe(&packed_kernel, KERNEL_BYTES);
	write_files();
}

static void open_second_gzip_member_is_refused(void **state)
{
	struct packed good = packed_initrd;

	(void)state;
	memcpy(packed_initrd.bytes + good.len, good.bytes, good.len);
	packed_initrd.len *= 2;
	describe(&packed_initrd, INITRD_BYTES);
	write_files();
	assert_int_equal(open_it(NULL), -EBADMSG);
	assert_non_null(strstr(error, "/initrd is not gzip data"));
	packed_initrd = good;
	write_files();
}

static void open_cut_gzip_stream_is_refused(void **state)
{
	struct packed good = packed_initrd;

	(void)state;
	packed_initrd.len -= 4; /* within the trailer: every byte is out */
	describe(&packed_initrd, INITRD_BYTES);
	write_files();
	assert_int_equal(open_it(NULL), -EBADMSG);
	packed_initrd = good;
	write_files();
}

static void open_unprintable_cmdline_is_refused(void **state)
{
	struct packed good = cmdline;

	(void)state;
	memcpy(cmdline.bytes, "a\nb", 3);
	cmdline.len = 3;
	describe(&cmdline, 0);
	write_files();
	assert_int_equal(open_it(NULL), -EINVAL);
	assert_non_null(strstr(error, "byte 2"));
	cmdline = good;
	write_files();
}

static void open_missing_file_is_enoent(void **state)
{
	char path[SCRATCH_PATH];

	(void)state;
	scratch_path(&scratch, "initrd", path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(open_it(NULL), -ENOENT);
	assert_non_null(strstr(error, "/initrd is missing"));
	write_files();
}

static void open_directory_without_manifest_is_enoent(void **state)
{
	(void)state;
	assert_int_equal(image_open("/proc", NULL, &image, error), -ENOENT);
	assert_non_null(strstr(error, "/proc/manifest"));
	assert_int_equal(image_open("/nowhere", NULL, &image, error), -ENOENT);
	assert_non_null(strstr(error, "/nowhere"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(open_good_image_gives_inflated_files),
		cmocka_unit_test(open_files_are_sealed),
		cmocka_unit_test(open_other_architecture_is_refused),
		cmocka_unit_test(open_flipped_bit_does_not_match),
		cmocka_unit_test(open_short_file_does_not_match),
		cmocka_unit_test(open_wrong_inflated_size_is_refused),
		cmocka_unit_test(open_second_gzip_member_is_refused),
		cmocka_unit_test(open_cut_gzip_stream_is_refused),
		cmocka_unit_test(open_unprintable_cmdline_is_refused),
		cmocka_unit_test(open_missing_file_is_enoent),
		cmocka_unit_test(open_directory_without_manifest_is_enoent),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
