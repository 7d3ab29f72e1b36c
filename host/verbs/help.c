// SPDX-License-Identifier: Apache-2.0
/*
 * host/verbs/help.c - what the program says of itself
 */
#include "host/verbs/help.h"

#include <stdio.h>
#include <string.h>

#include "common/array.h"
#include "host/verbs/verbs.h"

/* What options do, for those verbs that have some. */
static const struct {
	const char *verb;
	const char *text;
} options[] = {
	{ "run",
	  "  --ready-fd N  a newline goes to descriptor N each time that "
	  "the payload is\n"
	  "                ready\n" },
	{ "check",
	  "  --running     would a shim of this program go on with what "
	  "runs?\n" },
	{ "ps", "  --json        print a list for programs\n"
		"  --names       print names only, one a line\n" },
	{ "top", "  --once        print it once\n"
		 "  --json        print it once, for programs\n" },
	{ "status", "  --json        print it for programs\n"
		    "  --wait        wait until it serves\n" },
	{ "reboot", "  --in-place    by a reset in the same QEMU, if that can "
		    "be\n"
		    "  --full        by a new QEMU\n"
		    "  --budget TIME refuse it, if it is likely to take "
		    "longer, as in 5 s\n"
		    "  --wait        until the payload is ready again; say "
		    "where the time went\n" },
	{ "plan", "  --budget TIME say whether a reboot would hold it\n"
		  "  --json        print it for programs\n" },
	{ "stop",
	  "  --now          do not ask the guest\n"
	  "  --wait-memory  until its memory is back, too, and its shim "
	  "has gone\n" },
	{ "doctor", "  --json        print it for programs\n" },
	{ "history",
	  "  --last N      the last N entries, not the last 20\n"
	  "  --json        print them for programs\n"
	  "  --names       print who has one instead, one a line\n" },
	{ "reset-failed",
	  "  --names       print who has failed instead, one a line\n" },
	{ "console", "  --replay      print what is kept of it, and leave\n"
		     "  --timestamps  with --replay: when each line began\n" },
};

void help_all(const struct verb *verbs, size_t count)
{
	puts("reprise: runs appliances in QEMU; restarts them fast and "
	     "safely\n");
	for (size_t i = 0; i < count; i++)
		printf("  reprise %s%s%s\n        %s\n", verbs[i].name,
		       verbs[i].usage[0] ? " " : "", verbs[i].usage,
		       verbs[i].what);
	puts("  reprise help [VERB] | --version\n\nSee reprise(1), "
	     "reprise.conf(5) and reprise-varlink(7).");
}

void help_verb(const struct verb *v)
{
	printf("reprise %s%s%s\n\n  %s\n", v->name, v->usage[0] ? " " : "",
	       v->usage, v->what);
	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		if (strcmp(options[i].verb, v->name) == 0)
			printf("\n%s", options[i].text);
	puts("\nSee reprise(1).");
}

void help_words(const struct verb *verbs, size_t count)
{
	for (size_t i = 0; i < count; i++)
		printf("%s\t%s\t%s\n", verbs[i].name, verbs[i].usage,
		       verbs[i].what);
}

bool help_is_asked(int argc, char **argv)
{
	for (int i = 0; i < argc; i++)
		if (strcmp(argv[i], "--help") == 0 ||
		    strcmp(argv[i], "-h") == 0)
			return true;
	return false;
}
