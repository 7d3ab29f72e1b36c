/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/doctor/command.h - what another program says
 */
#ifndef HOST_DOCTOR_COMMAND_H
#define HOST_DOCTOR_COMMAND_H

#include <stddef.h>

enum { COMMAND_MS = 5000 };

/*
 * command_read() - run a program, what it says on both streams into @text
 * @argv:	argv[0] is looked up in PATH; ends with NULL
 * @until:	NULL: to its end; else until it has said this, then it is killed
 * @text:	terminated; cut at @size
 * Return: 0: it ended with 0; or it said @until; -EIO: with something else;
 *	-ETIMEDOUT: neither within COMMAND_MS, and it was killed; else -errno of
 *	starting it
 */
int command_read(const char *const argv[], const char *until, char *text,
		 size_t size);

#endif
