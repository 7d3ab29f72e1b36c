/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/host/scratch.h - a directory that a test may fill
 *
 * Every function ends the test when it cannot do its work.
 */
#ifndef TESTS_HOST_SCRATCH_H
#define TESTS_HOST_SCRATCH_H

#include <stddef.h>

enum { SCRATCH_PATH = 256 };

struct scratch {
	char dir[64];
};

void scratch_make(struct scratch *s);

/* scratch_remove() - with all that is in it */
void scratch_remove(struct scratch *s);

/* scratch_path() - the path of @name in it */
void scratch_path(const struct scratch *s, const char *name,
		  char path[static SCRATCH_PATH]);

/* scratch_write() - make or replace a file of @mode */
void scratch_write(const struct scratch *s, const char *name, const void *bytes,
		   size_t len, unsigned int mode);

#endif
