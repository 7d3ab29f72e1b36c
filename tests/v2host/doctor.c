// SPDX-License-Identifier: Apache-2.0
/*
 * tests/v2host/doctor.c - what `reprise doctor` says of such a host
 */
#include "tests/v2host/bed.h"
#include "tests/v2host/tests.h"

#include <stdio.h>
#include <string.h>

/* What it says of @check; static */
static const char *level_of(struct rig *r, const char *check)
{
	const char *const args[] = { "doctor", "--json", NULL };
	static char level[16];
	json_t *all, *one;
	struct child c;
	size_t i;

	rig_verb(r, &c, args);
	all = json_loads(c.text[CHILD_OUT], 0, NULL);
	child_close(&c);
	level[0] = '\0';
	json_array_foreach(json_object_get(all, "checks"), i, one)
	{
		const char *name =
			json_string_value(json_object_get(one, "name"));

		if (name && strcmp(name, check) == 0)
			snprintf(level, sizeof(level), "%s",
				 json_string_value(
					 json_object_get(one, "level")));
	}
	json_decref(all);
	return level;
}

void doctor_sees_where_memory_of_leaves_is_counted(void **state)
{
	struct rig *r = *state;

	bed_enter();
	assert_string_equal(level_of(r, "cgroup"), "ok");
	bed_write("cgroup.procs", 0); /* beside the leaves */
	assert_string_equal(level_of(r, "cgroup"), "warn");
}

void doctor_sees_that_pressure_is_counted(void **state)
{
	assert_string_equal(level_of(*state, "pressure"), "ok");
}
