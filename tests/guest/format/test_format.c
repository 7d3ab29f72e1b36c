// SPDX-License-Identifier: Apache-2.0
/*
 * tests/guest/format/test_format.c - as the C library does it, byte for byte
 */
#include "guest/format/format.h"

#include <inttypes.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* At every size from none to more than enough. */
__attribute__((format(printf, 1, 2))) static void same(const char *fmt, ...)
{
	for (size_t size = 0; size < 96; size++) {
		char ours[96], libcs[96];
		va_list ap;
		int n, want;

		memset(ours, '#', sizeof(ours));
		memset(libcs, '#', sizeof(libcs));
		va_start(ap, fmt);
		want = vsnprintf(libcs, size, fmt, ap);
		va_end(ap);
		va_start(ap, fmt);
		n = format(ours, size, fmt, ap);
		va_end(ap);
		assert_int_equal(n, want);
		assert_memory_equal(ours, libcs, sizeof(ours));
	}
}

static void format_of_text_is_the_librarys(void **state)
{
	(void)state;
	same("%s", "");
	same("plain");
	same("a%%b");
	same("%s-%10s|%-10s|%.2s|%.*s|%*s|%-*s|", "x", "right", "left", "cut",
	     3, "abcdef", 4, "y", 5, "z");
	same("%c%3c%-3c|", 'a', 'b', 'c');
}

static void format_of_numbers_is_the_librarys(void **state)
{
	static const long long values[] = {
		0, 1, -1, 9, 10, INT_MAX, INT_MIN, LLONG_MAX, LLONG_MIN, 4711,
	};

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		long long v = values[i];

		same("%d %i %u %x %X %o", (int)v, (int)v, (unsigned int)v,
		     (unsigned int)v, (unsigned int)v, (unsigned int)v);
		same("%ld %lu %lx", (long)v, (unsigned long)v,
		     (unsigned long)v);
		same("%lld %llu %016llx", v, (unsigned long long)v,
		     (unsigned long long)v);
		same("%hhu %hu %hhd %hd", (unsigned char)v, (unsigned short)v,
		     (signed char)v, (short)v);
		same("%5d|%-5d|%05d|%.3d|%+d|% d", (int)v, (int)v, (int)v,
		     (int)v, (int)v, (int)v);
		same("%8.3d|%.0d|%-8x|%#x", (int)v, (int)v, (unsigned int)v,
		     (unsigned int)v);
		same("%zu %td %jd", (size_t)v, (ptrdiff_t)v, (intmax_t)v);
		same("%" PRIu64 " %" PRId64, (uint64_t)v, (int64_t)v);
	}
	same("%*d|%*d", 7, 42, -7, 42);
	same("%p", (void *)state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(format_of_text_is_the_librarys),
		cmocka_unit_test(format_of_numbers_is_the_librarys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
