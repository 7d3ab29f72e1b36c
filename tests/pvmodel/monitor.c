// SPDX-License-Identifier: Apache-2.0
/*
 * tests/pvmodel/monitor.c - QMP, as QEMU speaks it to one client at a time
 *
 * Greeting, qmp_capabilities, then one command a line; commands[] says which
 * the model knows. Replies end with CR LF and repeat the command's id.
 */
#include "tests/pvmodel/model.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "common/array.h"

bool monitor_waits(const struct model *m, enum model_wait what)
{
	return m->script.waits_at == what && m->monitor.clients < 2;
}

/* As QEMU does with a logfile: also while nobody is there. */
static void put(struct model *m, json_t *object)
{
	char text[MONITOR_LINE];
	size_t n = json_dumpb(object, text, sizeof(text) - 2, JSON_COMPACT);

	json_decref(object);
	if (n > sizeof(text) - 2)
		return;
	memcpy(text + n, "\r\n", 2);
	if (m->line.qmp_log >= 0)
		(void)!write(m->line.qmp_log, text, n + 2);
	if (m->monitor.out >= 0)
		(void)!write(m->monitor.out, text, n + 2);
}

void monitor_event(struct model *m, const char *name, json_t *data)
{
	struct timespec t;
	json_t *event;

	clock_gettime(CLOCK_REALTIME, &t);
	event = json_pack("{s:{s:I, s:I}, s:s}", "timestamp", "seconds",
			  (json_int_t)t.tv_sec, "microseconds",
			  (json_int_t)t.tv_nsec / 1000, "event", name);
	if (data)
		json_object_set_new(event, "data", data);
	if (m->monitor.negotiated)
		put(m, event);
	else
		json_decref(event);
}

/* A command's work. Return: its "return"; NULL: it is refused */
typedef json_t *command_fn(struct model *m, const json_t *arguments);

static json_t *capabilities(struct model *m, const json_t *arguments)
{
	(void)arguments;
	m->monitor.negotiated = true;
	return json_object();
}

static json_t *query_target(struct model *m, const json_t *arguments)
{
	(void)arguments;
	return json_pack("{s:s}", "arch", m->script.arch);
}

static json_t *option_json(const char *name, const char *parameter)
{
	return json_pack("[{s:s, s:[{s:s, s:s}]}]", "option", name,
			 "parameters", "name", parameter, "type", "boolean");
}

/* -run-with came with 8.1. */
static json_t *query_options(struct model *m, const json_t *arguments)
{
	const struct script *s = &m->script;
	const char *option =
		json_string_value(json_object_get(arguments, "option"));

	if (option && strcmp(option, "sandbox") == 0)
		return option_json("sandbox", "resourcecontrol");
	if (s->version_major < 8 ||
	    (s->version_major == 8 && s->version_minor < 1))
		return NULL;
	return option_json("run-with", "async-teardown");
}

static json_t *query_machines(struct model *m, const json_t *arguments)
{
	(void)m;
	(void)arguments;
	return json_pack("[{s:s, s:s}, {s:s}, {s:s, s:s}]", "name",
			 "pc-q35-7.2", "alias", "q35", "name", "microvm",
			 "name", "s390-ccw-virtio-7.2", "alias",
			 "s390-ccw-virtio");
}

static json_t *list_types(struct model *m, const json_t *arguments)
{
	(void)m;
	(void)arguments;
	return json_pack("[{s:s}]", "name", "s390-pv-guest");
}

static json_t *query_status(struct model *m, const json_t *arguments)
{
	(void)arguments;
	return json_pack("{s:s, s:b, s:b}", "status", machine_state(m),
			 "singlestep", 0, "running",
			 m->machine.state == RUNNING);
}

static json_t *set_action(struct model *m, const json_t *arguments)
{
	const char *reboot =
		json_string_value(json_object_get(arguments, "reboot"));

	if (reboot)
		machine_set_reboot(m, reboot);
	return json_object();
}

static json_t *system_reset(struct model *m, const json_t *arguments)
{
	(void)arguments;
	return machine_reset(m) ? json_object() : NULL;
}

static json_t *cont(struct model *m, const json_t *arguments)
{
	(void)arguments;
	return machine_cont(m) ? json_object() : NULL;
}

static json_t *stop(struct model *m, const json_t *arguments)
{
	(void)arguments;
	machine_stop(m);
	return json_object();
}

