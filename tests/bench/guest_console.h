/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/bench/guest_console.h - what a guest says of itself on its console
 */
#ifndef TESTS_BENCH_GUEST_CONSOLE_H
#define TESTS_BENCH_GUEST_CONSOLE_H

/*
 * guest_console_number() - wait for a line "WORD NUMBER" of an appliance that
 *	runs under its shim
 * @name:	the appliance's
 * @wait_ms:	for as long as this
 * Return: 0; else -errno (@error)
 */
int guest_console_number(const char *name, const char *word, int wait_ms,
			 double *number, char *error);

#endif
