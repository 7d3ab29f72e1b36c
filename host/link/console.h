/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/link/console.h - the guest's console, for whoever wants to look
 *
 * Theory of operation: the shim is the one client of QEMU's console. It keeps
 * the last 64 KiB, over all generations, and serves them on console.sock:
 * first what was, then what comes. What a client writes goes to the guest. A
 * client that does not read loses bytes; nobody ever waits for it. One too many
 * gets CONSOLE_FULL instead, and the end.
 */
#ifndef HOST_LINK_CONSOLE_H
#define HOST_LINK_CONSOLE_H

#include <stddef.h>

#define CONSOLE_FULL                                                           \
	"reprise: four viewers look at this console already: end one of "      \
	"them\r\n"

struct console;
struct loop;

/*
 * console_open() - serve
 * @listen_fd:	taken over, also on failure
 * Return: 0; else -errno
 */
int console_open(struct console **ret, struct loop *loop, int listen_fd);

/*
 * console_attach() - a generation has begun
 * @qemu_fd:	taken over, also on failure; connected, non-blocking
 * Return: 0; else -errno: there is no console, and nothing else is lost
 */
int console_attach(struct console *c, int qemu_fd);

/* console_detach() - it has ended; what it still had to say is read first */
void console_detach(struct console *c);

/* console_tail() - the last bytes, at most @size. Return: how many */
size_t console_tail(const struct console *c, char *buf, size_t size);

/* console_close() - takes NULL */
void console_close(struct console *c);

#endif
