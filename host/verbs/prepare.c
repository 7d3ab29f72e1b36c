// SPDX-License-Identifier: Apache-2.0
/*
 * host/verbs/prepare.c - all that can be refused before anything starts
 *
 * Theory of operation: what `run` would find out too late, in the order in
 * which one needs the other: the appliance file, its image, what depends on
 * both; then who runs QEMU, what that QEMU is able to do, and whether the
 * appliance can do with it. `check` asks all of it, the doctor the first half.
 * Where a line of the file is to blame the sentence begins with it.
 */
#include "host/verbs/prepare.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <string.h>
#include <unistd.h>

#include "host/config/fit.h"
#include "host/config/place.h"
#include "host/config/text.h"
#include "host/launch/accel.h"
#include "host/launch/rights.h"
#include "host/net/tap.h"
#include "host/qemu/able.h"
#include "host/qemu/probe_cache.h"

enum { PORT_FREE = 1024 }; /* from here on anybody may listen */

int prepare_config(const char *file, struct prepared *p, char *error)
{
	struct appliance *a = &p->appliance;
	char path[PATH_MAX];
	int r = place_file(file, path, error);

	p->who_settled = false;
	if (r == 0)
		r = appliance_load(path, a, error);
	if (r < 0)
		return r;
	r = image_open(a->image, a->architecture[0] ? a->architecture : NULL,
		       &p->image, error);
	if (r < 0)
		return appliance_blame(
			a, r == -ENOTSUP ? a->line.architecture : a->line.image,
			r, error);
	r = appliance_complete(a, &p->image, error);
	if (r < 0)
		image_close(&p->image);
	return r;
}

/* What QEMU must be able to do that not everybody may. */
static uint64_t rights_needed(const struct appliance *a)
{
	for (uint32_t i = 0; i < a->forwards; i++)
		if (a->forward[i].port && a->forward[i].port < PORT_FREE)
			return RIGHT(CAP_NET_BIND_SERVICE);
	return 0;
}

/* What no other machine has; a machine without is told by its name. */
static void machine_id(char id[static HOST_NAME_MAX + 1])
{
	ssize_t n = text_read(AT_FDCWD, "/etc/machine-id", id, HOST_NAME_MAX);

	if (n > 0)
		id[n] = '\0';
	else if (gethostname(id, HOST_NAME_MAX + 1) < 0)
		id[0] = '\0';
}

static int prepare_tap(struct appliance *a, char *error)
{
	char id[HOST_NAME_MAX + 1];

	if (a->network != NETWORK_TAP)
		return 0;
	machine_id(id);
	if (!a->mac[0])
		tap_mac(id, a->name, a->mac);
	return tap_check(a, error);
}

int prepare_qemu(struct prepared *p, bool anew, char *error)
{
	int (*const probe)(const char *, const char *, int, struct qemu_caps *,
			   char *) = anew ? probe_anew : probe_cached;
	struct appliance *a = &p->appliance;
	int r = 0;

	if (!p->who_settled)
		r = identity_find(&p->who, a->user, rights_needed(a), error);
	if (r < 0)
		return appliance_blame(a, a->line.user, r, error);
	if (a->accel == ACCEL_KVM && !p->who_settled)
		r = accel_check(a, &p->who, error);
	if (r < 0)
		return appliance_blame(a, a->line.accel, r, error);
	r = probe(a->qemu, a->architecture, PROBE_MS, &p->caps, error);
	if (r < 0) /* without a qemu of its own, it is the image's choice */
		return appliance_blame(
			a, a->line.qemu ? a->line.qemu : a->line.image, r,
			error);
	r = prepare_tap(a, error);
	if (r < 0)
		return r;
	p->uv = uv_look();
	able_settle(a, &p->caps, &p->uv);
	return able_check(a, &p->caps, &p->uv, error);
}

const char *prepare_warning(const struct prepared *p, unsigned int i)
{
	const char *said = appliance_warning(&p->appliance, 0);
	unsigned int n = 0;

	while (said && n < i)
		said = appliance_warning(&p->appliance, ++n);
	return said ? said
		    : able_warning(&p->appliance, &p->caps, &p->uv, i - n);
}

void prepare_end(struct prepared *p)
{
	image_close(&p->image);
}
