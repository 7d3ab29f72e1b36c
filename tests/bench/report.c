// SPDX-License-Identifier: Apache-2.0
/*
 * tests/bench/report.c - figures as lines and as JSON
 */
#include "tests/bench/report.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int report_open(struct report *r)
{
	r->list = json_array();
	return r->list ? 0 : -ENOMEM;
}

static void full_name(const struct figure *f, char name[static FIGURE_NAME])
{
	bool plain = !f->arch || strcmp(f->arch, "x86_64") == 0;

	snprintf(name, FIGURE_NAME, "%s%s%s", f->name, plain ? "" : "@",
		 plain ? "" : f->arch);
}

void report_figure(struct report *r, const struct figure *f)
{
	bool ok = f->limit < 0 || f->value <= f->limit;
	char name[FIGURE_NAME], limit[32] = "-";

	full_name(f, name);
	if (f->limit >= 0)
		snprintf(limit, sizeof(limit), "%g", f->limit);
	printf("%s %.3f %s %s %s\n", name, f->value, f->unit, limit,
	       ok ? "ok" : "over");
	fflush(stdout);
	fprintf(stderr, "    %s\n", f->how);
	json_array_append_new(
		r->list,
		json_pack("{s:s, s:f, s:s, s:o, s:b, s:s}", "name", name,
			  "value", f->value, "unit", f->unit, "limit",
			  f->limit >= 0 ? json_real(f->limit) : json_null(),
			  "ok", (int)ok, "how", f->how));
}

void figure_how(struct figure *f, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(f->how, sizeof(f->how), fmt, ap);
	va_end(ap);
}

void report_beside(struct report *r, const char *name, const char *arch,
		   double value, const char *unit, const char *fmt, ...)
{
	struct figure f = {
		.name = name,
		.arch = arch,
		.unit = unit,
		.value = value,
		.limit = -1,
	};
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(f.how, sizeof(f.how), fmt, ap);
	va_end(ap);
	report_figure(r, &f);
}

void report_failure(struct report *r, const struct figure *f)
{
	char name[FIGURE_NAME];

	full_name(f, name);
	printf("%s - %s %g failed\n", name, f->unit, f->limit);
	fflush(stdout);
	fprintf(stderr, "    %s\n", f->how);
	json_array_append_new(
		r->list, json_pack("{s:s, s:n, s:s, s:f, s:b, s:s}", "name",
				   name, "value", "unit", f->unit, "limit",
				   f->limit, "ok", 0, "how", f->how));
}

static bool is_listed(const json_t *list, const json_t *name)
{
	const json_t *one;
	size_t i;

	json_array_foreach(list, i, one)
	{
		if (json_equal(json_object_get(one, "name"), name))
			return true;
	}
	return false;
}

/* What  has of an earlier run, and this one has not: before the rest. */
static void keep_others(struct report *r, const char *path)
{
	json_t *old = json_load_file(path, 0, NULL), *one;
	size_t i, at = 0;

	json_array_foreach(old, i, one)
	{
		const json_t *name = json_object_get(one, "name");

		if (json_is_string(name) && !is_listed(r->list, name))
			json_array_insert(r->list, at++, one);
	}
	json_decref(old);
}

int report_close(struct report *r, const char *path, bool partial)
{
	int bad;

	if (partial)
		keep_others(r, path);
	bad = json_dump_file(r->list, path,
			     JSON_INDENT(2) | JSON_REAL_PRECISION(6));
	json_decref(r->list);
	r->list = NULL;
	return bad ? -EIO : 0;
}
