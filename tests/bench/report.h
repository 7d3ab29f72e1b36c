/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/bench/report.h - figures as lines and as JSON
 *
 * Theory of operation: one line a figure on stdout,
 *
 *	name value unit limit ok|over
 *
 * and below it, on stderr, how it was measured; all again in a file, as a list
 * of objects. What is only printed beside a number has the limit "-" and is
 * always ok; what could not be measured has the value "-" and is "failed". A
 * name ends with @s390x where it is not about x86_64.
 */
#ifndef TESTS_BENCH_REPORT_H
#define TESTS_BENCH_REPORT_H

#include <jansson.h>
#include <stdbool.h>

enum { FIGURE_NAME = 64, FIGURE_HOW = 512 };

struct figure {
	const char *name;
	const char *arch; /* NULL: not about one */
	const char *unit; /* one word */
	double value;
	double limit; /* at most; negative: none */
	char how[FIGURE_HOW];
};

struct report {
	json_t *list;
};

/* report_open() - Return: 0; -ENOMEM */
int report_open(struct report *r);

/* report_figure() - print and keep one */
void report_figure(struct report *r, const struct figure *f);

/* report_beside() - the same for a figure without limit; @fmt: how */
void report_beside(struct report *r, const char *name, const char *arch,
		   double value, const char *unit, const char *fmt, ...)
	__attribute__((format(printf, 6, 7)));

/* figure_how() - fill f->how */
void figure_how(struct figure *f, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* report_failure() - the same for one that could not be measured; f->how: why
 */
void report_failure(struct report *r, const struct figure *f);

/*
 * report_close() - write all to the file @path
 * @partial:	not every number was wanted: what the file has of others stays
 * Return: 0; -EIO
 */
int report_close(struct report *r, const char *path, bool partial);

#endif
