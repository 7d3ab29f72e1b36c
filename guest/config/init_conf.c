// SPDX-License-Identifier: Apache-2.0
/*
 * guest/config/init_conf.c - init.conf, what the image says about its payload
 */
#include "guest/config/init_conf.h"

#include <errno.h>
#include <string.h>

#include "common/array.h"

static const char *add_exec(void *into, const char *value)
{
	struct init_conf *c = into;

	if (value[0] != '/')
		return "write an absolute path and its arguments, "
		       "as in /bin/web -p 80";
	if (words_split(&c->exec, value) < 0)
		return "write at most 64 words";
	return NULL;
}

static const char *add_env(void *into, const char *value)
{
	struct init_conf *c = into;
	const char *equals = strchr(value, '=');

	if (!equals || equals == value)
		return "write KEY=VALUE";
	if (words_add(&c->env, value, strlen(value)) < 0)
		return "write at most 64 variables, 2048 bytes altogether";
	return NULL;
}

static const char *const ready_words[] = {
	[READY_STARTED] = "started",
	[READY_DESCRIPTOR] = "descriptor",
	NULL,
};

static const char *const end_words[] = {
	[END_POWEROFF] = "poweroff",
	[END_REBOOT] = "reboot",
	NULL,
};

#define AT(field) offsetof(struct init_conf, field)

static const struct conf_key keys[] = {
	{ "payload", "exec", CONF_CALL, .required = true, .add = add_exec },
	{ "payload", "ready", CONF_CHOICE, .at = AT(ready),
	  .choices = ready_words },
	{ "payload", "grace", CONF_MS, .at = AT(grace_ms), .max = 600000 },
	{ "payload", "env", CONF_CALL, .repeats = true, .add = add_env },
	{ "policy", "host-may-reboot", CONF_FLAG, .at = AT(host_may_reboot) },
	{ "policy", "host-may-poweroff", CONF_FLAG,
	  .at = AT(host_may_poweroff) },
	{ "policy", "on-exit", CONF_CHOICE, .at = AT(on_exit),
	  .choices = end_words },
	{ "policy", "on-failure", CONF_CHOICE, .at = AT(on_failure),
	  .choices = end_words },
};

static const struct init_conf defaults = {
	.ready = READY_STARTED,
	.grace_ms = 5000,
	.host_may_reboot = true,
	.host_may_poweroff = true,
	.on_exit = END_POWEROFF,
	.on_failure = END_REBOOT,
};

int init_conf_parse(const char *text, size_t len, const char *file,
		    struct init_conf *ret, char *error)
{
	struct init_conf got = defaults;
	struct conf c;
	int r;

	conf_init(&c, keys, ARRAY_SIZE(keys), &got, file);
	r = conf_text(&c, text, len);
	if (r == 0)
		r = conf_finish(&c);
	if (r == 0)
		*ret = got;
	memcpy(error, c.error, CONF_ERROR_MAX);
	return r;
}
