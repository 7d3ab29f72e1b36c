/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/verbs/terminal.h - a terminal that somebody looks at
 */
#ifndef HOST_VERBS_TERMINAL_H
#define HOST_VERBS_TERMINAL_H

#include <stddef.h>

struct terminal_size {
	size_t rows, columns;
};

/* terminal_size() - of what @fd is; 24 by 80 where it does not say */
struct terminal_size terminal_size(int fd);

/*
 * terminal_fit() - how much of a line a terminal has room for
 * @text:	without control characters; a character counts as one column
 * Return: bytes of @text, no character of it by halves
 */
size_t terminal_fit(const char *text, size_t len, size_t columns);

#endif
