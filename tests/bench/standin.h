/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/bench/standin.h - an appliance on the stand-in for QEMU
 *
 * tests/pvmodel does at once what it is asked, so that what takes time is the
 * shim; what its figures say of QEMU is nothing.
 */
#ifndef TESTS_BENCH_STANDIN_H
#define TESTS_BENCH_STANDIN_H

struct bench;
struct served;

/* standin_start() - run it, wait until it is ready. Return: 0; else -errno and
 * the sentence in @error; served_close() is due in both cases */
int standin_start(struct served *s, struct bench *b, char *error);

#endif
