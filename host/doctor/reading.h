/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/doctor/reading.h - small files of /proc and /sys
 */
#ifndef HOST_DOCTOR_READING_H
#define HOST_DOCTOR_READING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * reading_text() - the beginning of @root/@path, without a newline at its end
 * Return: 0; else -errno, and @buf is ""
 */
int reading_text(const char *root, const char *path, char *buf, size_t size);

/* reading_number() - a file that is one number. Return: false: it is not */
bool reading_number(const char *root, const char *path, uint64_t *n);

/* reading_kib() - "KEY:  123 kB" of @text. Return: false: no such line */
bool reading_kib(const char *text, const char *key, uint64_t *kib);

#endif
