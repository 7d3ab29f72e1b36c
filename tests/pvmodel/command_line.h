/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/pvmodel/command_line.h - what the model understands of QEMU's options
 */
#ifndef TESTS_PVMODEL_COMMAND_LINE_H
#define TESTS_PVMODEL_COMMAND_LINE_H

#include <stdbool.h>

struct command_line {
	int qmp, agent, serial; /* listening; -1: not given */
	int qmp_log;		/* what QMP says goes there as well; -1 */
	bool async_teardown;
	bool run_with;		 /* and that is how it was asked for */
	bool debug_threads;	 /* of -name */
	unsigned int memory_mib; /* of -m */
	bool probe;		 /* -qmp stdio: asked what it is, no machine */
	bool reboot_pauses, shutdown_pauses; /* by -action */
};

/* command_line_read() - everything else is taken and ignored */
void command_line_read(struct command_line *c, int argc, char **argv);

/*
 * command_line_refused() - what this version of QEMU does not know
 * @version:	major * 100 + minor (docs/facts.md, 2.1)
 * Return: the option; NULL: it knows them all
 */
const char *command_line_refused(const struct command_line *c,
				 unsigned int version);

#endif
