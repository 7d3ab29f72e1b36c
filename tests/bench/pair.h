/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/bench/pair.h - one image twice: under its shim, and by hand
 */
#ifndef TESTS_BENCH_PAIR_H
#define TESTS_BENCH_PAIR_H

#include "host/verbs/prepare.h"

#include "tests/bench/plain.h"
#include "tests/bench/served.h"

struct bench;

struct pair {
	struct prepared prepared;
	bool have_prepared;
	struct served served;
	struct plain plain;
};

/*
 * pair_open() - the first runs and is ready, the second is not started
 * Return: 0; else -errno (@error); pair_close() is due in both cases
 */
int pair_open(struct pair *p, struct bench *b, const char *arch,
	      const char *image, char *error);

void pair_close(struct pair *p);

#endif
