// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/http.c - fetch a page of the guest's
 *
 * A guest that ends while it answers resets the connection: what came before
 * counts.
 */
#include "tests/integration/http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/integration/child.h"

static int dial(const char *address, uint16_t port)
{
	const struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = inet_addr(address),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	if (connect(fd, (const struct sockaddr *)&to, sizeof(to)) < 0) {
		close(fd);
		return -ECONNREFUSED;
	}
	return fd;
}

static long read_all(int fd, char *buf, size_t size, int64_t end_ms)
{
	size_t len = 0;

	while (len < size - 1) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		ssize_t n;

		if (poll(&p, 1, child_left(end_ms)) == 0)
			return -ETIMEDOUT;
		n = recv(fd, buf + len, size - 1 - len, 0);
		if (n <= 0)
			break;
		len += (size_t)n;
	}
	buf[len] = '\0';
	return (long)len;
}

static int ask(const char *address, uint16_t port, const char *path)
{
	int fd = dial(address, port);

	if (fd >= 0)
		dprintf(fd, "GET %s HTTP/1.0\r\nHost: guest\r\n\r\n", path);
	return fd;
}

int http_ask(uint16_t port, const char *path)
{
	return ask("127.0.0.1", port, path);
}

long http_get_from(const char *address, uint16_t port, const char *path,
		   char *buf, size_t size, int64_t end_ms)
{
	int fd = ask(address, port, path);
	long n;

	buf[0] = '\0';
	if (fd < 0)
		return fd;
	n = read_all(fd, buf, size, end_ms);
	close(fd);
	return n;
}

long http_get(uint16_t port, const char *path, char *buf, size_t size,
	      int64_t end_ms)
{
	return http_get_from("127.0.0.1", port, path, buf, size, end_ms);
}
