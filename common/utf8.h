/* SPDX-License-Identifier: Apache-2.0 */
/*
 * common/utf8.h - text of others, and what of it a terminal may be shown
 *
 * Source: RFC 3629; ECMA-48 for the control characters: C0 (below 0x20), DEL,
 * and C1 (0x80 to 0x9f), of which U+009B begins a command as ESC [ does.
 */
#ifndef COMMON_UTF8_H
#define COMMON_UTF8_H

#include <stddef.h>

/*
 * utf8_length() - the sequence at the beginning of @s
 * @left:	bytes there are
 * Return: how many bytes it has; 0: it is none
 */
size_t utf8_length(const char *s, size_t left);

/*
 * utf8_tame() - make a '?' of each byte that could steer a terminal
 *
 * Every control character but the tab goes: C1 also as the bare bytes that they
 * are where a terminal does not speak UTF-8.
 * @text:	of any bytes, NULs too; changed in place
 */
void utf8_tame(char *text, size_t len);

/*
 * utf8_whole() - where text that was cut ends, if not within a character
 * Return: bytes, at most three less than @len
 */
size_t utf8_whole(const char *text, size_t len);

/*
 * utf8_mend() - the same of a string, and of what is no UTF-8 in it; the
 * beginning of a character at its end goes
 */
void utf8_mend(char *text);

/* utf8_count() - characters of a string that was mended */
size_t utf8_count(const char *text);

#endif
