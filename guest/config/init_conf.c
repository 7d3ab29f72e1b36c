// SPDX-License-Identifier: Apache-2.0
/*
 * guest/config/init_conf.c - init.conf, what the image says about its payload
 */
#include "guest/config/init_conf.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/array.h"
#include "guest/config/payload_conf.h"

static const char *const ready_words[] = {
	[READY_STARTED] = "started",
	[READY_DESCRIPTOR] = "descriptor",
	[READY_NOTIFY] = "notify",
	NULL,
};

static const char *const restart_words[] = {
	[RESTART_NEVER] = "never",
	[RESTART_ON_FAILURE] = "on-failure",
	[RESTART_ALWAYS] = "always",
	NULL,
};

static const char *const end_words[] = {
	[END_POWEROFF] = "poweroff",
	[END_REBOOT] = "reboot",
	NULL,
};

enum { DAY_MS = 86400000 };

#define AT(field) offsetof(struct init_conf, field)
#define CALL(name, function)                                                   \
	{                                                                      \
		"payload", name, CONF_CALL, .add = (function)                  \
	}
#define EACH(name, function)                                                   \
	{                                                                      \
		"payload", name, CONF_CALL, .add = (function), .repeats = true \
	}
#define TEXT(name, field)                                                      \
	{                                                                      \
		"payload", name, CONF_TEXT,                                    \
			.at = AT(field),                                       \
			.max = sizeof(((struct init_conf *)0)->field)          \
	}
#define TIME(name, field, least, most)                                         \
	{                                                                      \
		"payload", name, CONF_MS, .at = AT(field), .min = (least),     \
					  .max = (most)                        \
	}
#define NUMBER(name, field, least, most)                                       \
	{                                                                      \
		"payload", name, CONF_NUMBER, .at = AT(field), .min = (least), \
					      .max = (most)                    \
	}
#define FLAG(section, name, field)                                             \
	{                                                                      \
		section, name, CONF_FLAG, .at = AT(field)                      \
	}
#define CHOICE(section, name, field, words)                                    \
	{                                                                      \
		section, name, CONF_CHOICE, .at = AT(field),                   \
					    .choices = (words)                 \
	}

/* All keys of a section stand together. */
static const struct conf_key keys[] = {
	{ "payload", "exec", CONF_CALL, .required = true,
	  .add = payload_add_exec },
	EACH("env", payload_add_env),
	TEXT("user", box.user),
	TEXT("group", box.group),
	CALL("directory", payload_add_directory),
	CALL("umask", payload_add_umask),
	EACH("limit", payload_add_limit),
	FLAG("payload", "no-new-privileges", box.no_new_privileges),
	CALL("capabilities", payload_add_capabilities),
	FLAG("payload", "read-only-root", box.read_only_root),
	{ "payload", "memory-max", CONF_BYTES, .at = AT(box.memory_max),
	  .min = 1 << 20, .max = UINT64_C(1) << 46 },
	NUMBER("pids-max", box.pids_max, 1, 4194304),
	CHOICE("payload", "ready", ready, ready_words),
	TIME("ready-within", ready_within_ms, 1, DAY_MS),
	TIME("watchdog", watchdog_ms, 1, DAY_MS),
	CALL("health", payload_add_health),
	TIME("health-period", health_ms, 100, DAY_MS),
	TIME("health-timeout", health_timeout_ms, 1, DAY_MS),
	NUMBER("health-failures", health_failures, 1, 1000),
	TIME("grace", grace_ms, 0, GRACE_MAX_MS),
	TIME("grace-max", grace_max_ms, 0, GRACE_MAX_MS),
	CHOICE("payload", "restart", restart, restart_words),
	TIME("restart-delay", restart_rules.delay_ms, 0, DAY_MS),
	TIME("restart-delay-max", restart_rules.delay_max_ms, 0, DAY_MS),
	NUMBER("restart-limit", restart_rules.limit, 0, 1000000),
	TIME("restart-interval", restart_rules.interval_ms, 1, DAY_MS),
	CALL("exit-reboot", payload_add_exit_reboot),
	CALL("exit-poweroff", payload_add_exit_poweroff),
	CALL("exit-update", payload_add_exit_update),
	FLAG("policy", "host-may-reboot", host_may_reboot),
	FLAG("policy", "host-may-poweroff", host_may_poweroff),
	CHOICE("policy", "on-exit", on_exit, end_words),
	CHOICE("policy", "on-failure", on_failure, end_words),
	CHOICE("policy", "on-give-up", on_give_up, end_words),
	NET_KEYS(AT(net)) STORAGE_KEYS(AT(storage)) WATCHDOG_KEYS(AT(watchdog))
};
_Static_assert(ARRAY_SIZE(keys) <= CONF_KEYS_MAX,
	       "struct conf has their lines");

static const struct init_conf defaults = {
	.net = { .wait_ms = 2000 },
	.storage = { .wait_ms = 2000 },
	.watchdog = { .timeout_ms = 30000 },
	.box = { .umask = 022, .no_new_privileges = true },
	.ready = READY_STARTED,
	.health_ms = 10000,
	.health_timeout_ms = 5000,
	.health_failures = 3,
	.grace_ms = 5000,
	.restart = RESTART_NEVER,
	.restart_rules = { .delay_ms = 100,
			   .delay_max_ms = 10000,
			   .limit = 5,
			   .interval_ms = 60000 },
	.host_may_reboot = true,
	.host_may_poweroff = true,
	.on_exit = END_POWEROFF,
	.on_failure = END_REBOOT,
	.on_give_up = END_POWEROFF,
};

int init_conf_parse(const char *text, size_t len, const char *file,
		    struct init_conf *ret, char *error)
{
	struct init_conf got = defaults;
	struct conf c;
	int r;

	if (len > INIT_CONF_BYTES_MAX) {
		snprintf(error, CONF_ERROR_MAX,
			 "%s: it is longer than %d bytes, make it shorter",
			 file, INIT_CONF_BYTES_MAX);
		return -EINVAL;
	}
	conf_init(&c, keys, ARRAY_SIZE(keys), &got, file);
	r = conf_text(&c, text, len);
	if (r == 0)
		r = conf_finish(&c);
	if (r == 0)
		r = conf_blame(&c, "storage", "timeout",
			       storage_wrong(&got.storage));
	if (r == 0)
		*ret = got;
	memcpy(error, c.error, CONF_ERROR_MAX);
	return r;
}
