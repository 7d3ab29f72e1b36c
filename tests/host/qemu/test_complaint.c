// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/qemu/test_complaint.c - QEMU's words about KVM's PV commands
 */
#include "host/qemu/complaint.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/array.h"

static const char no_key[] =
	"qemu-system-s390x: KVM PV command 2 (KVM_PV_SET_SEC_PARMS) failed: "
	"header rc 108 rrc 5 IOCTL rc: -22";

static int fd;
static off_t from;
static struct pv_failure f;

static int open_log(void **state)
{
	(void)state;
	fd = memfd_create("qemu.log", MFD_CLOEXEC);
	from = 0;
	return fd < 0;
}

static int close_log(void **state)
{
	(void)state;
	return close(fd);
}

static void put(const char *text)
{
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

static void parse_qemus_words_gives_the_numbers(void **state)
{
	(void)state;
	assert_true(complaint_parse(no_key, &f));
	assert_true(f.any);
	assert_int_equal(f.command, PV_SET_SEC_PARMS);
	assert_int_equal(f.rc, 0x108);
	assert_int_equal(f.rrc, 5);
	assert_int_equal(f.error, -22);
}

static void parse_other_words_is_none(void **state)
{
	static const char *const others[] = {
		"",
		"KVM PV command ",
		"KVM PV command 2 (x) failed: header rc 108 rrc 5 IOCTL rc: -2",
		"KVM PV command 9 (KVM_PV_ASYNC_CLEANUP_PREPARE) failed",
		"KVM PV INFO cmd 0 failed: Invalid argument",
	};

	(void)state;
	f = (struct pv_failure){ .command = 77 };
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		assert_false(complaint_parse(others[i], &f));
	assert_int_equal(f.command, 77);
}

static void next_goes_on_where_it_was(void **state)
{
	(void)state;
	put("warning: nothing\n");
	put(no_key);
	assert_false(complaint_next(fd, &from, &f)); /* not ended yet */
	put("\nPlease check whether the image is correctly encrypted\n");
	assert_true(complaint_next(fd, &from, &f));
	assert_int_equal(f.command, PV_SET_SEC_PARMS);
	assert_false(complaint_next(fd, &from, &f));
	put("q: KVM PV command 10 (KVM_PV_ASYNC_CLEANUP_PERFORM) failed: "
	    "header rc 0 rrc 0 IOCTL rc: -5\n");
	assert_true(complaint_next(fd, &from, &f));
	assert_int_equal(f.command, PV_PERFORM);
	assert_int_equal(f.error, -5);
	assert_false(complaint_next(fd, &from, &f));
}

static void next_behind_lines_without_end_finds_the_last(void **state)
{
	char much[4000];

	(void)state;
	memset(much, 'x', sizeof(much) - 1);
	much[sizeof(much) - 1] = '\0';
	for (int i = 0; i < 50; i++)
		put(much);
	put("\n");
	put(no_key);
	put("\n");
	assert_true(complaint_next(fd, &from, &f));
	assert_false(complaint_next(fd, &from, &f));
	assert_int_equal(from, lseek(fd, 0, SEEK_END));
}

static void next_in_a_log_that_was_emptied_begins_anew(void **state)
{
	(void)state;
	put("warning: nothing, in many words, so that the next one is shorter\n"
	    "warning: nothing, in many words, so that the next one is "
	    "shorter\n");
	assert_false(complaint_next(fd, &from, &f));
	assert_int_equal(ftruncate(fd, 0), 0);
	lseek(fd, 0, SEEK_SET);
	put(no_key);
	put("\n");
	assert_true(complaint_next(fd, &from, &f));
	assert_int_equal(f.command, PV_SET_SEC_PARMS);
	assert_false(complaint_next(fd, &from, &f));
}

static void next_without_a_log_is_none(void **state)
{
	(void)state;
	assert_false(complaint_next(-1, &from, &f));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parse_qemus_words_gives_the_numbers),
		cmocka_unit_test(parse_other_words_is_none),
		cmocka_unit_test_setup_teardown(next_goes_on_where_it_was,
						open_log, close_log),
		cmocka_unit_test_setup_teardown(
			next_behind_lines_without_end_finds_the_last, open_log,
			close_log),
		cmocka_unit_test_setup_teardown(
			next_in_a_log_that_was_emptied_begins_anew, open_log,
			close_log),
		cmocka_unit_test(next_without_a_log_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
