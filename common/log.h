/* SPDX-License-Identifier: Apache-2.0 */
/*
 * common/log.h - one line of text, in one write(2)
 */
#ifndef COMMON_LOG_H
#define COMMON_LOG_H

/*
 * log_line() - write "<who>: <text>\n" to @fd
 *
 * At most 512 bytes, cut with "..." beyond; control characters, which may come
 * from a peer, become '?'. A failed or short write is lost on purpose: a log
 * that nobody reads must not stop a guest. errno is kept.
 */
void log_line(int fd, const char *who, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
