// SPDX-License-Identifier: Apache-2.0
/*
 * host/doctor/service.c - probes: who runs QEMU, in which cgroup, as a service?
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/array.h"

#include "host/cgroup/cgroup.h"
#include "host/config/appliance.h"
#include "host/doctor/command.h"
#include "host/doctor/doctor.h"
#include "host/doctor/reading.h"
#include "host/launch/identity.h"

enum { TEXT = 4096 };

void look_user(const struct patient *p, struct finding *f)
{
	char error[SENTENCE_MAX];
	struct identity who;

	if (identity_find(&who, p->appliance ? p->appliance->user : "", 0,
			  error) < 0)
		finding_set(f, LEVEL_FAIL, "", "%s", error);
	else if (who.change)
		finding_set(f, LEVEL_OK, "", "%s", who.name);
	else if (geteuid() == 0)
		finding_set(f, LEVEL_WARN,
			    "make the user " IDENTITY_DEFAULT
			    " (systemd-sysusers), or write user = NAME in "
			    "[appliance]",
			    "root, though without capabilities");
	else
		finding_set(f, LEVEL_OK, "", "%s, as whoever runs reprise",
			    who.name);
}

/* A group that has processes hands no controller on, but for the outermost. */
static bool counts_memory_of_leaves(const struct cgroup *c)
{
	char path[CGROUP_PATH + 32], text[256] = "";

	snprintf(path, sizeof(path), "%s/cgroup.events", c->base);
	if (strcmp(c->base, c->own) != 0 || access(path, F_OK) < 0)
		return true;
	snprintf(path, sizeof(path), "%s/cgroup.subtree_control", c->base);
	reading_text("", path, text, sizeof(text));
	return strstr(text, "memory");
}

/* There the second leaf of a generation is the one that counts. */
static bool counted_by_v1(const char *root, struct cgroup *v1)
{
	char error[SENTENCE_MAX];

	return cgroup_find_memory_v1(v1, root, error) == 0 &&
	       access(v1->base, W_OK) == 0;
}

void look_cgroup(const struct patient *p, struct finding *f)
{
	static const char gauge[] =
		"run it as a service with Delegate=yes (reprise@.service)";
	char error[SENTENCE_MAX], path[CGROUP_PATH + 32], text[256] = "";
	struct cgroup c, v1;

	if (cgroup_find(&c, p->root, error) < 0) {
		finding_set(f, LEVEL_WARN, "", "%s", error);
		return;
	}
	snprintf(path, sizeof(path), "%s/cgroup.controllers", c.base);
	reading_text("", path, text, sizeof(text));
	snprintf(path, sizeof(path), "%s/cgroup.procs", c.base);
	if (access(c.base, W_OK) < 0 || access(path, W_OK) < 0)
		finding_set(f, LEVEL_WARN, gauge,
			    "%s is not this user's: no QEMU has a cgroup of "
			    "its own, and how much drains is estimated by "
			    "MemAvailable",
			    c.base);
	else if (!strstr(text, "memory") && counted_by_v1(p->root, &v1))
		finding_set(f, LEVEL_OK, "",
			    "%s, and the memory controller of v1 in %s", c.base,
			    v1.base);
	else if (!strstr(text, "memory"))
		finding_set(f, LEVEL_WARN,
			    "boot with systemd.unified_cgroup_hierarchy=1, so "
			    "that v2 has the memory controller",
			    "%s, without a memory controller: how much "
			    "drains is estimated by MemAvailable",
			    c.base);
	else if (!counts_memory_of_leaves(&c))
		finding_set(f, LEVEL_WARN, gauge,
			    "%s: whoever runs an appliance is in it, too, so "
			    "the kernel counts no memory of QEMU's own cgroup, "
			    "and how much drains is estimated by MemAvailable",
			    c.base);
	else
		finding_set(f, LEVEL_OK, "", "%s", c.base);
}

