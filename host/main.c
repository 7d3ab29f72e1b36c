// SPDX-License-Identifier: Apache-2.0
/*
 * host/main.c - reprise: one program, one table of verbs
 *
 * Exit codes: 0 done; 1 refused, with one sentence on stderr; 2 the command
 * line is wrong; 64 to 119 are the causes with which `reprise run` ends.
 */
#include <stdio.h>
#include <string.h>

#include "common/array.h"
#include "common/version.h"
#include "host/verbs/verbs.h"

static const struct verb verbs[] = {
	{ "run", "FILE [--ready-fd N]",
	  "run an appliance, or an image's directory, in the foreground",
	  verb_run },
	{ "ps", "", "list what runs", verb_ps },
	{ "status", "NAME [--json] [--wait]",
	  "tell how an appliance is; --wait: until it serves", verb_status },
	{ "reboot", "NAME [--in-place|--full] [--budget TIME] [--wait]",
	  "ask its guest to end cleanly and begin again", verb_reboot },
	{ "plan", "NAME [--budget TIME] [--json]",
	  "tell what a reboot would do now, and what it would take",
	  verb_plan },
	{ "stop", "NAME [--now]",
	  "ask its guest to end cleanly (--now: do not), wait until all is "
	  "gone",
	  verb_stop },
	{ "events", "NAME", "print what happens to it, a JSON object a line",
	  verb_events },
	{ "history", "NAME [--last N] [--json]",
	  "tell what it did, and where the time went", verb_history },
	{ "console", "NAME", "look at its console; ^] leaves", verb_console },
	{ "check", "FILE", "say whether `run FILE` would begin, start nothing",
	  verb_check },
	{ "doctor", "[FILE] [--json]",
	  "say whether this machine is fit, for an appliance too",
	  verb_doctor },
};

int verb_refuse(const char *error)
{
	fprintf(stderr, "reprise: %s\n", error);
	return VERB_REFUSED;
}

static void help(FILE *out)
{
	fputs("reprise: runs appliances in QEMU; restarts them fast and "
	      "safely\n\n",
	      out);
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
		fprintf(out, "  reprise %s %s\n        %s\n", verbs[i].name,
			verbs[i].usage, verbs[i].what);
	fputs("  reprise help | --version\n\nSee reprise(1) and "
	      "reprise.conf(5).\n",
	      out);
}

static int run_verb(int argc, char **argv)
{
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
		if (strcmp(verbs[i].name, argv[1]) == 0)
			return verbs[i].run(&verbs[i], argc - 2, argv + 2);
	fprintf(stderr,
		"reprise: unknown verb '%s'; `reprise help` lists "
		"them\n",
		argv[1]);
	return VERB_USAGE;
}

int main(int argc, char **argv)
{
	int code = VERB_DONE;

	if (argc < 2) {
		help(stderr);
		return VERB_USAGE;
	}
	if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0)
		help(stdout);
	else if (strcmp(argv[1], "--version") == 0)
		puts("reprise " REPRISE_VERSION);
	else
		code = run_verb(argc, argv);
	if (fflush(stdout) == EOF && code == VERB_DONE) {
		perror("reprise: standard output");
		code = VERB_REFUSED;
	}
	return code;
}
