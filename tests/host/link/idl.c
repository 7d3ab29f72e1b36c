// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/link/idl.c - read the text of a Varlink interface
 */
#include "tests/host/link/idl.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { WORD = 64 };

struct reader {
	const char *at;
	char *why; /* [0]: nothing is wrong so far */
};

static void wrong(struct reader *r, const char *wanted)
{
	if (!r->why[0])
		snprintf(r->why, IDL_WHY, "no %s at: %.40s", wanted, r->at);
}

static void skip(struct reader *r)
{
	while (isspace((unsigned char)*r->at) || *r->at == '#') {
		if (*r->at == '#')
			r->at += strcspn(r->at, "\n");
		else
			r->at++;
	}
}

static bool take(struct reader *r, const char *text)
{
	size_t n = strlen(text);

	skip(r);
	if (strncmp(r->at, text, n) != 0)
		return false;
	r->at += n;
	return true;
}

static void expect(struct reader *r, const char *text)
{
	if (!take(r, text))
		wrong(r, text);
}

/* A name of letters and digits; @more: what else may be between them. */
static void take_word(struct reader *r, char word[static WORD],
		      const char *more)
{
	size_t n = 0;

	skip(r);
	while (isalnum((unsigned char)r->at[n]) ||
	       (n && r->at[n] && strchr(more, r->at[n]) &&
		isalnum((unsigned char)r->at[n + 1])))
		n++;
	if (n == 0 || n >= WORD || !isalpha((unsigned char)r->at[0])) {
		wrong(r, "name");
		n = 0;
	}
	memcpy(word, r->at, n);
	word[n] = '\0';
	r->at += n;
}

static json_t *read_type(struct reader *r);

static json_t *of(const char *kind, struct reader *r)
{
	return json_pack("{s:s, s:o}", "kind", kind, "of", read_type(r));
}

static void read_fields(struct reader *r, json_t *fields, json_t *words)
{
	char name[WORD];

	do {
		take_word(r, name, "_");
		if (json_object_get(fields, name))
			wrong(r, "new name");
		if (take(r, ":"))
			json_object_set_new(fields, name, read_type(r));
		else
			json_array_append_new(words, json_string(name));
	} while (take(r, ",") && !r->why[0]);
	expect(r, ")");
}

/* What stands between parentheses: fields, or words, but not both. */
static json_t *read_struct(struct reader *r)
{
	json_t *fields = json_object(), *words = json_array();
	bool is_enum;

	expect(r, "(");
	if (!take(r, ")"))
		read_fields(r, fields, words);
	is_enum = json_array_size(words) > 0;
	if (is_enum && json_object_size(fields))
		wrong(r, "one kind of members");
	return json_pack("{s:s, s:o, s:o}", "kind", is_enum ? "enum" : "struct",
			 "fields", fields, "words", words);
}

static json_t *read_type(struct reader *r)
{
	static const char *const kinds[] = { "bool", "int", "float", "string",
					     "object" };
	char word[WORD];

	if (take(r, "?"))
		return of("maybe", r);
	if (take(r, "[]"))
		return of("array", r);
	if (take(r, "[string]"))
		return of("map", r);
	skip(r);
	if (*r->at == '(')
		return read_struct(r);
	take_word(r, word, "");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(word, kinds[i]) == 0)
			return json_pack("{s:s}", "kind", word);
	if (!isupper((unsigned char)word[0]))
		wrong(r, "type");
	return json_pack("{s:s, s:s}", "kind", "named", "name", word);
}

/* Types, methods and errors have one name space. */
static bool is_taken(json_t *idl, const char *name)
{
	return idl_type(idl, name) || idl_error(idl, name) || idl_in(idl, name);
}

static void add(struct reader *r, json_t *idl, const char *list,
		const char *name, json_t *member)
{
	json_t *object = json_object_get(idl, list);

	if (!isupper((unsigned char)name[0]) || is_taken(idl, name))
		wrong(r, "new name");
	json_object_set_new(object, name, member);
}

static void read_member(struct reader *r, json_t *idl)
{
	char word[WORD], name[WORD];

	take_word(r, word, "");
	take_word(r, name, "");
	if (strcmp(word, "type") == 0) {
		add(r, idl, "types", name, read_struct(r));
	} else if (strcmp(word, "error") == 0) {
		add(r, idl, "errors", name, read_struct(r));
	} else if (strcmp(word, "method") == 0) {
		json_t *in = read_struct(r);

		expect(r, "->");
		add(r, idl, "methods", name,
		    json_pack("{s:o, s:o}", "in", in, "out", read_struct(r)));
	} else {
		wrong(r, "member");
	}
}

