// SPDX-License-Identifier: Apache-2.0
/*
 * host/config/keys.c - the language of the appliance file
 *
 * Theory of operation: keys[] is all of it; common/conf.c reads it and writes
 * every sentence about it. A value that is more than a number or a word has a
 * function of its own here, which parses it or says what to write instead.
 * Which values go together is looked at later, when image and machine are
 * known (host/config/appliance.c).
 */
#include "host/config/keys.h"

#include <grp.h>
#include <stdio.h>
#include <string.h>

#include "common/array.h"
#include "common/utf8.h"
#include "host/config/appliance.h"
#include "host/config/disk.h"
#include "host/config/forward.h"
#include "host/core/lifecycle.h" /* LC_CRASHES */

enum { DAY_MS = 86400000, DELAY_MAX_MS = 3600000 };

#define MIB (1ULL << 20)
#define MEMORY_MIN (32 * MIB)
#define MEMORY_MAX (16ULL << 40)
#define PRIORITY_MAX 100

static const char *const accels[] = {
	[ACCEL_TCG] = "tcg", [ACCEL_KVM] = "kvm", NULL
};
static const char *const networks[] = {
	[NETWORK_USER] = "user",
	[NETWORK_NONE] = "none",
	[NETWORK_TAP] = "tap",
	NULL,
};
static const char *const others[] = {
	[OTHERS_NONE] = "none", [OTHERS_READ] = "read", NULL
};
static const char *const machines[] = {
	[MACHINE_DEFAULT] = "default", [MACHINE_MICROVM] = "microvm", NULL
};
static const char *const lates[] = {
	[LATE_GIVE_UP] = "give-up", [LATE_START_ANYWAY] = "start-anyway", NULL
};
static const char *const secures[] = {
	[SECURE_NO] = "no", [SECURE_YES] = "yes", [SECURE_AUTO] = "auto", NULL
};
static const char *const restarts[] = {
	[RESTART_ON_FAILURE] = "on-failure",
	[RESTART_ALWAYS] = "always",
	[RESTART_NEVER] = "never",
	NULL,
};
static const char *const panics[] = {
	[PANIC_RESTART] = "restart",
	[PANIC_PAUSE] = "pause",
	[PANIC_STOP] = "stop",
	NULL,
};
static const char *const architectures[] = { "x86_64", "s390x", NULL };

static const char *add_name(void *into, const char *value)
{
	struct appliance *a = into;

	if (!appliance_name_ok(value))
		return "write 1 to 63 of a-z, 0-9 and -, as in web-1";
	memcpy(a->name, value, strlen(value) + 1);
	return NULL;
}

static const char *add_architecture(void *into, const char *value)
{
	struct appliance *a = into;

	for (int i = 0; architectures[i]; i++) {
		if (strcmp(value, architectures[i]) != 0)
			continue;
		memcpy(a->architecture, value, strlen(value) + 1);
		return NULL;
	}
	return "write one of: x86_64, s390x";
}

/* s390x wants whole MiB; the same rule everywhere is easier to remember. */
static const char *add_memory(void *into, const char *value)
{
	static const struct conf_key rule = { .type = CONF_BYTES,
					      .min = MEMORY_MIN,
					      .max = MEMORY_MAX };
	struct appliance *a = into;
	char why[CONF_ERROR_MAX];

	if (conf_value(&rule, value, &a->memory, why) < 0 || a->memory % MIB)
		return "write a number of whole MiB and its unit, from 32 MiB "
		       "to 16 TiB, as in 512 MiB";
	return NULL;
}

static const char *add_priority(void *into, const char *value)
{
	static const struct conf_key rule = { .type = CONF_NUMBER,
					      .max = PRIORITY_MAX };
	struct appliance *a = into;
	bool minus = value[0] == '-';
	char why[CONF_ERROR_MAX];
	uint32_t n;

	if (conf_value(&rule, value + minus, &n, why) < 0)
		return "write a number from -100 to 100";
	a->admission.priority = minus ? -(int)n : (int)n;
	return NULL;
}

static const char *add_bridge(void *into, const char *value)
{
	struct appliance *a = into;
	size_t n = strlen(value);

	if (!n || n >= sizeof(a->bridge) || strpbrk(value, "/: \t") ||
	    value[0] == '.')
		return "write the name of a bridge of this machine, as in br0";
	memcpy(a->bridge, value, n + 1);
	return NULL;
}

static const char *add_mac(void *into, const char *value)
{
	struct appliance *a = into;
	size_t i;

	for (i = 0; i < MAC_SIZE - 1; i++)
		if (i % 3 == 2 ? value[i] != ':'
			       : !strchr("0123456789abcdef", value[i]) ||
					 !value[i])
			break;
	if (i < MAC_SIZE - 1 || value[i] || strchr("13579bdf", value[1]))
		return "write six bytes of two small hexadecimal digits, the "
		       "first one even, as in 52:54:00:12:34:56";
	memcpy(a->mac, value, MAC_SIZE);
	return NULL;
}

