// SPDX-License-Identifier: Apache-2.0
/*
 * common/crc32c.c - CRC-32C (Castagnoli)
 *
 * Four bits a step with a table of sixteen: a frame is at most 512 bytes, so
 * 64 bytes of table in PID 1 are worth more than speed.
 */
#include "common/crc32c.h"

static const uint32_t nibble[16] = {
	0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1, 0x417b1dbc, 0x5125dad3,
	0x61c69362, 0x7198540d, 0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9,
	0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75,
};

uint32_t crc32c(const uint8_t *bytes, size_t n)
{
	uint32_t crc = 0xffffffff;

	while (n--) {
		crc ^= *bytes++;
		crc = crc >> 4 ^ nibble[crc & 15];
		crc = crc >> 4 ^ nibble[crc & 15];
	}
	return ~crc;
}
