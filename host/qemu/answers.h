/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/qemu/answers.h - what a QEMU is asked, and what its answers mean (pure)
 */
#ifndef HOST_QEMU_ANSWERS_H
#define HOST_QEMU_ANSWERS_H

#include <stdbool.h>
#include <stddef.h>

struct qemu_caps;

enum { QUESTIONS_SIZE = 1024 };

/*
 * answers_questions() - everything at once, quit is the last
 * Return: bytes in @buf, without the terminating NUL
 */
size_t answers_questions(char buf[static QUESTIONS_SIZE]);

/*
 * answers_take() - one line of QEMU's output
 * @caps:	gets what the line says; what no line says stays as it was
 * Return: false: it is no JSON
 */
bool answers_take(const char *line, struct qemu_caps *caps);

/* answers_settle() - the last line has come: what follows from all of them */
void answers_settle(struct qemu_caps *caps);

#endif