static const char *add_forward(void *into, const char *value)
{
	struct appliance *a = into;

	if (a->forwards == APPLIANCE_FORWARDS)
		return "eight are allowed, leave this one out";
	if (forward_parse(value, &a->forward[a->forwards]) < 0)
		return "write [ADDRESS:][PORT ->] GUEST-PORT, as in "
		       "127.0.0.1:8080 -> 80, or 80 for any free host port";
	a->forwards++;
	return NULL;
}

static const char *add_disk(void *into, const char *value)
{
	struct appliance *a = into;
	struct disk d;

	if (a->disks == APPLIANCE_DISKS)
		return "eight are allowed, leave this one out";
	if (disk_parse(value, &d) < 0)
		return "write SERIAL [read-only] [cache none|writeback|unsafe] "
		       "PATH, as in data-1 /srv/data.img";
	for (uint32_t i = 0; i < a->disks; i++)
		if (strcmp(a->disk[i].serial, d.serial) == 0)
			return "another disk has that serial, write a new one";
	a->disk[a->disks++] = d;
	return NULL;
}

/* The guest prints what it refuses, on a console that a person looks at. */
static bool steers(const char *value)
{
	char tame[CONF_LINE_MAX];

	snprintf(tame, sizeof(tame), "%s", value);
	utf8_tame(tame, strlen(tame));
	return strcmp(tame, value) != 0;
}

static const char *add_parameter(void *into, const char *value)
{
	struct appliance *a = into;
	size_t used = strlen(a->parameters);

	if (!*value)
		return "write a line for the guest, or leave the key out";
	if (steers(value))
		return "write a line without control characters";
	if (used + strlen(value) + 1 > MSG_PARAM_MAX)
		return "256 bytes are allowed altogether, write less";
	snprintf(a->parameters + used, sizeof(a->parameters) - used, "%s\n",
		 value);
	return NULL;
}

static const char *add_argument(void *into, const char *value)
{
	struct appliance *a = into;

	if (a->arguments == APPLIANCE_ARGUMENTS)
		return "sixteen are allowed, leave this one out";
	if (!*value || strlen(value) >= ARGUMENT_SIZE)
		return "write one argument of 1 to 255 characters";
	memcpy(a->argument[a->arguments++], value, strlen(value) + 1);
	return NULL;
}

static const char *add_group(void *into, const char *value)
{
	const struct group *g = getgrnam(value);
	struct appliance *a = into;

	if (!g)
		return "write the name of a group that this machine has";
	a->control.has_group = true;
	a->control.group = g->gr_gid;
	return NULL;
}

#define AT(member) .at = offsetof(struct appliance, member)