json_t *idl_read(const char *text, char why[static IDL_WHY])
{
	struct reader r = { text, why };
	json_t *idl =
		json_pack("{s:{}, s:{}, s:{}}", "types", "methods", "errors");
	char name[WORD];

	why[0] = '\0';
	expect(&r, "interface");
	take_word(&r, name, ".-");
	json_object_set_new(idl, "interface", json_string(name));
	for (skip(&r); *r.at && !why[0]; skip(&r))
		read_member(&r, idl);
	if (!why[0])
		return idl;
	json_decref(idl);
	return NULL;
}

static json_t *member_of(json_t *idl, const char *list, const char *name)
{
	return json_object_get(json_object_get(idl, list), name);
}

json_t *idl_type(json_t *idl, const char *name)
{
	return member_of(idl, "types", name);
}

json_t *idl_error(json_t *idl, const char *name)
{
	return member_of(idl, "errors", name);
}

json_t *idl_in(json_t *idl, const char *method)
{
	return json_object_get(member_of(idl, "methods", method), "in");
}

json_t *idl_out(json_t *idl, const char *method)
{
	return json_object_get(member_of(idl, "methods", method), "out");
}

static const char *fits_struct(json_t *idl, json_t *type, json_t *value)
{
	json_t *fields = json_object_get(type, "fields"), *field, *member;
	static char where[IDL_WHY];
	const char *key, *inner;

	if (!json_is_object(value))
		return "no object";
	json_object_foreach(value, key, member)
	{
		snprintf(where, sizeof(where), "%s: not in the interface", key);
		if (!json_object_get(fields, key))
			return where;
	}
	json_object_foreach(fields, key, field)
	{
		inner = idl_fits(idl, field, json_object_get(value, key));
		if (!inner)
			continue;
		if (inner == where) /* already the whole path's end */
			return where;
		snprintf(where, sizeof(where), "%s: %s", key, inner);
		return where;
	}
	return NULL;
}

static const char *fits_each(json_t *idl, json_t *type, json_t *value)
{
	json_t *of_what = json_object_get(type, "of"), *member;
	const char *key, *inner = NULL;
	size_t i;

	json_array_foreach(value, i, member)
	{
		if (!inner)
			inner = idl_fits(idl, of_what, member);
	}
	json_object_foreach(value, key, member)
	{
		if (!inner)
			inner = idl_fits(idl, of_what, member);
	}
	return inner;
}

static const char *fits_enum(json_t *type, json_t *value)
{
	const char *word = json_string_value(value);
	json_t *one;
	size_t i;

	json_array_foreach(json_object_get(type, "words"), i, one)
	{
		if (word && strcmp(json_string_value(one), word) == 0)
			return NULL;
	}
	return "not one of its words";
}

const char *idl_fits(json_t *idl, json_t *type, json_t *value)
{
	const char *kind = json_string_value(json_object_get(type, "kind"));
	const char *name = json_string_value(json_object_get(type, "name"));

	if (!kind)
		return "no such type";
	if (strcmp(kind, "maybe") == 0)
		return !value || json_is_null(value)
			       ? NULL
			       : idl_fits(idl, json_object_get(type, "of"),
					  value);
	if (!value)
		return "missing";
	if (strcmp(kind, "named") == 0)
		return idl_fits(idl, idl_type(idl, name), value);
	if (strcmp(kind, "struct") == 0)
		return fits_struct(idl, type, value);
	if (strcmp(kind, "enum") == 0)
		return fits_enum(type, value);
	if (strcmp(kind, "array") == 0)
		return json_is_array(value) ? fits_each(idl, type, value)
					    : "no array";
	if (strcmp(kind, "map") == 0)
		return json_is_object(value) ? fits_each(idl, type, value)
					     : "no object";
	if ((strcmp(kind, "bool") == 0 && json_is_boolean(value)) ||
	    (strcmp(kind, "int") == 0 && json_is_integer(value)) ||
	    (strcmp(kind, "float") == 0 && json_is_number(value)) ||
	    (strcmp(kind, "string") == 0 && json_is_string(value)) ||
	    (strcmp(kind, "object") == 0 && json_is_object(value)))
		return NULL;
	return kind;
}
