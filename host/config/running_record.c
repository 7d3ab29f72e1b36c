// SPDX-License-Identifier: Apache-2.0
/*
 * host/config/running_record.c - what a shim writes down for the one after it
 */
#include "host/config/running_record.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/crc32c.h"
#include "host/config/life.h"
#include "host/config/text.h"

enum { RECORD_MAX = 16384, CRC_DIGITS = 8, FORMAT = 1 };

static const char file_name[] = "record";

int record_open(int dir_fd)
{
	int fd = openat(dir_fd, file_name,
			O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	return fd < 0 ? -errno : fd;
}

void record_remove(int dir_fd)
{
	unlinkat(dir_fd, file_name, 0);
}

static json_t *helpers_json(const struct orphan_hint *known)
{
	json_t *array = json_array();

	for (size_t i = 0; i < ORPHAN_HELPERS; i++) {
		const struct orphan_helper *h = &known->helper[i];

		if (h->process.pid)
			json_array_append_new(
				array,
				json_pack("{s:i, s:I, s:i, s:i}", "pid",
					  (int)h->process.pid, "start",
					  (json_int_t)h->process.start, "qemu",
					  (int)h->qemu, "generation",
					  (int)h->generation));
	}
	return array;
}

static json_t *to_json(const struct record *r)
{
	const struct identity_of_process *qemu = &r->known.qemu;

	return json_pack(
		"{s:i, s:{s:i, s:I}, s:o, s:{s:s, s:s, s:s}, s:{s:I, "
		"s:I}, s:I, s:{s:I, s:I, s:I}, s:o}",
		"format", FORMAT, "qemu", "pid", (int)qemu->pid, "start",
		(json_int_t)qemu->start, "helpers", helpers_json(&r->known),
		"image", "name", r->image, "version", r->version, "id", r->id,
		"log", "from", (json_int_t)r->log_from, "heard",
		(json_int_t)r->log_heard, "started_us",
		(json_int_t)r->started_us, "memory", "need",
		(json_int_t)r->stake.need, "donated",
		(json_int_t)r->stake.donated, "again",
		(json_int_t)r->stake.again, "life", life_json(&r->life));
}

/* Return: bytes in @text; -ENOMEM; -EMSGSIZE */
static ssize_t to_text(const struct record *r, char text[static RECORD_MAX])
{
	size_t room = RECORD_MAX - CRC_DIGITS - 2;
	char *json = text + CRC_DIGITS + 1;
	json_t *object = to_json(r);
	size_t n = json_dumpb(object, json, room, JSON_COMPACT);
	char crc[CRC_DIGITS + 1];

	json_decref(object);
	if (n == 0)
		return -ENOMEM;
	if (n > room)
		return -EMSGSIZE;
	snprintf(crc, sizeof(crc), "%08x", crc32c((const uint8_t *)json, n));
	memcpy(text, crc, CRC_DIGITS);
	text[CRC_DIGITS] = ' ';
	json[n] = '\n';
	return (ssize_t)(CRC_DIGITS + 1 + n + 1);
}

int record_write(int fd, const struct record *r)
{
	char text[RECORD_MAX];
	ssize_t n = to_text(r, text);
	ssize_t written;
	int e = (int)n;

	if (n > 0) {
		written = pwrite(fd, text, (size_t)n, 0);
		e = written < 0 ? -errno : -ENOSPC;
		if (written == n && ftruncate(fd, n) == 0)
			return 0;
	}
	(void)!ftruncate(fd, 0);
	return e;
}

static void copy_text(char *to, size_t size, const json_t *from)
{
	const char *s = json_string_value(from);

	snprintf(to, size, "%s", s ? s : "");
}

static json_int_t number(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

/* Older shims did not say. */
static int64_t offset(const json_t *log, const char *key)
{
	json_int_t n = number(log, key);

	return log && n >= 0 ? n : -1;
}

static void read_process(const json_t *object, struct identity_of_process *p)
{
	p->pid = (pid_t)number(object, "pid");
	p->start = (uint64_t)number(object, "start");
}

static void read_helpers(const json_t *array, struct orphan_hint *known)
{
	for (size_t i = 0; i < ORPHAN_HELPERS; i++) {
		const json_t *object = json_array_get(array, i);
		struct orphan_helper *h = &known->helper[i];

		read_process(object, &h->process);
		h->qemu = (pid_t)number(object, "qemu");
		h->generation = (uint32_t)number(object, "generation");
	}
}

static void read_stake(const json_t *object, struct stake *s)
{
	s->need = (uint64_t)number(object, "need");
	s->donated = (uint64_t)number(object, "donated");
	s->again = (uint64_t)number(object, "again");
}

static int from_json(const json_t *object, struct record *r)
{
	const json_t *image = json_object_get(object, "image");

	if (number(object, "format") != FORMAT)
		return -EBADMSG;
	read_process(json_object_get(object, "qemu"), &r->known.qemu);
	read_helpers(json_object_get(object, "helpers"), &r->known);
	r->log_from = offset(json_object_get(object, "log"), "from");
	r->log_heard = offset(json_object_get(object, "log"), "heard");
	read_stake(json_object_get(object, "memory"), &r->stake);
	r->started_us = (uint64_t)number(object, "started_us");
	copy_text(r->image, sizeof(r->image), json_object_get(image, "name"));
	copy_text(r->version, sizeof(r->version),
		  json_object_get(image, "version"));
	copy_text(r->id, sizeof(r->id), json_object_get(image, "id"));
	return life_read(json_object_get(object, "life"), &r->life);
}

static int from_text(const char *text, size_t n, struct record *r)
{
	const char *json = text + CRC_DIGITS + 1;
	char crc[CRC_DIGITS + 1];
	json_t *object;
	int e;

	if (n < CRC_DIGITS + 2 || text[n - 1] != '\n')
		return -EBADMSG;
	n -= CRC_DIGITS + 2;
	snprintf(crc, sizeof(crc), "%08x", crc32c((const uint8_t *)json, n));
	if (memcmp(crc, text, CRC_DIGITS) != 0 || text[CRC_DIGITS] != ' ')
		return -EBADMSG;
	object = json_loadb(json, n, JSON_REJECT_DUPLICATES, NULL);
	e = from_json(object, r);
	json_decref(object);
	return e;
}

int record_read(int dir_fd, struct record *r)
{
	char text[RECORD_MAX];
	ssize_t n = text_read(dir_fd, file_name, text, sizeof(text));
	int e = (int)n;

	memset(r, 0, sizeof(*r));
	if (n >= 0)
		e = from_text(text, (size_t)n, r);
	if (e < 0)
		memset(r, 0, sizeof(*r));
	return e;
}
