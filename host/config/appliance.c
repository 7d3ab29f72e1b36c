// SPDX-License-Identifier: Apache-2.0
/*
 * host/config/appliance.c - the appliance file
 *
 * Theory of operation: keys[] is the file's whole language; common/conf.c reads
 * it and writes every sentence about it. What a file leaves out has its
 * default from defaults(); what the image decides stays empty until
 * appliance_complete(). reprise.conf(5) describes each key.
 * Not here: whether the image is any good (host/config/image.c).
 */
#include "host/config/appliance.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/array.h"
#include "host/config/disk.h"
#include "host/config/forward.h"
#include "host/config/image.h"
#include "host/config/text.h"
#include "host/core/lifecycle.h" /* LC_CRASHES */

enum { FILE_MAX = 65536, CPUS_MAX = 248, INTERVAL_MAX_MS = 86400000 };

#define MIB (1ULL << 20)
#define MEMORY_MIN (32 * MIB)
#define MEMORY_MAX (16ULL << 40)

static const char *const accels[] = {
	[ACCEL_TCG] = "tcg", [ACCEL_KVM] = "kvm", NULL
};
static const char *const networks[] = {
	[NETWORK_USER] = "user", [NETWORK_NONE] = "none", NULL
};
static const char *const machines[] = { [MACHINE_DEFAULT] = "default", NULL };
static const char *const restarts[] = {
	[RESTART_ON_FAILURE] = "on-failure",
	[RESTART_ALWAYS] = "always",
	[RESTART_NEVER] = "never",
	NULL,
};
static const char *const architectures[] = { "x86_64", "s390x", NULL };

bool appliance_name_ok(const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return n && n < APPLIANCE_NAME_SIZE && !name[n] && name[0] != '-';
}

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

static const char *add_parameter(void *into, const char *value)
{
	struct appliance *a = into;
	size_t used = strlen(a->parameters);

	if (used + strlen(value) + 1 > MSG_PARAM_MAX)
		return "256 bytes are allowed altogether, write less";
	snprintf(a->parameters + used, sizeof(a->parameters) - used, "%s\n",
		 value);
	return NULL;
}

#define AT(member) .at = offsetof(struct appliance, member)

static const struct conf_key keys[] = {
	{ "appliance", "name", CONF_CALL, .add = add_name },
	{ "appliance", "image", CONF_TEXT, .required = true, AT(image),
	  .max = sizeof(((struct appliance *)0)->image) },
	{ "appliance", "architecture", CONF_CALL, .add = add_architecture },
	{ "appliance", "memory", CONF_CALL, .add = add_memory },
	{ "appliance", "cpus", CONF_NUMBER, AT(cpus), .min = 1,
	  .max = CPUS_MAX },
	{ "appliance", "accel", CONF_CHOICE, AT(accel), .choices = accels },
	{ "appliance", "machine", CONF_CHOICE, AT(machine),
	  .choices = machines },
	{ "appliance", "qemu", CONF_TEXT, AT(qemu),
	  .max = sizeof(((struct appliance *)0)->qemu) },
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
	{ "storage", "disk", CONF_CALL, .repeats = true, .add = add_disk },
	{ "guest", "parameter", CONF_CALL, .repeats = true,
	  .add = add_parameter },
	{ "restart", "policy", CONF_CHOICE, AT(restart), .choices = restarts },
	{ "restart", "limit", CONF_NUMBER, AT(restart_limit), .min = 0,
	  .max = LC_CRASHES - 1 },
	{ "restart", "interval", CONF_MS, AT(restart_interval_ms), .min = 1000,
	  .max = INTERVAL_MAX_MS },
};

static void defaults(struct appliance *a)
{
	*a = (struct appliance){
		.cpus = 1,
		.boot_timeout_ms = CONFIG_HOST_BOOT_TIMEOUT_MS,
		.grace_ms = 10000,
		.heartbeat_ms = HEARTBEAT_DEFAULT_MS,
		.watchdog = true,
		.restart_limit = 5,
		.restart_interval_ms = 60000,
	};
}

/* The file's base name without .conf, where that is a name. */
static int name_from_file(struct appliance *a, const char *path, char *error)
{
	const char *base = strrchr(path, '/');
	size_t n;

	if (a->name[0])
		return 0;
	base = base ? base + 1 : path;
	n = strlen(base);
	if (n > 5 && strcmp(base + n - 5, ".conf") == 0)
		n -= 5;
	if (n < sizeof(a->name))
		memcpy(a->name, base, n);
	if (n < sizeof(a->name) && appliance_name_ok(a->name))
		return 0;
	return sentence(error, -EINVAL,
			"%s: the file's name makes no appliance's name, "
			"write name = ... in [appliance]",
			path);
}

/* A relative path counts from the directory of the file. */
static int count_from_file(char relative[static PATH_MAX], const char *path,
			   char *error)
{
	const char *slash = strrchr(path, '/');
	size_t dir = slash ? (size_t)(slash - path) + 1 : 0;
	size_t n = strlen(relative) + 1;

	if (relative[0] == '/' || !dir)
		return 0;
	if (dir + n > PATH_MAX)
		return sentence(error, -ENAMETOOLONG,
				"%s: the path %s is too long from here", path,
				relative);
	memmove(relative + dir, relative, n);
	memcpy(relative, path, dir);
	return 0;
}