static const struct conf_key keys[] = {
	{ "appliance", "name", CONF_CALL, .add = add_name },
	{ "appliance", "image", CONF_TEXT, .required = true, AT(image),
	  .max = sizeof(((struct appliance *)0)->image),
	  .text = "the path of an image, as in /srv/images/web" },
	{ "appliance", "architecture", CONF_CALL, .add = add_architecture },
	{ "appliance", "memory", CONF_CALL, .add = add_memory },
	{ "appliance", "cpus", CONF_NUMBER, AT(cpus), .min = 1,
	  .max = CPUS_MAX },
	{ "appliance", "sockets", CONF_NUMBER, AT(topology.sockets), .min = 1,
	  .max = CPUS_MAX },
	{ "appliance", "dies", CONF_NUMBER, AT(topology.dies), .min = 1,
	  .max = CPUS_MAX },
	{ "appliance", "cores", CONF_NUMBER, AT(topology.cores), .min = 1,
	  .max = CPUS_MAX },
	{ "appliance", "threads", CONF_NUMBER, AT(topology.threads), .min = 1,
	  .max = CPUS_MAX },
	{ "appliance", "accel", CONF_CHOICE, AT(accel), .choices = accels },
	{ "appliance", "machine", CONF_CHOICE, AT(machine),
	  .choices = machines },
	{ "appliance", "secure", CONF_CHOICE, AT(secure), .choices = secures },
	{ "appliance", "qemu", CONF_TEXT, AT(qemu),
	  .max = sizeof(((struct appliance *)0)->qemu),
	  .text = "the path of a QEMU, as in /opt/qemu/bin/qemu-system-s390x, "
		  "or "
		  "leave the key out" },
	{ "appliance", "user", CONF_TEXT, AT(user),
	  .max = sizeof(((struct appliance *)0)->user),
	  .text = "the name of a user of this machine, as in reprise-qemu, or "
		  "leave the key out" },
	{ "appliance", "boot-timeout", CONF_MS, AT(boot_timeout_ms),
	  .min = 1000, .max = 3600000 },
	{ "appliance", "grace", CONF_MS, AT(grace_ms), .min = 0,
	  .max = GRACE_MAX_MS },
	{ "appliance", "heartbeat", CONF_MS, AT(heartbeat_ms),
	  .min = HEARTBEAT_MIN_MS, .max = HEARTBEAT_MAX_MS },
	{ "appliance", "watchdog", CONF_FLAG, AT(watchdog) },
	{ "network", "mode", CONF_CHOICE, AT(network), .choices = networks },
	{ "network", "forward", CONF_CALL, .repeats = true,
	  .add = add_forward },
	{ "network", "bridge", CONF_CALL, .add = add_bridge },
	{ "network", "mac", CONF_CALL, .add = add_mac },
	{ "storage", "disk", CONF_CALL, .repeats = true, .add = add_disk },
	{ "guest", "parameter", CONF_CALL, .repeats = true,
	  .add = add_parameter },
	{ "restart", "policy", CONF_CHOICE, AT(restart), .choices = restarts },
	{ "restart", "limit", CONF_NUMBER, AT(restart_limit), .min = 0,
	  .max = LC_CRASHES - 1 },
	{ "restart", "interval", CONF_MS, AT(restart_interval_ms), .min = 1000,
	  .max = DAY_MS },
	{ "restart", "delay", CONF_MS, AT(restart_delay_ms), .min = 0,
	  .max = DELAY_MAX_MS },
	{ "restart", "delay-max", CONF_MS, AT(restart_delay_max_ms), .min = 0,
	  .max = DELAY_MAX_MS },
	{ "restart", "on-panic", CONF_CHOICE, AT(on_panic), .choices = panics },
	{ "restart", "silence", CONF_MS, AT(silence_ms), .min = 0,
	  .max = DELAY_MAX_MS },
	{ "memory", "reserve", CONF_BYTES, AT(admission.reserve), .min = 0,
	  .max = MEMORY_MAX },
	{ "memory", "priority", CONF_CALL, .add = add_priority },
	{ "memory", "donation", CONF_BYTES, AT(admission.donation), .min = MIB,
	  .max = MEMORY_MAX },
	{ "memory", "admission-timeout", CONF_MS, AT(admission.timeout_ms),
	  .min = 0, .max = DAY_MS },
	{ "memory", "admission-late", CONF_CHOICE, AT(admission.late),
	  .choices = lates },
	{ "control", "group", CONF_CALL, .add = add_group },
	{ "control", "others", CONF_CHOICE, AT(control.others),
	  .choices = others },
	{ "unsupported", "qemu-argument", CONF_CALL, .repeats = true,
	  .add = add_argument },
};

void keys_begin(struct conf *c, struct appliance *a, const char *file)
{
	conf_init(c, keys, ARRAY_SIZE(keys), a, file);
}

void keys_defaults(struct appliance *a)
{
	*a = (struct appliance){
		.cpus = 1,
		.boot_timeout_ms = CONFIG_HOST_BOOT_TIMEOUT_MS,
		.grace_ms = 10000,
		.heartbeat_ms = HEARTBEAT_DEFAULT_MS,
		.watchdog = true,
		.restart_limit = 5,
		.restart_interval_ms = 60000,
		.restart_delay_ms = 1000,
		.restart_delay_max_ms = 60000,
		.silence_ms = 60000,
		.admission = { .timeout_ms = 600000 },
	};
}

void keys_note_line(struct appliance *a, const struct conf *c)
{
	const struct {
		const char *section, *key;
		unsigned int *line;
	} noted[] = {
		{ "appliance", "image", &a->line.image },
		{ "appliance", "architecture", &a->line.architecture },
		{ "appliance", "accel", &a->line.accel },
		{ "appliance", "qemu", &a->line.qemu },
		{ "appliance", "user", &a->line.user },
		{ "appliance", "machine", &a->line.machine },
		{ "appliance", "secure", &a->line.secure },
		{ "appliance", "cpus", &a->line.cpus },
		{ "appliance", "sockets", &a->line.sockets },
		{ "appliance", "dies", &a->line.dies },
		{ "appliance", "cores", &a->line.cores },
		{ "appliance", "threads", &a->line.threads },
		{ "appliance", "watchdog", &a->line.watchdog },
		{ "network", "mode", &a->line.mode },
		{ "network", "bridge", &a->line.bridge },
	};

	for (size_t i = 0; i < ARRAY_SIZE(noted); i++)
		*noted[i].line =
			conf_line_of(c, noted[i].section, noted[i].key);
	if (a->forwards && !a->line.forward[a->forwards - 1])
		a->line.forward[a->forwards - 1] = c->line;
	if (a->disks && !a->line.disk[a->disks - 1])
		a->line.disk[a->disks - 1] = c->line;
}
