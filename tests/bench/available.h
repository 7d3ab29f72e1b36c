/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/bench/available.h - what the kernel says could be had at once
 */
#ifndef TESTS_BENCH_AVAILABLE_H
#define TESTS_BENCH_AVAILABLE_H

/* available_mib() - MemAvailable of /proc/meminfo. Return: 0; -ENOENT (@error)
 */
int available_mib(double *mib, char *error);

#endif
