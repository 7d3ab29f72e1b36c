// SPDX-License-Identifier: Apache-2.0
/*
 * tests/bench/firmware.c - the smallest guests of q35
 *
 * Theory of operation: the processor begins 16 bytes below the end of the
 * firmware, in real mode, with a segment that covers its last 64 KiB: a jump to
 * the beginning of those, where the program is.
 */
#include "tests/bench/firmware.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "host/sentence.h"

enum { SIZE = 65536, BEGIN = SIZE - 16 };

static const uint8_t jump[] = { 0xe9, 0x0d, 0x00 }; /* jmp 0 */

static const uint8_t poweroff[] = {
	0xba, 0xf8, 0x0c,		    /* mov dx, 0xcf8 */
	0x66, 0xb8, 0x40, 0xf8, 0x00, 0x80, /* mov eax, PMBASE */
	0x66, 0xef,			    /* out dx, eax */
	0xba, 0xfc, 0x0c,		    /* mov dx, 0xcfc */
	0x66, 0xb8, 0x01, 0x06, 0x00, 0x00, /* mov eax, 0x600, I/O */
	0x66, 0xef,			    /* out dx, eax */
	0xba, 0xf8, 0x0c,		    /* mov dx, 0xcf8 */
	0x66, 0xb8, 0x44, 0xf8, 0x00, 0x80, /* mov eax, ACPI_CNTL */
	0x66, 0xef,			    /* out dx, eax */
	0xba, 0xfc, 0x0c,		    /* mov dx, 0xcfc */
	0xb0, 0x80,			    /* mov al, ACPI_EN */
	0xee,				    /* out dx, al */
	0xba, 0x04, 0x06,		    /* mov dx, PM1_CNT */
	0xb8, 0x00, 0x20,		    /* mov ax, SLP_EN */
	0xef,				    /* out dx, ax */
	0xf4, 0xeb, 0xfd,		    /* hlt; again */
};

static const uint8_t reset[] = {
	0xba, 0xf9, 0x0c, /* mov dx, RST_CNT */
	0xb0, 0x06,	  /* mov al, SYS_RST, RST_CPU */
	0xee,		  /* out dx, al */
	0xf4, 0xeb, 0xfd, /* hlt; again */
};

int firmware_write(enum firmware which, const char *path, char *error)
{
	static uint8_t image[SIZE];
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	ssize_t n = -1;

	memset(image, 0, sizeof(image));
	if (which == FIRMWARE_POWEROFF)
		memcpy(image, poweroff, sizeof(poweroff));
	else
		memcpy(image, reset, sizeof(reset));
	memcpy(image + BEGIN, jump, sizeof(jump));
	if (fd >= 0)
		n = write(fd, image, sizeof(image));
	if (fd >= 0)
		close(fd);
	if (n == (ssize_t)sizeof(image))
		return 0;
	return sentence(error, n < 0 ? -errno : -ENOSPC,
			"%s: cannot be written", path);
}
