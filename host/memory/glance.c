// SPDX-License-Identifier: Apache-2.0
/*
 * host/memory/glance.c - the ledger at a glance, for people
 */
#include "host/memory/glance.h"

#include <string.h>

#include "host/memory/host.h"

static void count(void *ctx, const struct promised *m)
{
	struct glance *g = ctx;

	g->of[m->state].count++;
	g->of[m->state].bytes += m->bytes;
}

int glance_take(struct glance *g, const char *path, char *root, char *error)
{
	static const struct domains host;
	const struct application nothing = { .domains = &host };
	const struct ledger_ops ops = { domains_room, host_resident, root };
	char text[ADMISSION_TEXT];
	struct decision d;
	struct domain at;
	int r;

	*g = (struct glance){ 0 };
	r = ledger_list(path, count, g);
	if (r < 0)
		return sentence(error, r, "%s: %s", path, strerror(-r));
	r = ledger_peek(path, &nothing, NULL, &ops, &d, text, error);
	if (r < 0)
		return r;
	g->headroom = admission_headroom(&d);
	if (host_room(root, &at) == 0)
		g->total = at.total;
	return 0;
}
