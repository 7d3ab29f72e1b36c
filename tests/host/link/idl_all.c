// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/link/idl_all.c - the interfaces that ship, read
 */
#include "tests/host/link/idl_all.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "host/link/interface.h"
#include "tests/host/link/idl.h"

static json_t *idl[INTERFACES];

int idl_read_all(void **state)
{
	char why[IDL_WHY];

	(void)state;
	for (size_t i = 0; i < INTERFACES; i++) {
		idl[i] = idl_read(interfaces[i].text, why);
		if (!idl[i])
			fail_msg("%s: %s", interfaces[i].name, why);
	}
	return 0;
}

int idl_free_all(void **state)
{
	(void)state;
	for (size_t i = 0; i < INTERFACES; i++)
		json_decref(idl[i]);
	return 0;
}

json_t *idl_named(const char *name)
{
	for (size_t i = 0; i < INTERFACES; i++)
		if (strcmp(interfaces[i].name, name) == 0)
			return idl[i];
	return NULL;
}

json_t *idl_of(const char *full, const char **rest)
{
	const char *dot = strrchr(full, '.');
	char name[64];

	assert_non_null(dot);
	snprintf(name, sizeof(name), "%.*s", (int)(dot - full), full);
	*rest = dot + 1;
	return idl_named(name);
}
