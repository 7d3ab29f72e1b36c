/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/integration/http.h - fetch a page of the guest's
 */
#ifndef TESTS_INTEGRATION_HTTP_H
#define TESTS_INTEGRATION_HTTP_H

#include <stddef.h>
#include <stdint.h>

/* http_ask() - send the request. Return: its connection; else -errno */
int http_ask(uint16_t port, const char *path);

/*
 * http_get() - one HTTP/1.0 request to 127.0.0.1:@port
 * @buf:	headers and body as they came, terminated, cut at @size
 * @end_ms:	as child_deadline() gives it
 * Return: bytes in @buf; -ETIMEDOUT; else -errno
 */
long http_get(uint16_t port, const char *path, char *buf, size_t size,
	      int64_t end_ms);

/* http_get_from() - the same, from another host */
long http_get_from(const char *address, uint16_t port, const char *path,
		   char *buf, size_t size, int64_t end_ms);

#endif
