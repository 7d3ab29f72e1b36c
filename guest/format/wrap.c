// SPDX-License-Identifier: Apache-2.0
/*
 * guest/format/wrap.c - what the linker puts in place of the C library's
 */
#include "guest/format/format.h"

int __wrap_vsnprintf(char *buf, size_t size, const char *fmt, va_list ap)
	__attribute__((used, format(printf, 3, 0)));
int __wrap_snprintf(char *buf, size_t size, const char *fmt, ...)
	__attribute__((used, format(printf, 3, 4)));

int __wrap_vsnprintf(char *buf, size_t size, const char *fmt, va_list ap)
{
	return format(buf, size, fmt, ap);
}

int __wrap_snprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = format(buf, size, fmt, ap);
	va_end(ap);
	return n;
}
