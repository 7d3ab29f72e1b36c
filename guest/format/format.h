/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guest/format/format.h - vsnprintf(3) without floating point
 *
 * The C library's own is an eighth of PID 1, most of it for doubles that
 * nobody here prints. The linker puts this one in its place (-Wl,--wrap, in
 * guest/module.mk), for libraries as well.
 */
#ifndef GUEST_FORMAT_FORMAT_H
#define GUEST_FORMAT_FORMAT_H

#include <stdarg.h>
#include <stddef.h>

/*
 * format() - as vsnprintf(3); a double is printed as "?"
 * Return: bytes of the whole text, whatever @size is
 */
int format(char *buf, size_t size, const char *fmt, va_list ap)
	__attribute__((format(printf, 3, 0)));

#endif
