/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/link/interface.h - the texts of the Varlink interfaces
 *
 * host/link/NAME.varlink is the source of each; make turns it into a string.
 */
#ifndef HOST_LINK_INTERFACE_H
#define HOST_LINK_INTERFACE_H

#include <stddef.h>

struct interface {
	const char *name;
	const char *text;
};

enum { INTERFACES = 2 };
extern const struct interface interfaces[INTERFACES];

/* interface_text() - Return: its text; NULL: there is no such interface */
const char *interface_text(const char *name);

#endif
