/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/bench/firmware.h - the smallest guests of q35: what they do first is
 * what they do last
 *
 * Sources: Intel ICH9 datasheet, 13.1 (PMBASE and ACPI_CNTL of the LPC bridge),
 * 13.8.3 (PM1_CNT), 13.7.5 (RST_CNT).
 */
#ifndef TESTS_BENCH_FIRMWARE_H
#define TESTS_BENCH_FIRMWARE_H

enum firmware { FIRMWARE_NONE, FIRMWARE_POWEROFF, FIRMWARE_RESET, FIRMWARES };

/*
 * firmware_write() - for QEMU's -bios
 * @path:	of the file to be made
 * Return: 0; else -errno (@error)
 */
int firmware_write(enum firmware which, const char *path, char *error);

#endif
