// SPDX-License-Identifier: Apache-2.0
/*
 * host/qemu/qmp.c - a client of QEMU's monitor
 */
#include "host/qemu/qmp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/loop.h"

enum { LINE_BYTES = 65536, WAITING_MAX = 16, DRAIN_READS = 64 };

struct qmp {
	struct loop *loop;
	const struct qmp_ops *ops;
	void *ctx;
	int fd;
	int slot; /* -1: lost */
	bool greeted, up;
	enum qmp_command waiting[WAITING_MAX]; /* in the order sent */
	size_t waiting_count;
	size_t len;
	char line[LINE_BYTES];
};

/* All four actions each time: what is set in QEMU cannot be queried. */
#define SET_ACTION(reboot)                                                     \
	"{\"execute\":\"set-action\",\"arguments\":{\"reboot\":\"" reboot      \
	"\",\"shutdown\":\"pause\",\"panic\":\"pause\",\"watchdog\":"          \
	"\"pause\"},"
#define EXECUTE(name) "{\"execute\":\"" name "\","

static const char *const commands[QMP_COMMANDS] = {
	[QMP_CAPABILITIES] = EXECUTE("qmp_capabilities") "\"id\":0}\n",
	[QMP_STATUS] = EXECUTE("query-status") "\"id\":1}\n",
	[QMP_ALLOW_RESET] = SET_ACTION("reset") "\"id\":2}\n",
	[QMP_RESET] = EXECUTE("system_reset") "\"id\":3}\n",
	[QMP_FORBID_RESET] = SET_ACTION("shutdown") "\"id\":4}\n",
	[QMP_CONT] = EXECUTE("cont") "\"id\":5}\n",
	[QMP_QUIT] = EXECUTE("quit") "\"id\":6}\n",
	[QMP_POWERDOWN] = EXECUTE("system_powerdown") "\"id\":7}\n",
	[QMP_STOP] = EXECUTE("stop") "\"id\":8}\n",
};

static void lose(struct qmp *q, const char *why)
{
	if (q->slot < 0)
		return;
	loop_remove(q->loop, q->slot);
	q->slot = -1;
	q->ops->lost(q->ctx, why);
}

int qmp_send(struct qmp *q, enum qmp_command command)
{
	const char *text = commands[command];
	ssize_t n;

	if (q->slot < 0)
		return -ENOTCONN;
	if (q->waiting_count == WAITING_MAX)
		return -EAGAIN;
	n = send(q->fd, text, strlen(text), MSG_NOSIGNAL);
	if (n < 0)
		return -errno;
	/* A command is far smaller than the room that a reader leaves. */
	if ((size_t)n < strlen(text))
		return -EAGAIN;
	q->waiting[q->waiting_count++] = command;
	return 0;
}

static void handle_greeting(struct qmp *q)
{
	if (q->greeted)
		lose(q, "it greets twice");
	else if (qmp_send(q, QMP_CAPABILITIES) < 0)
		lose(q, "it does not read");
	q->greeted = true;
}

static void handle_reply(struct qmp *q, const json_t *object,
			 const json_t *result)
{
	const json_t *id = json_object_get(object, "id");
	enum qmp_command oldest = q->waiting[0];

	if (!q->waiting_count || !json_is_integer(id) ||
	    json_integer_value(id) != (json_int_t)oldest) {
		lose(q, "it answers what was not asked");
		return;
	}
	q->waiting_count--;
	memmove(q->waiting, q->waiting + 1,
		q->waiting_count * sizeof(q->waiting[0]));
	if (oldest != QMP_CAPABILITIES) {
		q->ops->reply(q->ctx, oldest, result);
	} else if (result) {
		q->up = true;
		q->ops->up(q->ctx);
	} else {
		lose(q, "it refuses to be talked to");
	}
}

static void handle_line(struct qmp *q, const char *text, size_t len)
{
	json_t *object = json_loadb(text, len, 0, NULL);
	const char *event = json_string_value(json_object_get(object, "event"));

	if (json_is_object(json_object_get(object, "QMP")))
		handle_greeting(q);
	else if (!q->greeted)
		lose(q, "it does not greet as QEMU does");
	else if (json_object_get(object, "return"))
		handle_reply(q, object, json_object_get(object, "return"));
	else if (json_object_get(object, "error"))
		handle_reply(q, object, NULL);
	else if (!event)
		lose(q, "it says what QEMU never says");
	else if (q->up)
		q->ops->event(q->ctx, event, json_object_get(object, "data"));
	json_decref(object);
}

/* Hand over the whole lines; keep what is left of them. */
static void split_lines(struct qmp *q)
{
	char *start = q->line;
	char *end;

	while (q->slot >= 0 && (end = memchr(start, '\n', q->len)) != NULL) {
		size_t n = (size_t)(end - start) + 1;

		handle_line(q, start, n);
		start += n;
		q->len -= n;
	}
	memmove(q->line, start, q->len);
	if (q->len == sizeof(q->line))
		lose(q, "one of its lines does not end");
}

/* Return: false: there is nothing more to read now. */
static bool read_some(struct qmp *q)
{
	ssize_t n = recv(q->fd, q->line + q->len, sizeof(q->line) - q->len,
			 MSG_DONTWAIT);

	if (n > 0) {
		q->len += (size_t)n;
		split_lines(q);
	} else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
		lose(q, NULL);
	}
	return n > 0 && q->slot >= 0;
}

static void on_socket(void *ctx, uint32_t events)
{
	(void)events;
	read_some(ctx);
}

int qmp_open(struct qmp **ret, struct loop *loop, int fd,
	     const struct qmp_ops *ops, void *ctx)
{
	struct qmp *q = calloc(1, sizeof(*q));

	if (!q) {
		close(fd);
		return -ENOMEM;
	}
	q->loop = loop;
	q->ops = ops;
	q->ctx = ctx;
	q->fd = fd;
	q->slot = loop_add(loop, fd, EPOLLIN, on_socket, q);
	if (q->slot < 0) {
		int r = q->slot;

		qmp_close(q);
		return r;
	}
	*ret = q;
	return 0;
}

void qmp_drain(struct qmp *q)
{
	for (int i = 0; i < DRAIN_READS; i++)
		if (!q || q->slot < 0 || !read_some(q))
			return;
}

void qmp_close(struct qmp *q)
{
	if (!q)
		return;
	loop_remove(q->loop, q->slot);
	close(q->fd);
	free(q);
}
