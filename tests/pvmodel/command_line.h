/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/pvmodel/command_line.h - what the model understands of QEMU's options
 */
#ifndef TESTS_PVMODEL_COMMAND_LINE_H
#define TESTS_PVMODEL_COMMAND_LINE_H

#include <stdbool.h>

struct command_line {
	int qmp, agent, serial; /* listening; -1: not given */
	bool async_teardown;
	bool probe; /* -qmp stdio: asked what it is, no machine */
	bool reboot_pauses, shutdown_pauses; /* by -action */
};

/* command_line_read() - everything else is taken and ignored */
void command_line_read(struct command_line *c, int argc, char **argv);

#endif