static const struct command {
	const char *name;
	command_fn *fn;
} commands[] = {
	{ "qmp_capabilities", capabilities },
	{ "query-target", query_target },
	{ "query-command-line-options", query_options },
	{ "query-machines", query_machines },
	{ "qom-list-types", list_types },
	{ "query-status", query_status },
	{ "set-action", set_action },
	{ "system_reset", system_reset },
	{ "cont", cont },
	{ "stop", stop },
};

static void answer(struct model *m, json_t *id, json_t *result,
		   const char *class)
{
	json_t *reply = result ? json_pack("{s:o}", "return", result)
			       : json_pack("{s:{s:s, s:s}}", "error", "class",
					   class, "desc", "refused");

	if (json_is_integer(id))
		json_object_set_new(
			reply, "id",
			json_integer(rogue_id(m, json_integer_value(id))));
	put(m, reply);
}

/* Return: false: as if it had never come */
static bool is_heard(const struct model *m, const char *name)
{
	bool deaf = m->script.deaf_at_stop || monitor_waits(m, WAIT_STATUS);

	if (strcmp(name, "quit") == 0)
		return !m->script.ignores_quit && !monitor_waits(m, WAIT_QUIT);
	return !deaf || m->machine.state != STOPPED ||
	       strcmp(name, "query-status") != 0;
}

static void execute(struct model *m, const char *name, json_t *command)
{
	json_t *id = json_object_get(command, "id");
	const json_t *arguments = json_object_get(command, "arguments");

	if (!is_heard(m, name))
		return;
	if (strcmp(name, "quit") == 0 && m->monitor.negotiated) {
		answer(m, id, json_object(), NULL);
		machine_quit(m, "host-qmp-quit");
	}
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		if (strcmp(commands[i].name, name) != 0)
			continue;
		if (i == 0 || m->monitor.negotiated) {
			answer(m, id, commands[i].fn(m, arguments),
			       "GenericError");
			if (strcmp(name, "cont") == 0)
				rogue_runs(m);
			return;
		}
	}
	answer(m, id, NULL, "CommandNotFound");
}

static void take_line(struct model *m, const char *text, size_t len)
{
	json_t *command = json_loadb(text, len, 0, NULL);
	const char *name =
		json_string_value(json_object_get(command, "execute"));

	if (name)
		execute(m, name, command);
	else
		answer(m, NULL, NULL, "GenericError");
	json_decref(command);
}

static void on_listener(void *ctx, uint32_t events);

static void detach(struct model *m)
{
	struct monitor *q = &m->monitor;

	loop_remove(&m->loop, q->slot);
	if (m->line.probe)
		machine_quit(m, "host-signal");
	close(q->in);
	q->in = q->out = q->slot = -1;
	machine_alone(m);
	on_listener(m, 0); /* the next one waits already */
}

static void on_client(void *ctx, uint32_t events)
{
	struct model *m = ctx;
	struct monitor *q = &m->monitor;
	ssize_t n = read(q->in, q->line + q->len, sizeof(q->line) - q->len);
	char *end;

	(void)events;
	if (n <= 0) {
		if (n == 0 || errno != EAGAIN)
			detach(m);
		return;
	}
	q->len += (size_t)n;
	while ((end = memchr(q->line, '\n', q->len)) != NULL) {
		size_t line = (size_t)(end - q->line) + 1;

		take_line(m, q->line, line);
		q->len -= line;
		memmove(q->line, q->line + line, q->len);
	}
}

void monitor_attach(struct model *m, int in, int out)
{
	const struct script *s = &m->script;
	struct monitor *q = &m->monitor;

	q->in = in;
	q->out = out;
	q->len = 0;
	q->negotiated = false;
	q->slot = loop_add(&m->loop, in, EPOLLIN, on_client, m);
	if (rogue_greets(m) ||
	    (!m->line.probe && monitor_waits(m, WAIT_GREETING)))
		return;
	put(m, json_pack("{s:{s:{s:{s:i, s:i, s:i}, s:s}, s:[s]}}", "QMP",
			 "version", "qemu", "major", (int)s->version_major,
			 "minor", (int)s->version_minor, "micro", 0, "package",
			 "pvmodel", "capabilities", "oob"));
}

static void on_listener(void *ctx, uint32_t events)
{
	struct model *m = ctx;
	int fd;

	(void)events;
	if (m->monitor.in >= 0)
		return; /* a second client waits in the backlog */
	fd = accept4(m->line.qmp, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0)
		return;
	m->monitor.clients++;
	monitor_attach(m, fd, fd);
}

int monitor_listen(struct model *m)
{
	m->monitor.in = m->monitor.out = m->monitor.slot = -1;
	return loop_add(&m->loop, m->line.qmp, EPOLLIN | EPOLLET, on_listener,
			m);
}
