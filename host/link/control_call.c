// SPDX-License-Identifier: Apache-2.0
/*
 * host/link/control_call.c - the methods of the control socket
 *
 * Theory of operation: control_methods[] says of each method what it takes and
 * what it needs; everything is checked against that before the method begins.
 * A test holds the table against the texts of the interfaces.
 */
#include <string.h>

#include "common/array.h"
#include "common/version.h"
#include "host/link/control_impl.h"
#include "host/link/interface.h"

static void call_get_info(struct client *cl, json_t *parameters)
{
	json_t *list = json_array();

	(void)parameters;
	for (size_t i = 0; i < INTERFACES; i++)
		json_array_append_new(list, json_string(interfaces[i].name));
	client_answer(cl, json_pack("{s:s, s:s, s:s, s:s, s:o}", "vendor",
				    "Reprise", "product", "reprise", "version",
				    REPRISE_VERSION, "url", "", "interfaces",
				    list));
}

static void call_get_description(struct client *cl, json_t *parameters)
{
	const char *name =
		json_string_value(json_object_get(parameters, "interface"));
	const char *text = interface_text(name);

	if (text)
		client_answer(cl, json_pack("{s:s}", "description", text));
	else
		client_error(cl, SERVICE "InterfaceNotFound",
			     json_pack("{s:s}", "interface", name));
}

void client_refresh(struct client *cl)
{
	struct control *c = cl->control;
	json_t *p =
		cl->watch == WATCH_STATE
			? json_pack("{s:s}", "state", c->state)
			: json_pack("{s:o}", "status", c->ops->status(c->ctx));

	cl->stale = false;
	if (cl->more)
		client_tell(cl, p);
	else
		client_answer(cl, p);
}

static void call_status(struct client *cl, json_t *parameters)
{
	(void)parameters;
	client_refresh(cl);
}

static const struct {
	const char *name;
	enum wish wish;
} strategies[] = {
	{ "auto", WISH_REBOOT },
	{ "in_place", WISH_IN_PLACE },
	{ "full", WISH_FULL },
};

/* Return: the wish that a strategy's name stands for; WISH_NONE: none */
static enum wish wish_named(const char *name)
{
	for (size_t i = 0; name && i < ARRAY_SIZE(strategies); i++)
		if (strcmp(strategies[i].name, name) == 0)
			return strategies[i].wish;
	return WISH_NONE;
}

static uint64_t count_of(const json_t *parameters, const char *key)
{
	return (uint64_t)json_integer_value(json_object_get(parameters, key));
}

static enum wish wish_of(const json_t *parameters)
{
	enum wish wish = wish_named(
		json_string_value(json_object_get(parameters, "strategy")));

	return wish ? wish : WISH_REBOOT;
}

static void call_plan(struct client *cl, json_t *parameters)
{
	const struct control *c = cl->control;
	json_t *plan = c->ops->plan(c->ctx, wish_of(parameters),
				    count_of(parameters, "budget_us"));

	client_answer(cl, json_pack("{s:o}", "plan", plan));
}

static void call_reboot(struct client *cl, json_t *parameters)
{
	const struct control *c = cl->control;

	c->ops->reboot(c->ctx, cl->call, wish_of(parameters),
		       json_is_true(json_object_get(parameters, "wait")),
		       count_of(parameters, "budget_us"));
}

static void call_stop(struct client *cl, json_t *parameters)
{
	const struct control *c = cl->control;

	c->ops->stop(c->ctx, cl->call,
		     json_is_true(json_object_get(parameters, "now")),
		     json_is_true(json_object_get(parameters, "wait_memory")));
}

static void call_handover(struct client *cl, json_t *parameters)
{
	const struct control *c = cl->control;

	(void)parameters;
	c->ops->handover(c->ctx, cl->call);
}

static void call_events(struct client *cl, json_t *parameters)
{
	const struct control *c = cl->control;

	(void)parameters;
	client_tell(cl, json_pack("{s:o}", "event", c->ops->begin(c->ctx)));
}

static void call_console(struct client *cl, json_t *parameters)
{
	const struct control *c = cl->control;

	client_answer(
		cl, c->ops->console(c->ctx, count_of(parameters, "position")));
}

static bool is_string(const json_t *value)
{
	return json_is_string(value);
}

static bool is_boolean(const json_t *value)
{
	return json_is_boolean(value);
}

static bool is_count(const json_t *value)
{
	return json_is_integer(value) && json_integer_value(value) >= 0;
}

static bool is_strategy(const json_t *value)
{
	return wish_named(json_string_value(value)) != WISH_NONE;
}

