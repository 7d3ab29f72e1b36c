/* SPDX-License-Identifier: Apache-2.0 */
/*
 * common/crc32c.h - CRC-32C (Castagnoli), as RFC 3720 section B.4 defines it
 */
#ifndef COMMON_CRC32C_H
#define COMMON_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* crc32c() - over @n bytes, with the usual inversions: "123456789" is e3069283 */
uint32_t crc32c(const uint8_t *bytes, size_t n);

#endif
