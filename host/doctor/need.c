// SPDX-License-Identifier: Apache-2.0
/*
 * host/doctor/need.c - would the appliance find the memory that it needs?
 */
#include "host/doctor/need.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "host/config/appliance.h"
#include "host/config/place.h"
#include "host/config/size.h"
#include "host/memory/host.h"
#include "host/memory/ledger.h"

struct search {
	const char *name;
	bool found;
};

static void compare(void *ctx, const struct promised *m)
{
	struct search *s = ctx;

	s->found |= m->state == PROMISE_LIVES && strcmp(m->name, s->name) == 0;
}

int need_weigh(const struct patient *p, struct weighing *w, char *error)
{
	const struct appliance *a = p->appliance;
	const struct machine_size size = appliance_size(a, p->image);
	const struct domains host = { .reserve = a->admission.reserve };
	const struct application start = { a->name, need_bytes(&size),
					   a->admission.priority, &host };
	char dir[PLACE_SIZE], path[PATH_MAX], root[PATH_MAX];
	const struct ledger_ops ops = { domains_room, host_resident, root };
	struct search s = { .name = a->name };
	int r = place_root(dir, error);

	if (r < 0)
		return r;
	snprintf(root, sizeof(root), "%s", p->root);
	snprintf(path, sizeof(path), "%s/" LEDGER_NAME, dir);
	ledger_list(path, compare, &s);
	w->runs = s.found;
	w->need = need_of(&size);
	return ledger_peek(path, &start, NULL, &ops, &w->decision, w->text,
			   error);
}

static void say(const struct weighing *w, enum level level, const char *advice,
		struct finding *f)
{
	char guest[ADMISSION_SIZE], qemu[ADMISSION_SIZE], image[ADMISSION_SIZE];
	char donated[ADMISSION_SIZE];

	finding_set(f, level, advice,
		    "guest %s, QEMU %s, image %s, ultravisor %s: %s%s",
		    admission_size(w->need.guest, guest),
		    admission_size(w->need.qemu, qemu),
		    admission_size(w->need.image, image),
		    admission_size(w->need.donated, donated),
		    w->runs ? "it runs; beside it, " : "", w->text);
}

void look_need(const struct patient *p, struct finding *f)
{
	char error[SENTENCE_MAX];
	struct weighing w;

	if (!p->appliance)
		finding_set(f, LEVEL_NONE, "", "no appliance file was named");
	else if (need_weigh(p, &w, error) < 0)
		finding_set(f, LEVEL_WARN, "see memory ledger", "%s", error);
	else if (w.runs || w.decision.what == ADMIT)
		say(&w, LEVEL_OK, "", f);
	else if (w.decision.what == NEVER)
		say(&w, LEVEL_FAIL, "give the appliance less memory", f);
	else
		say(&w, LEVEL_WARN, "a start will wait for it", f);
}