const struct method control_methods[CONTROL_METHODS] = {
	{ SERVICE "GetInfo", call_get_info, .access = ACCESS_READ },
	{ SERVICE "GetInterfaceDescription",
	  call_get_description,
	  { { "interface", is_string, .required = true } },
	  .access = ACCESS_READ },
	{ INTERFACE "Status", call_status, .access = ACCESS_READ,
	  .watch = WATCH_STATUS },
	{ INTERFACE "Plan",
	  call_plan,
	  { { "strategy", is_strategy, false },
	    { "budget_us", is_count, false } },
	  .access = ACCESS_READ },
	{ INTERFACE "Reboot",
	  call_reboot,
	  { { "strategy", is_strategy, false },
	    { "wait", is_boolean, false },
	    { "budget_us", is_count, false } },
	  .access = ACCESS_ALL,
	  .watch = WATCH_STATE },
	{ INTERFACE "Stop",
	  call_stop,
	  { { "now", is_boolean, false },
	    { "wait_memory", is_boolean, false } },
	  .access = ACCESS_ALL,
	  .watch = WATCH_STATE },
	{ INTERFACE "Handover", call_handover, .access = ACCESS_ALL },
	{ INTERFACE "Events", call_events, .access = ACCESS_READ,
	  .watch = WATCH_EVENTS, .only_more = true },
	{ INTERFACE "Console",
	  call_console,
	  { { "position", is_count, false } },
	  .access = ACCESS_ALL },
};

static const struct parameter *find_parameter(const struct method *m,
					      const char *name)
{
	for (size_t i = 0; i < METHOD_PARAMETERS; i++)
		if (m->parameter[i].name &&
		    strcmp(m->parameter[i].name, name) == 0)
			return &m->parameter[i];
	return NULL;
}

/* Return: the first parameter that is not as @m wants it; NULL: all are */
static const char *bad_parameter(const struct method *m, json_t *parameters)
{
	const struct parameter *p;
	const char *key;
	json_t *value;

	json_object_foreach(parameters, key, value)
	{
		p = find_parameter(m, key);
		if (!p)
			return key;
		if (!p->ok(value) && (p->required || !json_is_null(value)))
			return key;
	}
	for (size_t i = 0; i < METHOD_PARAMETERS; i++) {
		p = &m->parameter[i];
		if (p->name && p->required &&
		    !json_object_get(parameters, p->name))
			return p->name;
	}
	return NULL;
}

/* However many look on, who wishes for something is told how it goes. */
static bool is_one_too_many(const struct client *cl, const struct method *m)
{
	int most = m->access == ACCESS_ALL ? CONTROL_WATCHERS : CONTROL_LOOKERS;

	return cl->more && control_watchers(cl->control) > most;
}

static void begin(struct client *cl, const struct method *m, json_t *parameters)
{
	const char *bad = bad_parameter(m, parameters);

	cl->watch = cl->more ? m->watch : WATCH_NONE;
	cl->more = cl->watch != WATCH_NONE;
	if (cl->access < m->access) {
		client_error(cl, SERVICE "PermissionDenied", json_object());
	} else if (bad) {
		client_error(cl, SERVICE "InvalidParameter",
			     json_pack("{s:s}", "parameter", bad));
	} else if (m->only_more && !cl->more) {
		client_error(cl, SERVICE "ExpectedMore", json_object());
	} else if (is_one_too_many(cl, m)) {
		client_error(cl, INTERFACE "Busy",
			     json_pack("{s:s}", "sentence",
				       "as many clients as may be wait for "
				       "news: end one of them"));
	} else {
		m->call(cl, parameters);
	}
}

static void not_found(struct client *cl, const char *name)
{
	const char *dot = strrchr(name, '.');

	for (size_t i = 0; dot && i < INTERFACES; i++)
		if (strlen(interfaces[i].name) == (size_t)(dot - name) &&
		    strncmp(interfaces[i].name, name, (size_t)(dot - name)) ==
			    0) {
			client_error(cl, SERVICE "MethodNotFound",
				     json_pack("{s:s}", "method", name));
			return;
		}
	client_error(cl, SERVICE "InterfaceNotFound",
		     json_pack("{s:s%}", "interface", name,
			       dot ? (size_t)(dot - name) : strlen(name)));
}

void client_number(struct client *cl)
{
	if (++cl->control->calls == 0)
		cl->control->calls = 1;
	cl->call = cl->control->calls;
}

void client_take(struct client *cl, json_t *message)
{
	json_t *parameters = json_object_get(message, "parameters");
	const char *method =
		json_string_value(json_object_get(message, "method"));

	if (json_is_null(parameters))
		parameters = NULL;
	if (!method || (parameters && !json_is_object(parameters))) {
		peer_break(&cl->peer);
		return;
	}
	client_number(cl);
	cl->oneway = json_is_true(json_object_get(message, "oneway"));
	cl->more =
		json_is_true(json_object_get(message, "more")) && !cl->oneway;
	for (size_t i = 0; i < CONTROL_METHODS; i++)
		if (strcmp(control_methods[i].name, method) == 0) {
			begin(cl, &control_methods[i], parameters);
			return;
		}
	cl->more = false;
	not_found(cl, method);
}
