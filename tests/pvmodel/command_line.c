// SPDX-License-Identifier: Apache-2.0
/*
 * tests/pvmodel/command_line.c - what the model understands of QEMU's options
 */
#include "tests/pvmodel/command_line.h"

#include <stdio.h>
#include <string.h>

enum { QMP_LOG_SET = 7 }; /* host/qemu/argv.c */

static void take_chardev(struct command_line *c, const char *value)
{
	char id[32];
	int fd;

	if (sscanf(value, "socket,id=%31[^,],fd=%d,", id, &fd) != 2)
		return;
	if (strcmp(id, "qmp") == 0)
		c->qmp = fd;
	else if (strcmp(id, "agent") == 0)
		c->agent = fd;
	else if (strcmp(id, "serial") == 0)
		c->serial = fd;
}

static void take_add_fd(struct command_line *c, const char *value)
{
	int fd, set;

	if (sscanf(value, "fd=%d,set=%d", &fd, &set) == 2 && set == QMP_LOG_SET)
		c->qmp_log = fd;
}

static void take_action(struct command_line *c, const char *value)
{
	c->reboot_pauses = strstr(value, "reboot=shutdown") != NULL;
	c->shutdown_pauses = strstr(value, "shutdown=pause") != NULL;
}

void command_line_read(struct command_line *c, int argc, char **argv)
{
	*c = (struct command_line){
		.qmp = -1, .agent = -1, .serial = -1, .qmp_log = -1
	};
	for (int i = 1; i < argc; i++) {
		const char *value = i + 1 < argc ? argv[i + 1] : "";

		if (strcmp(argv[i], "-chardev") == 0)
			take_chardev(c, value);
		else if (strcmp(argv[i], "-add-fd") == 0)
			take_add_fd(c, value);
		else if (strcmp(argv[i], "-action") == 0)
			take_action(c, value);
		else if (strcmp(argv[i], "-async-teardown") == 0)
			c->async_teardown = true;
		else if (strcmp(argv[i], "-run-with") == 0)
			c->async_teardown = c->run_with =
				strstr(value, "async-teardown=on");
		else if (strcmp(argv[i], "-name") == 0)
			c->debug_threads = strstr(value, "debug-threads=on");
		else if (strcmp(argv[i], "-m") == 0)
			sscanf(value, "%uM", &c->memory_mib);
		else if (strcmp(argv[i], "-qmp") == 0)
			c->probe = strcmp(value, "stdio") == 0;
	}
}

const char *command_line_refused(const struct command_line *c,
				 unsigned int version)
{
	if (c->async_teardown && !c->run_with && version >= 900)
		return "-async-teardown";
	return c->run_with && version < 801 ? "-run-with" : NULL;
}
