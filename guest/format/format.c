// SPDX-License-Identifier: Apache-2.0
/*
 * guest/format/format.c - vsnprintf(3) without floating point
 *
 * Theory of operation: a directive is read into a struct spec, its argument
 * becomes a run of bytes (a sign or prefix, zeroes, a body), and the run is put
 * out in its field. What does not fit is counted and dropped.
 */
#include "guest/format/format.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct out {
	char *buf;
	size_t size, len;
};

struct spec {
	bool left, zero, plus, blank, alternate;
	int width, precision; /* precision < 0: none */
	enum { INT, CHAR, SHORT, LONG } size;
	char conversion;
};

static void put(struct out *o, char c)
{
	if (o->len + 1 < o->size)
		o->buf[o->len] = c;
	o->len++;
}

static void put_all(struct out *o, const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		put(o, bytes[i]);
}

static void repeat(struct out *o, char c, int times)
{
	for (; times > 0; times--)
		put(o, c);
}

static void put_field(struct out *o, const struct spec *s, const char *head,
		      int zeroes, const char *body, size_t n)
{
	int pad = s->width - (int)(strlen(head) + n) - zeroes;

	if (!s->left)
		repeat(o, ' ', pad);
	put_all(o, head, strlen(head));
	repeat(o, '0', zeroes);
	put_all(o, body, n);
	if (s->left)
		repeat(o, ' ', pad);
}

static int at_least_none(int n)
{
	return n > 0 ? n : 0;
}

static void put_number(struct out *o, const struct spec *s, const char *head,
		       uint64_t v)
{
	static const char lower[] = "0123456789abcdef",
			  upper[] = "0123456789ABCDEF";
	const char *digits = s->conversion == 'X' ? upper : lower;
	unsigned int base = 10;
	char text[24]; /* 64 bits in octal */
	size_t at = sizeof(text);
	int len, zeroes;

	if (s->conversion == 'x' || s->conversion == 'X' ||
	    s->conversion == 'p')
		base = 16;
	if (s->conversion == 'o')
		base = 8;
	for (; v; v /= base)
		text[--at] = digits[v % base];
	if (at == sizeof(text) && s->precision != 0)
		text[--at] = '0';
	len = (int)(sizeof(text) - at);
	zeroes = s->precision - len;
	if (s->zero && !s->left && s->precision < 0)
		zeroes = s->width - len - (int)strlen(head);
	put_field(o, s, head, at_least_none(zeroes), text + at, (size_t)len);
}

static const char *read_flags(const char *f, struct spec *s)
{
	for (;; f++) {
		switch (*f) {
		case '-':
			s->left = true;
			break;
		case '0':
			s->zero = true;
			break;
		case '+':
			s->plus = true;
			break;
		case ' ':
			s->blank = true;
			break;
		case '#':
			s->alternate = true;
			break;
		default:
			return f;
		}
	}
}

static const char *read_size(const char *f, struct spec *s)
{
	switch (*f) {
	case 'h':
		s->size = f[1] == 'h' ? CHAR : SHORT;
		return f + (f[1] == 'h' ? 2 : 1);
	case 'l':
		s->size = LONG; /* long long is no longer, here */
		return f + (f[1] == 'l' ? 2 : 1);
	case 'z':
	case 't':
	case 'j':
	case 'L':
		s->size = LONG;
		return f + 1;
	default:
		return f;
	}
}
_Static_assert(sizeof(long) == sizeof(long long) &&
		       sizeof(size_t) == sizeof(long),
	       "one width for l, ll, z, t and j");

/* A va_list that functions may share, whatever type it is. */
struct arguments {
	va_list ap;
};

/* Digits, or '*' for an argument. */
static const char *read_count(const char *f, struct arguments *args, int *n)
{
	*n = 0;
	if (*f == '*') {
		*n = va_arg(args->ap, int);
		return f + 1;
	}
	for (; *f >= '0' && *f <= '9'; f++)
		*n = *n * 10 + (*f - '0');
	return f;
}

static const char *read_spec(const char *f, struct spec *s,
			     struct arguments *args)
{
	f = read_flags(f, s);
	f = read_count(f, args, &s->width);
	if (s->width < 0) {
		s->left = true;
		s->width = -s->width;
	}
	s->precision = -1;
	if (*f == '.')
		f = read_count(f + 1, args, &s->precision);
	f = read_size(f, s);
	s->conversion = *f;
	return *f ? f + 1 : f;
}

static void put_signed(struct out *o, const struct spec *s,
		       struct arguments *args)
{
	int64_t v = s->size == LONG ? va_arg(args->ap, long)
				    : va_arg(args->ap, int);
	const char *head = s->plus ? "+" : s->blank ? " " : "";

	if (s->size == CHAR)
		v = (signed char)v;
	if (s->size == SHORT)
		v = (short)v;
	put_number(o, s, v < 0 ? "-" : head,
		   v < 0 ? -(uint64_t)v : (uint64_t)v);
}

static void put_unsigned(struct out *o, const struct spec *s,
			 struct arguments *args)
{
	uint64_t v = s->size == LONG ? va_arg(args->ap, unsigned long)
				     : va_arg(args->ap, unsigned int);
	const char *head = "";

	if (s->size == CHAR)
		v = (unsigned char)v;
	if (s->size == SHORT)
		v = (unsigned short)v;
	if (s->alternate && v && s->conversion == 'x')
		head = "0x";
	put_number(o, s, head, v);
}

static void put_text(struct out *o, const struct spec *s, const char *text)
{
	if (!text)
		text = "(null)";
	put_field(o, s, "", 0, text,
		  s->precision < 0 ? strlen(text)
				   : strnlen(text, (size_t)s->precision));
}

static void put_spec(struct out *o, const struct spec *s,
		     struct arguments *args)
{
	char c;

	switch (s->conversion) {
	case 'd':
	case 'i':
		put_signed(o, s, args);
		break;
	case 'u':
	case 'x':
	case 'X':
	case 'o':
		put_unsigned(o, s, args);
		break;
	case 'p':
		put_number(o, s, "0x", (uintptr_t)va_arg(args->ap, void *));
		break;
	case 'c':
		c = (char)va_arg(args->ap, int);
		put_field(o, s, "", 0, &c, 1);
		break;
	case 's':
		put_text(o, s, va_arg(args->ap, const char *));
		break;
	case 'f':
	case 'g':
	case 'e':
		(void)va_arg(args->ap, double);
		put(o, '?');
		break;
	case '%':
		put(o, '%');
		break;
	default: /* nothing of ours */
		break;
	}
}

int format(char *buf, size_t size, const char *fmt, va_list ap)
{
	struct out o = { buf, size, 0 };
	struct arguments args;

	va_copy(args.ap, ap);
	while (*fmt) {
		struct spec s = { .width = 0 };

		if (*fmt != '%') {
			put(&o, *fmt++);
			continue;
		}
		fmt = read_spec(fmt + 1, &s, &args);
		put_spec(&o, &s, &args);
	}
	va_end(args.ap);
	if (size)
		buf[o.len < size ? o.len : size - 1] = '\0';
	return (int)o.len;
}
