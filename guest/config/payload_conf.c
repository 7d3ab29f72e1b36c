// SPDX-License-Identifier: Apache-2.0
/*
 * guest/config/payload_conf.c - keys of [payload] that need more than a type
 */
#include "guest/config/payload_conf.h"

#include <string.h>

#include "guest/config/init_conf.h"

static const char *add_command(struct words *w, const char *value)
{
	if (value[0] != '/')
		return "write an absolute path and its arguments, "
		       "as in /bin/web -p 80";
	if (words_split(w, value) < 0)
		return "write at most 64 words";
	return NULL;
}

const char *payload_add_exec(void *into, const char *value)
{
	struct init_conf *c = into;

	return add_command(&c->exec, value);
}

const char *payload_add_health(void *into, const char *value)
{
	struct init_conf *c = into;

	return add_command(&c->health, value);
}

const char *payload_add_env(void *into, const char *value)
{
	struct init_conf *c = into;
	const char *equals = strchr(value, '=');

	if (!equals || equals == value)
		return "write KEY=VALUE";
	if (words_add(&c->env, value, strlen(value)) < 0)
		return "write at most 64 variables, 2048 bytes altogether";
	return NULL;
}

/* ---- the box */

const char *payload_add_directory(void *into, const char *value)
{
	struct init_conf *c = into;

	return box_add_directory(&c->box, value);
}

const char *payload_add_umask(void *into, const char *value)
{
	struct init_conf *c = into;

	return box_add_umask(&c->box, value);
}

const char *payload_add_limit(void *into, const char *value)
{
	struct init_conf *c = into;

	return box_add_limit(&c->box, value);
}

const char *payload_add_capabilities(void *into, const char *value)
{
	struct init_conf *c = into;

	return box_add_capabilities(&c->box, value);
}

/* ---- exit statuses that mean an end */

static bool taken(const struct restart_rules *r, unsigned int status)
{
	for (int i = 0; i < INTENTS; i++)
		if (statuses_have(&r->means[i], status))
			return true;
	return false;
}

static const char *add_statuses(struct init_conf *c, enum intent intent,
				const char *value)
{
	struct restart_rules *r = &c->restart_rules;

	while (*value) {
		const char *rest;
		uint64_t status;

		if (!conf_digits(value, &rest, &status) || status > 255 ||
		    (*rest && *rest != ' ' && *rest != '\t') ||
		    taken(r, (unsigned int)status))
			return "write exit statuses of 0 to 255, each in one "
			       "list only, as in 3 4";
		statuses_add(&r->means[intent], (unsigned int)status);
		value = rest + strspn(rest, " \t");
	}
	return NULL;
}

const char *payload_add_exit_reboot(void *into, const char *value)
{
	return add_statuses(into, INTENT_REBOOT, value);
}

const char *payload_add_exit_poweroff(void *into, const char *value)
{
	return add_statuses(into, INTENT_POWEROFF, value);
}

const char *payload_add_exit_update(void *into, const char *value)
{
	return add_statuses(into, INTENT_UPDATE, value);
}
