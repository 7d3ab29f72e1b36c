// SPDX-License-Identifier: Apache-2.0
/*
 * host/link/interface.c - the texts of the Varlink interfaces
 */
#include "host/link/interface.h"

#include <string.h>

const struct interface interfaces[INTERFACES] = {
	{
		"org.varlink.service",
#include "generated/org.varlink.service.h"
	},
	{
		"io.reprise",
#include "generated/io.reprise.h"
	},
};

const char *interface_text(const char *name)
{
	for (size_t i = 0; i < INTERFACES; i++)
		if (strcmp(interfaces[i].name, name) == 0)
			return interfaces[i].text;
	return NULL;
}