int appliance_blame(const struct appliance *a, unsigned int line, int r,
		    char *error)
{
	char said[SENTENCE_MAX];

	if (!line)
		return r;
	snprintf(said, sizeof(said), "%s", error);
	return sentence(error, r, "%s:%u: %s", a->file, line, said);
}

/* A line has been read: is it one that may be blamed later? */
static void note_line(struct appliance *a, const struct conf *c)
{
	const struct {
		const char *section, *key;
		unsigned int *line;
	} noted[] = {
		{ "appliance", "image", &a->line.image },
		{ "appliance", "architecture", &a->line.architecture },
		{ "appliance", "accel", &a->line.accel },
		{ "appliance", "qemu", &a->line.qemu },
		{ "network", "mode", &a->line.mode },
	};

	for (size_t i = 0; i < ARRAY_SIZE(noted); i++)
		if (!*noted[i].line &&
		    conf_given(c, noted[i].section, noted[i].key))
			*noted[i].line = c->line;
	if (a->forwards && !a->line.forward[a->forwards - 1])
		a->line.forward[a->forwards - 1] = c->line;
}

static int read_lines(struct appliance *a, struct conf *c, const char *text,
		      size_t len)
{
	int r = 0;

	while (r == 0 && len) {
		const char *end = memchr(text, '\n', len);
		size_t n = end ? (size_t)(end - text) + 1 : len;

		r = conf_text(c, text, n);
		note_line(a, c);
		text += n;
		len -= n;
	}
	return r == 0 ? conf_finish(c) : r;
}

/* text_read()'s reason, as the one who wrote the path understands it. */
static const char *why_unread(int r)
{
	if (r == -EFBIG)
		return "too large for an appliance file";
	if (r == -EINVAL)
		return "neither a file nor a directory: write the path of an "
		       "appliance file or of an image directory";
	return strerror(-r);
}

static int load_file(const char *path, struct appliance *a, char *error)
{
	char text[FILE_MAX];
	struct conf c;
	ssize_t len;
	int r;

	len = text_read(AT_FDCWD, path, text, sizeof(text));
	if (len < 0)
		return sentence(error, (int)len, "%s: %s", path,
				why_unread((int)len));
	conf_init(&c, keys, ARRAY_SIZE(keys), a, path);
	snprintf(a->file, sizeof(a->file), "%s", path);
	r = read_lines(a, &c, text, (size_t)len);
	if (r < 0)
		return sentence(error, r, "%s", c.error);
	r = name_from_file(a, path, error);
	if (r == 0)
		r = count_from_file(a->image, path, error);
	for (uint32_t i = 0; r == 0 && i < a->disks; i++)
		r = count_from_file(a->disk[i].path, path, error);
	return r;
}

int appliance_load(const char *path, struct appliance *a, char *error)
{
	struct stat st;

	defaults(a);
	if (stat(path, &st) < 0)
		return sentence(error, -errno,
				"%s: %s; write the path of an appliance file "
				"or of an image directory",
				path, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return load_file(path, a, error);
	if (strlen(path) >= sizeof(a->image))
		return sentence(error, -ENAMETOOLONG, "%s: too long", path);
	memcpy(a->image, path, strlen(path) + 1);
	a->from_image = true;
	return 0;
}

/* An image that runs without a file: its own name, its own forwards. */
static int complete_from_image(struct appliance *a, const struct image *image,
			       char *error)
{
	if (!appliance_name_ok(image->name))
		return sentence(error, -EINVAL,
				"%s: the image's name '%s' makes no "
				"appliance's name, write an appliance file",
				a->image, image->name);
	memcpy(a->name, image->name, strlen(image->name) + 1);
	for (uint32_t i = 0; i < image->forwards; i++)
		a->forward[i] =
			(struct forward){ "127.0.0.1", 0, image->forward[i] };
	a->forwards = image->forwards;
	return 0;
}

int appliance_complete(struct appliance *a, const struct image *image,
		       char *error)
{
	int r = a->from_image ? complete_from_image(a, image, error) : 0;

	if (r < 0)
		return r;
	if (a->network == NETWORK_NONE && a->forwards) {
		sentence(error, -EINVAL,
			 "a forward needs a network, but line %u says mode = "
			 "none: write mode = user there, or leave the forward "
			 "out",
			 a->line.mode);
		return appliance_blame(a, a->line.forward[0], -EINVAL, error);
	}
	if (!a->memory)
		a->memory = image->default_memory;
	r = appliance_find_disks(a, error);
	if (r < 0)
		return r;
	memcpy(a->architecture, image->arch, sizeof(a->architecture));
	if (!a->qemu[0])
		snprintf(a->qemu, sizeof(a->qemu), "qemu-system-%s",
			 image->arch);
	return 0;
}
