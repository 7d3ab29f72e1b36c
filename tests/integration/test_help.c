// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/test_help.c - what the program says of itself
 *
 * Help, and what bash and zsh complete by it.
 */
#include "tests/integration/both.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/config/failed.h"
#include "tests/integration/stub_image.h"

static const char under_test[] = "under-test";

static void every_verb_has_help(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;
	const char *words = RIG_SAID(r, 0, rig_program(), "help", "--words");
	char *list = strdup(words), *rest = list, *line;
	int verbs = 0;

	while ((line = strsep(&rest, "\n")) != NULL && line[0]) {
		const char *verb = strsep(&line, "\t");
		const char *usage = strsep(&line, "\t");
		const char *said =
			RIG_SAID(r, 0, rig_program(), verb, "--help");

		assert_non_null(strstr(said, verb));
		assert_non_null(strstr(said, usage));
		/* every option of the usage is explained */
		for (const char *o = strstr(usage, "--"); o;
		     o = strstr(o + 2, "--")) {
			char option[32];

			snprintf(option, sizeof(option), "\n  %.*s",
				 (int)strcspn(o, " ]|"), o);
			if (!strstr(said, option))
				fail_msg("%s: no help for%s", verb, option);
		}
		verbs++;
	}
	assert_true(verbs > 5);
	RIG_SAID(r, 2, rig_program(), "dance");
	RIG_SAID(r, 2, rig_program(), "help", "dance");
	free(list);
}

/* What bash offers for "reprise WORDS... LAST"; a space before each */
static const char *offered(struct rig *r, const char *words)
{
	static const char script[] =
		". completions/reprise.bash; COMP_WORDS=(%s %s); "
		"[ -z '%s' ] || COMP_WORDS+=(''); "
		"COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _reprise; "
		"printf ' %%s' \"${COMPREPLY[@]}\"";
	char text[1024];

	snprintf(text, sizeof(text), script, rig_program(), words,
		 words[0] && words[strlen(words) - 1] == ' ' ? "more" : "");
	return RIG_SAID(r, 0, "/bin/bash", "--norc", "-c", text);
}

/* What zsh would be given for "reprise WORDS..."; "." stands for no word yet.
 * Its own functions are told apart by what they would be given. */
static const char *zsh_offered(struct rig *r, const char *words)
{
	static const char script[] =
		"compadd() { print -rl -- ${@:#--} }; "
		"_describe() { print -rl -- ${(P)2} }; _files() { print F }; "
		"words=(%s %s); CURRENT=$#words; PREFIX=$words[-1]; "
		"[[ $PREFIX == . ]] && PREFIX=; . completions/_reprise";
	char text[1024];

	snprintf(text, sizeof(text), script, rig_program(), words);
	return RIG_SAID(r, 0, "/bin/zsh", "-f", "-c", text);
}

/* Is @word among @offers, between @before and one of @after? */
static void assert_among(const char *offers, const char *before,
			 const char *word, const char *after)
{
	const char *at = offers;
	char wanted[64];
	size_t len =
		(size_t)snprintf(wanted, sizeof(wanted), "%s%s", before, word);

	while ((at = strstr(at, wanted)) && !strchr(after, at[len]))
		at += len;
	if (!at)
		fail_msg("'%s' is not offered, but: %s", word, offers);
}

/* The verb, each option of its usage, and --help. */
static void assert_completed(struct rig *r, const char *verb, const char *usage)
{
	char words[64], option[32], *bash;
	const char *zsh;

	assert_among(offered(r, verb), " ", verb, " ");
	assert_among(zsh_offered(r, verb), "", verb, ":");
	snprintf(words, sizeof(words), "%s --", verb);
	bash = strdup(offered(r, words));
	zsh = zsh_offered(r, words);
	for (const char *o = strstr(usage, "--"); o; o = strstr(o + 2, "--")) {
		snprintf(option, sizeof(option), "%.*s", (int)strcspn(o, " ]|"),
			 o);
		assert_among(bash, " ", option, " ");
		assert_among(zsh, "", option, "\n");
	}
	assert_among(bash, " ", "--help", " ");
	assert_among(zsh, "", "--help", "\n");
	free(bash);
}

static void every_verb_and_option_is_completed(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;
	const char *words = RIG_SAID(r, 0, rig_program(), "help", "--words");
	char *list = strdup(words), *rest = list, *line;

	while ((line = strsep(&rest, "\n")) != NULL && line[0]) {
		const char *verb = strsep(&line, "\t");

		assert_completed(r, verb, strsep(&line, "\t"));
	}
	free(list);
}

static void bash_completes_verbs_options_and_names(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;
	char error[SENTENCE_MAX];

	rig_run_model(r, "", "");
	rig_await_ready(r);
	assert_string_equal(offered(r, "reb"), " reboot");
	assert_string_equal(offered(r, "status "), " under-test");
	assert_string_equal(offered(r, "status u"), " under-test");
	assert_string_equal(offered(r, "reboot under-test --f"), " --full");
	assert_string_equal(offered(r, "help sto"), " stop");
	assert_string_equal(offered(r, "check Makef"), " Makefile");
	assert_int_equal(failed_write("db", "it crashed", error), 0);
	assert_string_equal(offered(r, "reset-failed "), " db");
	assert_int_equal(failed_clear("db", error), 0);
	setenv("REPRISE_CONFIG_DIR", r->dir, 1);
	assert_string_equal(offered(r, "run under"), " under-test");
	unsetenv("REPRISE_CONFIG_DIR");
	RIG_DO(r, "stop", under_test);
	assert_int_equal(rig_await_end(r), 0);
	assert_string_equal(offered(r, "status "), " ");
	assert_string_equal(offered(r, "history "), " under-test");
}

static void zsh_completes_verbs_options_and_names(void **state)
{
	static const char *const cases[][2] = {
		{ "sta", "status:" },
		{ "status .", "under-test\n" },
		{ "reboot --", "--in-place\n" },
		{ "reset-failed .", "db\n" },
		{ "check .", "F\n" },
	};
	struct rig *r = &((struct both *)*state)->rig;
	char error[SENTENCE_MAX];

	rig_run_model(r, "", "");
	rig_await_ready(r);
	assert_int_equal(failed_write("db", "it crashed", error), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (!strstr(zsh_offered(r, cases[i][0]), cases[i][1]))
			rig_fail(r, cases[i][1]);
	assert_int_equal(failed_clear("db", error), 0);
	RIG_DO(r, "stop", under_test);
	assert_int_equal(rig_await_end(r), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_MODEL(every_verb_has_help),
		ON_MODEL(every_verb_and_option_is_completed),
		ON_MODEL(bash_completes_verbs_options_and_names),
		ON_MODEL(zsh_completes_verbs_options_and_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
