/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/bench/stock.h - Debian's own kernel
 */
#ifndef TESTS_BENCH_STOCK_H
#define TESTS_BENCH_STOCK_H

#include "tests/bench/site.h"

struct prepared;

/*
 * stock_replace() - boot Debian's kernel of @arch instead of the image's
 * @p:		its kernel is replaced, all else stays
 * @release:	64 bytes: which one it is
 * Return: 0; else -errno (@error)
 */
int stock_replace(const char *arch, struct prepared *p, char *release,
		  char *error);

#endif
