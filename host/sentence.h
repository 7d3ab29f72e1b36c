/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/sentence.h - the one sentence that says why something was refused
 *
 * Whoever refuses writes the whole sentence (what, where, what was found, what
 * to do); whoever called only prints it. Buffers have SENTENCE_MAX bytes.
 */
#ifndef HOST_SENTENCE_H
#define HOST_SENTENCE_H

#include "common/conf.h"

enum { SENTENCE_MAX = CONF_ERROR_MAX };

/*
 * sentence() - write the sentence, hand @r through
 * @error:	SENTENCE_MAX bytes; cut with "..." when it does not fit
 * Return: @r, so that `return sentence(error, -ENOENT, ...)` reads well
 */
int sentence(char *error, int r, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
