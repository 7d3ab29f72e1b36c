/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/host/link/idl.h - read the text of a Varlink interface
 *
 * By the grammar of varlink.org/Interface-Definition, and nothing else: what
 * is read here any Varlink client can read. The result is JSON:
 *
 *	{"interface": NAME, "types": {NAME: TYPE},
 *	 "methods": {NAME: {"in": TYPE, "out": TYPE}}, "errors": {NAME: TYPE}}
 *
 * and a TYPE is {"kind": "bool" | "int" | "float" | "string" | "object"}, or
 * of the kinds "maybe", "array" and "map" with "of", "named" with "name",
 * "enum" with "words", "struct" with "fields".
 */
#ifndef TESTS_HOST_LINK_IDL_H
#define TESTS_HOST_LINK_IDL_H

#include <jansson.h>

enum { IDL_WHY = 256 };

/* idl_read() - Return: a new reference; NULL: @why says where it is wrong */
json_t *idl_read(const char *text, char why[static IDL_WHY]);

/* idl_fits() - is @value of @type? Return: NULL; else where it is not, static
 */
const char *idl_fits(json_t *idl, json_t *type, json_t *value);

/* idl_type(), idl_error(), idl_in(), idl_out() - borrowed; NULL: none */
json_t *idl_type(json_t *idl, const char *name);
json_t *idl_error(json_t *idl, const char *name);
json_t *idl_in(json_t *idl, const char *method);
json_t *idl_out(json_t *idl, const char *method);

#endif