/* What a unit says and should. */
static const struct rule {
	const char *key, *good, *why;
} rules[] = {
	{ "KillMode", "process",
	  "KillMode=process: any other kills QEMU with a shim that crashed, "
	  "and its teardown helper with QEMU" },
	{ "Delegate", "yes",
	  "Delegate=yes: no QEMU has a cgroup of its own without" },
	{ "Type", "notify",
	  "Type=notify: the manager does not know when the payload is ready, "
	  "and does not wait longer when a teardown takes long" },
	{ "OOMPolicy", "continue",
	  "OOMPolicy=continue: else the whole unit is stopped when the kernel "
	  "ends one process of it" },
};

/* "KEY=VALUE" lines, as systemctl show gives them. */
static const char *value_of(const char *text, const char *key, char *value,
			    size_t size)
{
	size_t len = strlen(key);
	const char *at = text;

	value[0] = '\0';
	while (at) {
		if (strncmp(at, key, len) == 0 && at[len] == '=') {
			snprintf(value, size, "%.*s",
				 (int)strcspn(at + len + 1, "\n"),
				 at + len + 1);
			break;
		}
		at = strchr(at, '\n');
		at += at != NULL;
	}
	return value;
}

static void judge_unit(const char *unit, const char *text, struct finding *f)
{
	char value[64], stop[64];

	value_of(text, "TimeoutStopUSec", stop, sizeof(stop));
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		const struct rule *r = &rules[i];

		if (strcmp(value_of(text, r->key, value, sizeof(value)),
			   r->good) == 0)
			continue;
		finding_set(f, LEVEL_WARN, r->why,
			    "%s: %s=%s, a stop may take %s", unit, r->key,
			    value, stop);
		return;
	}
	finding_set(f, LEVEL_OK, "",
		    "%s: fit, a stop may take %s and more if "
		    "the shim asks for it",
		    unit, stop);
}

/* The innermost service of a cgroup's path. Return: false: none, or only that
 * of a user's manager */
static bool innermost(char *path, char *name, size_t size)
{
	bool found = false;

	for (char *part; (part = strsep(&path, "/\n"));) {
		size_t len = strlen(part);

		if (len < 8 || strcmp(part + len - 8, ".service") != 0)
			continue;
		found = strncmp(part, "user@", 5) != 0;
		snprintf(name, size, "%s", part);
	}
	return found;
}

/* The service that we are in; else the one of the appliance. */
static bool unit_name(const struct patient *p, char *name, size_t size)
{
	char text[TEXT];

	reading_text(p->root, "/proc/self/cgroup", text, sizeof(text));
	if (innermost(text, name, size))
		return true;
	if (p->appliance)
		snprintf(name, size, "reprise@%s.service", p->appliance->name);
	return p->appliance;
}

/* What it says itself, in its first line, is more than that it failed. */
static const char *why(int r, char *said)
{
	said[strcspn(said, "\n")] = '\0';
	return r == -EIO && said[0] ? said : strerror(-r);
}

void look_unit(const struct patient *p, struct finding *f)
{
	char name[256], text[TEXT], value[64];
	const char *argv[] = { p->systemctl,
			       "show",
			       "--property",
			       "LoadState,Type,KillMode,Delegate,OOMPolicy,"
			       "TimeoutStopUSec",
			       name,
			       NULL };
	int r;

	if (!unit_name(p, name, sizeof(name))) {
		finding_set(f, LEVEL_NONE, "", "not in a service");
		return;
	}
	r = command_read(argv, NULL, text, sizeof(text));
	if (r < 0)
		finding_set(f, LEVEL_NONE, "", "no systemd to ask about %s: %s",
			    name, why(r, text));
	else if (strcmp(value_of(text, "LoadState", value, sizeof(value)),
			"loaded") != 0)
		finding_set(f, LEVEL_NONE, "", "%s: no such unit", name);
	else
		judge_unit(name, text, f);
}
