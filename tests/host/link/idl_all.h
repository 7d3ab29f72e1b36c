/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/host/link/idl_all.h - the interfaces that ship, read
 */
#ifndef TESTS_HOST_LINK_IDL_ALL_H
#define TESTS_HOST_LINK_IDL_ALL_H

#include <jansson.h>

/* a group's setup and teardown */
int idl_read_all(void **state);
int idl_free_all(void **state);

/* idl_named() - of its own name, borrowed; NULL: none */
json_t *idl_named(const char *name);

/* idl_of() - the interface of a full name; @rest: what follows it */
json_t *idl_of(const char *full, const char **rest);

#endif
