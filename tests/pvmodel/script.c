// SPDX-License-Identifier: Apache-2.0
/*
 * tests/pvmodel/script.c - what the model shall do otherwise than QEMU does
 */
#include "tests/pvmodel/script.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "common/array.h"

enum { WORDS_MAX = 512 };

#define FLAG(word, member)                                                     \
	{                                                                      \
		word, offsetof(struct script, member)                          \
	}

static const struct {
	const char *word;
	size_t at; /* a bool in struct script */
} flags[] = {
	FLAG("ends-at-once", ends_at_once),
	FLAG("deaf-at-stop", deaf_at_stop),
	FLAG("ignores-quit", ignores_quit),
	FLAG("ignores-term", ignores_term),
	FLAG("refuses-reset", refuses_reset),
	FLAG("double-shutdown", double_shutdown),
	FLAG("no-helper", no_helper),
	FLAG("nameless-end", nameless_end),
	FLAG("secure", secure),
	FLAG("no-async", host.no_async),
	FLAG("no-destroy-fast", host.no_fast),
	FLAG("prepare-fails", host.prepare_fails),
	FLAG("perform-fails", host.perform_fails),
	FLAG("perform-waits", perform_waits),
	FLAG("disable-fails", host.disable_fails),
	FLAG("no-key", host.no_key),
	FLAG("huge-pages", host.huge_pages),
	FLAG("qmp-alien", qmp_alien),
	FLAG("qmp-half", qmp_half),
	FLAG("qmp-wrong-id", qmp_wrong_id),
	FLAG("qmp-endless", qmp_endless),
	FLAG("qmp-deep", qmp_deep),
	FLAG("qmp-flood", qmp_flood),
	FLAG("qmp-leaves", qmp_leaves),
	FLAG("garbage", garbage),
	FLAG("policy", policy),
	FLAG("no-intent", no_intent),
	FLAG("no-hello", no_hello),
	FLAG("unclean", unclean),
	FLAG("stays", stays),
	FLAG("other-image", other_image),
	FLAG("fails", fails),
};

static bool take_flag(struct script *s, const char *word)
{
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		if (strcmp(flags[i].word, word) != 0)
			continue;
		*(bool *)((char *)s + flags[i].at) = true;
		return true;
	}
	return false;
}

static bool take_number(struct script *s, const char *word)
{
	const struct {
		const char *name;
		unsigned int *to;
	} numbers[] = {
		{ "firmware-resets", &s->firmware_resets },
		{ "page-ns", &s->host.page_ns },
		{ "donated", &s->donated_mib },
		{ "donatable", &s->donatable_mib },
		{ "perform-late", &s->perform_late_ms },
		{ "memory", &s->memory_mib },
		{ "touch", &s->touch_mib },
		{ "boot", &s->boot_ms },
	};
	const char *value = strchr(word, '=');
	char rest;

	for (size_t i = 0; value && i < ARRAY_SIZE(numbers); i++)
		if (strlen(numbers[i].name) == (size_t)(value - word) &&
		    memcmp(word, numbers[i].name, (size_t)(value - word)) == 0)
			return sscanf(value, "=%u%c", numbers[i].to, &rest) ==
			       1;
	return false;
}

static bool take_wait(struct script *s, const char *word)
{
	static const char *const names[] = {
		[WAIT_GREETING] = "greeting", [WAIT_GRANT] = "grant",
		[WAIT_COMMIT] = "commit",     [WAIT_STATUS] = "status",
		[WAIT_RESET] = "reset",	      [WAIT_QUIT] = "quit",
	};
	char name[16];

	if (sscanf(word, "waits-at=%15s", name) != 1)
		return false;
	for (size_t i = WAIT_GREETING; i < ARRAY_SIZE(names); i++)
		if (strcmp(names[i], name) == 0)
			s->waits_at = (enum model_wait)i;
	return s->waits_at != WAIT_NEVER;
}

static bool take_word(struct script *s, const char *word)
{
	char rest;

	return sscanf(word, "version=%u.%u%c", &s->version_major,
		      &s->version_minor, &rest) == 2 ||
	       sscanf(word, "arch=%15[a-z0-9_]%c", s->arch, &rest) == 1 ||
	       take_wait(s, word) || take_number(s, word) || take_flag(s, word);
}

const char *script_read(struct script *s, const char *words)
{
	static char copy[WORDS_MAX];
	char *rest = copy;

	*s = (struct script){ .version_major = 7,
			      .version_minor = 2,
			      .arch = "x86_64" };
	if (!words || !words[0])
		return NULL;
	snprintf(copy, sizeof(copy), "%s", words);
	while (rest) {
		const char *word = strsep(&rest, ",");

		if (!take_word(s, word))
			return word;
	}
	return NULL;
}
