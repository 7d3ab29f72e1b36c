// SPDX-License-Identifier: Apache-2.0
/*
 * guest/boot/console.c - where PID 1 says what it does
 *
 * The payload inherits descriptors 0 to 2, which may block. PID 1 writes on a
 * descriptor of its own: O_NONBLOCK belongs to the open file, not to the tty.
 */
#include "guest/boot/console.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "common/log.h"

static const char path[] = "/dev/console";
static int console = -1;

/* A descriptor below 3 that is free would be taken by the next open(). */
static void fill_standard(void)
{
	int fd;

	do {
		fd = open(path, O_RDWR | O_NOCTTY);
		if (fd < 0)
			fd = open("/dev/null", O_RDWR);
	} while (fd >= 0 && fd < 3);
	if (fd >= 3)
		close(fd);
}

void console_open(void)
{
	if (console >= 0)
		return;
	if (fcntl(STDERR_FILENO, F_GETFD) < 0) /* else by the kernel */
		fill_standard();
	console = open(path, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
}

void say(const char *fmt, ...)
{
	char text[480];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	log_line(console, "reprise-init", "%s", text);
}

int console_fd(void)
{
	return console;
}
