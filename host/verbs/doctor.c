// SPDX-License-Identifier: Apache-2.0
/*
 * host/verbs/doctor.c - reprise doctor: is this machine fit?
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/doctor/doctor.h"
#include "host/doctor/need.h"
#include "host/qemu/able.h"
#include "host/qemu/probe_cache.h"
#include "host/verbs/args.h"
#include "host/verbs/prepare.h"
#include "host/verbs/progress.h"
#include "host/verbs/show.h"
#include "host/verbs/verbs.h"

enum { NAME_WIDTH = 20 };

struct exam {
	json_t *checks; /* NULL: for people */
	enum level worst;
};

static void print(const char *name, const struct finding *f)
{
	printf("%-5s %-*s %s\n", level_name(f->level), NAME_WIDTH, name,
	       f->found);
	if (f->advice[0])
		printf("%-5s %-*s -> %s\n", "", NAME_WIDTH, "", f->advice);
}

static json_t *as_json(const char *name, const struct finding *f)
{
	return json_pack("{s:s, s:s, s:s, s:s}", "name", name, "level",
			 level_name(f->level), "found", f->found, "advice",
			 f->advice);
}

static void note(struct exam *e, const char *name, const struct finding *f)
{
	if (f->level > e->worst)
		e->worst = f->level;
	if (e->checks)
		json_array_append_new(e->checks, as_json(name, f));
	else
		print(name, f);
}

static void examine(const struct patient *p, struct exam *e)
{
	for (size_t i = 0; i < doctor_probe_count; i++) {
		struct finding f = { .level = LEVEL_NONE };

		progress_step(doctor_probes[i].name);
		doctor_probes[i].look(p, &f);
		progress_step(NULL);
		note(e, doctor_probes[i].name, &f);
	}
}

/* The file is a question too. Return: it may be used */
static bool examine_file(const char *path, struct prepared *p, struct exam *e)
{
	char error[SENTENCE_MAX];
	struct finding f;
	int r = prepare_config(path, p, error);

	if (r < 0)
		finding_set(&f, LEVEL_FAIL, "mend it, then ask again", "%s",
			    error);
	else
		finding_set(&f, LEVEL_OK, "", "%s, image %s %s",
			    p->appliance.name, p->image.name, p->image.version);
	note(e, "appliance", &f);
	return r >= 0;
}

/* Its operand may be left out. */
static bool has_operand(int argc, char **argv)
{
	for (int i = 0; i < argc; i++)
		if (argv[i][0] != '-')
			return true;
	return false;
}

static json_t *need_json(const struct patient *p)
{
	char error[SENTENCE_MAX];
	struct weighing w;

	if (!p->appliance || need_weigh(p, &w, error) < 0)
		return json_null();
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "guest_bytes",
			 (json_int_t)w.need.guest, "qemu_bytes",
			 (json_int_t)w.need.qemu, "image_bytes",
			 (json_int_t)w.need.image, "donated_bytes",
			 (json_int_t)w.need.donated, "need_bytes",
			 (json_int_t)w.decision.need, "spare_bytes",
			 (json_int_t)admission_headroom(&w.decision));
}

static void print_json(struct exam *e, const struct patient *p)
{
	json_t *all =
		json_pack("{s:s, s:o, s:o}", "result", level_name(e->worst),
			  "need", need_json(p), "checks", e->checks);

	show_json(stdout, all, JSON_INDENT(2));
	json_decref(all);
}

int verb_doctor(const struct verb *self, int argc, char **argv)
{
	const char *path = NULL;
	bool json = false;
	const struct flag flags[] = { { .name = "--json", .set = &json } };
	struct exam e = { .worst = LEVEL_NONE };
	struct patient patient;
	char error[SENTENCE_MAX];
	struct prepared p;
	bool loaded;

	if (!args_parse(self, argc, argv, flags, 1,
			has_operand(argc, argv) ? &path : NULL))
		return VERB_USAGE;
	e.checks = json ? json_array() : NULL;
	loaded = path && examine_file(path, &p, &e);
	patient = doctor_patient(loaded ? &p.appliance : NULL,
				 loaded ? &p.image : NULL);
	progress_step("QEMU");
	if (loaded && probe_cached(p.appliance.qemu, p.appliance.architecture,
				   PROBE_MS, &p.caps, error) == 0) {
		patient.caps = &p.caps;
		p.uv = uv_look();
		able_settle(&p.appliance, &p.caps, &p.uv);
	}
	examine(&patient, &e);
	if (json)
		print_json(&e, &patient);
	if (loaded)
		prepare_end(&p);
	return e.worst == LEVEL_FAIL ? VERB_REFUSED : VERB_DONE;
}
