/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/link/console.h - the guest's console, for whoever wants to look
 *
 * Theory of operation: the shim is the one client of QEMU's console. It keeps
 * the last 64 KiB, over all generations, and serves them on console.sock:
 * first what was, then what comes. When each of its lines
 * began is kept as well (host/link/ring.h). What a client writes goes to the
 * guest. A client that does not read loses bytes; nobody ever waits for it. One
 * too many gets CONSOLE_FULL instead, and the end.
 */
#ifndef HOST_LINK_CONSOLE_H
#define HOST_LINK_CONSOLE_H

#include <jansson.h>
#include <stdint.h>

#define CONSOLE_FULL                                                           \
	"reprise: four viewers look at this console already: end one of "      \
	"them\r\n"

enum { CONSOLE_TAIL_BYTES = 200 };

struct console;
struct loop;
struct ring;

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

/* console_drain() - read what QEMU has said until now, as far as it is bounded
 */
void console_drain(struct console *c);

/* console_ring() - what is kept; the lines have CLOCK_REALTIME */
const struct ring *console_ring(const struct console *c);

/*
 * console_lines() - the lines from a position on, as many as make one answer
 * Return: the parameters of the answer to Console (io.reprise.varlink)
 */
json_t *console_lines(const struct console *c, uint64_t position);

/* console_tail() - the last lines, each cut to CONSOLE_TAIL_BYTES. Return: an
 * array of strings */
json_t *console_tail(const struct console *c, unsigned int lines);

/*
 * console_keep() - what is kept, for the program that follows this one
 * Return: a CLOEXEC descriptor; else -errno
 */
int console_keep(struct console *c);

/* console_recall() - take it back, before anything is attached. What is not of
 * the same kind is left out. @fd: taken over */
void console_recall(struct console *c, int fd);

/* console_socket() - where it listens, borrowed */
int console_socket(const struct console *c);

/* console_close() - takes NULL */
void console_close(struct console *c);

#endif
