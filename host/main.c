// SPDX-License-Identifier: Apache-2.0
/*
 * host/main.c - reprise: one program, one table of verbs
 *
 * Exit codes: 0 done; 1 refused, with one sentence on stderr; 2 the command
 * line is wrong. Of `reprise run` alone: 3 the shim failed, and what ran goes
 * on; 64 to 119 the cause with which the appliance ended.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/array.h"
#include "common/utf8.h"
#include "common/version.h"
#include "host/sentence.h"
#include "host/verbs/help.h"
#include "host/verbs/verbs.h"

static const struct verb verbs[] = {
	{ "run", "FILE|NAME [--ready-fd N]",
	  "run an appliance in the foreground: its file, its name or an image",
	  verb_run },
	{ "ps", "[--json|--names]", "list what runs on this host", verb_ps },
	{ "top", "[--once] [--json]",
	  "show who has the memory of this host, live", verb_top },
	{ "status", "NAME [--json] [--wait]",
	  "tell how an appliance is; --wait: until it serves", verb_status },
	{ "reboot", "NAME [--in-place|--full] [--budget TIME] [--wait]",
	  "ask its guest to end cleanly and begin again", verb_reboot },
	{ "plan", "NAME [--budget TIME] [--json]",
	  "tell what a reboot would do now, and what it would take",
	  verb_plan },
	{ "stop", "NAME [--now] [--wait-memory]",
	  "ask its guest to end cleanly (--now: do not), wait until QEMU has "
	  "gone",
	  verb_stop },
	{ "release", "NAME", "end what a shim that has gone has left of it",
	  verb_release },
	{ "reset-failed", "NAME | --names",
	  "let one start again that had failed too often", verb_reset_failed },
	{ "events", "NAME", "print what happens to it, a JSON object a line",
	  verb_events },
	{ "history", "NAME [--last N] [--json] | --names",
	  "tell what it did, and where the time went", verb_history },
	{ "console", "NAME [--replay [--timestamps]]",
	  "look at its console; ^] leaves", verb_console },
	{ "handover", "NAME", "let the installed program take charge of it",
	  verb_handover },
	{ "check", "FILE|NAME [--running]",
	  "say whether `run` would begin, start nothing", verb_check },
	{ "doctor", "[FILE|NAME] [--json]",
	  "say whether this machine is fit, for an appliance too",
	  verb_doctor },
};

int verb_refuse(const char *error)
{
	char text[SENTENCE_MAX];

	snprintf(text, sizeof(text), "%s", error);
	utf8_mend(text); /* it may quote a guest */
	fprintf(stderr, "reprise: %s\n", text);
	return VERB_REFUSED;
}

static const struct verb *find_verb(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	fprintf(stderr,
		"reprise: unknown verb '%s'; `reprise help` lists them\n",
		name);
	return NULL;
}

static int help(const char *word)
{
	const struct verb *v;

	if (!word) {
		help_all(verbs, ARRAY_SIZE(verbs));
		return VERB_DONE;
	}
	if (strcmp(word, "--words") == 0) {
		help_words(verbs, ARRAY_SIZE(verbs));
		return VERB_DONE;
	}
	v = find_verb(word);
	if (v)
		help_verb(v);
	return v ? VERB_DONE : VERB_USAGE;
}

static int run_verb(int argc, char **argv)
{
	const struct verb *v = find_verb(argv[1]);

	if (!v)
		return VERB_USAGE;
	if (!help_is_asked(argc - 2, argv + 2))
		return v->run(v, argc - 2, argv + 2);
	help_verb(v);
	return VERB_DONE;
}

/* Where one of the three is closed, the next file opened would take its
 * number, and what is said to people would be written into it. */
static void fill_streams(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDONLY); /* to write fails */
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

int main(int argc, char **argv)
{
	int code = VERB_DONE;

	fill_streams();
	if (argc < 2) {
		fputs("reprise: a verb is missing; `reprise help` lists them\n",
		      stderr);
		return VERB_USAGE;
	}
	if (strcmp(argv[1], "help") == 0)
		code = help(argv[2]);
	else if (help_is_asked(1, argv + 1))
		code = help(NULL);
	else if (strcmp(argv[1], "--version") == 0)
		puts("reprise " REPRISE_VERSION);
	else
		code = run_verb(argc, argv);
	if ((fflush(stdout) == EOF || ferror(stdout)) && code == VERB_DONE) {
		perror("reprise: standard output");
		code = VERB_REFUSED;
	}
	return code;
}
