/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/verbs/verbs.h - what an operator can say
 */
#ifndef HOST_VERBS_VERBS_H
#define HOST_VERBS_VERBS_H

/* Exit codes; `run` has SHIM_FAILED and those of the causes, 64 to 119, too. */
enum {
	VERB_DONE = 0,
	VERB_REFUSED = 1, /* a sentence on stderr says why */
	VERB_USAGE = 2,
};

struct verb {
	const char *name;
	const char *usage; /* its arguments */
	const char *what;  /* one line of help */
	/* @argv: what follows the verb. Return: the exit code */
	int (*run)(const struct verb *self, int argc, char **argv);
};

int verb_run(const struct verb *self, int argc, char **argv);
int verb_ps(const struct verb *self, int argc, char **argv);
int verb_top(const struct verb *self, int argc, char **argv);
int verb_status(const struct verb *self, int argc, char **argv);
int verb_reboot(const struct verb *self, int argc, char **argv);
int verb_stop(const struct verb *self, int argc, char **argv);
int verb_release(const struct verb *self, int argc, char **argv);
int verb_reset_failed(const struct verb *self, int argc, char **argv);
int verb_events(const struct verb *self, int argc, char **argv);
int verb_console(const struct verb *self, int argc, char **argv);
int verb_plan(const struct verb *self, int argc, char **argv);
int verb_handover(const struct verb *self, int argc, char **argv);
int verb_history(const struct verb *self, int argc, char **argv);
int verb_check(const struct verb *self, int argc, char **argv);
int verb_doctor(const struct verb *self, int argc, char **argv);

/* verb_refuse() - print the sentence. Return: VERB_REFUSED */
int verb_refuse(const char *error);

#endif
