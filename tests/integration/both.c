// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/both.c - a test for each architecture
 */
#include "tests/integration/both.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char next_qemu[] = "build/peers/bin";

struct both both_x86_64 = { .arch = "x86_64" };
struct both both_s390x = { .arch = "s390x" };

/* Return: 0; -1 */
static int prepend_path(const char *dir)
{
	char cwd[1024], path[4096];

	if (!getcwd(cwd, sizeof(cwd)))
		return -1;
	snprintf(path, sizeof(path), "%s/%s:%s", cwd, dir, getenv("PATH"));
	return setenv("PATH", path, 1);
}

int both_open(void **state)
{
	struct both *b = *state;

	rig_open(&b->rig);
	return b->next ? prepend_path(next_qemu) : 0;
}

int both_close(void **state)
{
	struct both *b = *state;

	if (b->next)
		setenv("PATH", strchr(getenv("PATH"), ':') + 1, 1);
	rig_close(&b->rig);
	return 0;
}

void both_next(void **state)
{
	const struct both *b = *state;

	if (access(next_qemu, X_OK) < 0)
		skip();
	b->next(state);
}
