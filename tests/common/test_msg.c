// SPDX-License-Identifier: Apache-2.0
/*
 * tests/common/test_msg.c - every message against its golden bytes
 */
#include "common/msg.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "common/array.h"
#include "tests/common/golden.h"

#define GOLDEN(name)                                                           \
	golden_##name, sizeof(golden_##name),                                  \
	{                                                                      \
		.epoch = 0x1122334455667788, .seq = 0xa1b2c3d4

static const struct golden {
	const uint8_t *bytes;
	size_t len;
	struct msg msg;
} goldens[] = { { GOLDEN(hello), .type = MSG_HELLO,
		  .hello = { .image = "web 1.0",
			     .secure = 1,
			     .phase = GPHASE_WAITING,
			     .intent = INTENT_UPDATE,
			     .init_ms = 0x01020304 } } },
{
	GOLDEN(ready), .type = MSG_READY, .ready = { 0x01020304, 0x05060708 }
}
}
,
{
	GOLDEN(heartbeat), .type = MSG_HEARTBEAT, .heartbeat = {
		1,
		0x01020304,
		0x05060708,
		0x090a0b0c
	}
}
}
,
{
	GOLDEN(intent), .type = MSG_INTENT, .intent = {
		INTENT_POWEROFF,
		ICAUSE_PAYLOAD_EXIT,
		0x01020304,
		5000
	}
}
}
,
{
	GOLDEN(quiesced), .type = MSG_QUIESCED, .quiesced = {
		INTENT_REBOOT,
		{ 0x01020304, 0x05060708, 0x090a0b0c, 0x0d0e0f10, 0x11121314 },
		0x15161718
	}
}
}
,
{
	GOLDEN(refused), .type = MSG_REFUSED, .refused = {
		INTENT_REBOOT,
		REFUSAL_BUSY
	}
}
}
,
{
	GOLDEN(stage), .type = MSG_STAGE, .stage = { BOOT_NETWORK, 0x01020304 }
}
}
,
{
	GOLDEN(ask), .type = MSG_ASK
}
}
,
{
	GOLDEN(welcome), .type = MSG_WELCOME, .welcome = {
		5000,
		0x01020304,
		0x05060708,
		3,
		{ 0xaa, 0xbb, 0xcc }
	}
}
}
,
{
	GOLDEN(request), .type = MSG_REQUEST, .request = { INTENT_REBOOT, 5000 }
}
}
,
{
	GOLDEN(grant), .type = MSG_GRANT, .grant = { INTENT_POWEROFF, 600000 }
}
}
,
{
	GOLDEN(commit), .type = MSG_COMMIT, .commit = { INTENT_UPDATE }
}
}
,
}
;

static struct frame frame_of(const struct golden *g)
{
	return (struct frame){
		.type = g->bytes[4],
		.epoch = 0x1122334455667788,
		.seq = 0xa1b2c3d4,
		.len = (uint16_t)(g->len - WIRE_HEAD - WIRE_TAIL),
		.body = g->bytes + WIRE_HEAD,
	};
}

static void golden_holds_every_message_there_is(void **state)
{
	unsigned int named = 0;

	(void)state;
	for (unsigned int type = 0; type < 256; type++)
		named += strcmp(msg_name((uint8_t)type), "?") != 0;
	assert_int_equal(named, ARRAY_SIZE(goldens));
}

static void msg_write_gives_the_golden_bytes(void **state)
{
	uint8_t buf[WIRE_FRAME_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(goldens); i++) {
		const struct golden *g = &goldens[i];

		assert_int_equal(msg_write(&g->msg, buf), g->len);
		assert_memory_equal(buf, g->bytes, g->len);
	}
}

/* Whole structs: the parser clears what the body does not say. */
static void msg_parse_of_golden_bytes_gives_the_message(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(goldens); i++) {
		struct frame f = frame_of(&goldens[i]);
		struct msg m;
		uint8_t again[WIRE_FRAME_MAX];

		assert_int_equal(msg_parse(&f, &m), 0);
		assert_int_equal(m.type, goldens[i].msg.type);
		assert_int_equal(msg_write(&m, again), goldens[i].len);
		assert_memory_equal(again, goldens[i].bytes, goldens[i].len);
	}
}

static void hello_parse_reads_each_field(void **state)
{
	struct frame f = frame_of(&goldens[0]);
	struct msg m;

	(void)state;
	assert_int_equal(msg_parse(&f, &m), 0);
	assert_string_equal(m.hello.image, "web 1.0");
	assert_int_equal(m.hello.secure, 1);
	assert_int_equal(m.hello.phase, GPHASE_WAITING);
	assert_int_equal(m.hello.intent, INTENT_UPDATE);
	assert_int_equal(m.hello.init_ms, 0x01020304);
}

static void msg_parse_of_another_length_is_ebadmsg(void **state)
{
	uint8_t body[WIRE_BODY_MAX] = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(goldens); i++) {
		struct frame f = frame_of(&goldens[i]);
		uint16_t right = f.len;
		struct msg m = { .type = 77 };

		memcpy(body, f.body, right);
		f.body = body;
		for (f.len = 0; f.len <= WIRE_BODY_MAX; f.len++) {
			if (f.len == right)
				continue;
			assert_int_equal(msg_parse(&f, &m), -EBADMSG);
			assert_int_equal(m.type, 77); /* left alone */
		}
	}
}

static void msg_parse_of_unknown_type_is_enomsg(void **state)
{
	struct frame f = { .type = 15 };
	struct msg m;

	(void)state;
	assert_int_equal(msg_parse(&f, &m), -ENOMSG);
	f.type = MSG_TYPES;
	assert_int_equal(msg_parse(&f, &m), -ENOMSG);
	f.type = 255;
	assert_int_equal(msg_parse(&f, &m), -ENOMSG);
}

/* Each puts one value in a golden body out of its range. */
static void msg_parse_of_value_out_of_range_is_ebadmsg(void **state)
{
	static const struct {
		uint8_t type, at, value;
	} spoils[] = {
		{ MSG_HELLO, 0, 3 },	   /* secure */
		{ MSG_HELLO, 1, GPHASES }, /* phase */
		{ MSG_HELLO, 2, INTENTS }, /* intent */
		{ MSG_HELLO, 7, 49 },	   /* length of the image's name */
		{ MSG_HELLO, 8, 0x1f },	   /* a control character in it */
		{ MSG_HELLO, 8, 0x7f },	      { MSG_HEARTBEAT, 0, 2 },
		{ MSG_INTENT, 0, 0 },	      { MSG_INTENT, 0, INTENTS },
		{ MSG_INTENT, 1, ICAUSES },   { MSG_INTENT, 9, 0xff },
		{ MSG_QUIESCED, 0, 0 },	      { MSG_REFUSED, 0, 0 },
		{ MSG_REFUSED, 1, REFUSALS }, { MSG_WELCOME, 1, 0 },
		{ MSG_WELCOME, 2, 1 },	      { MSG_WELCOME, 12, 4 },
		{ MSG_WELCOME, 13, 2 },	      { MSG_REQUEST, 0, 0 },
		{ MSG_REQUEST, 3, 0x0a },     { MSG_GRANT, 0, INTENTS },
		{ MSG_GRANT, 1, 0xff },	      { MSG_COMMIT, 0, 0 },
		{ MSG_STAGE, 0, 0 },	      { MSG_STAGE, 0, BOOT_STAGES },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(spoils); i++) {
		uint8_t body[WIRE_BODY_MAX];
		struct frame f = { .type = 0 };
		struct msg m;

		for (size_t g = 0; g < ARRAY_SIZE(goldens); g++)
			if (goldens[g].msg.type == spoils[i].type)
				f = frame_of(&goldens[g]);
		memcpy(body, f.body, f.len);
		body[spoils[i].at] = spoils[i].value;
		f.body = body;
		assert_int_equal(msg_parse(&f, &m), -EBADMSG);
	}
}

static void msg_write_of_what_nobody_would_read_is_nothing(void **state)
{
	static const struct msg wrong[] = {
		{ .type = 0 },
		{ .type = 255 },
		{ .type = MSG_COMMIT, .commit = { INTENT_NONE } },
		{ .type = MSG_WELCOME, .welcome = { .heartbeat_ms = 999 } },
		{ .type = MSG_WELCOME,
		  .welcome = { .heartbeat_ms = 5000,
			       .param_len = MSG_PARAM_MAX + 1 } },
		{ .type = MSG_HELLO, .hello = { .image = "new\nline" } },
		{ .type = MSG_GRANT, .grant = { INTENT_REBOOT, 600001 } },
	};
	uint8_t buf[WIRE_FRAME_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		assert_int_equal(msg_write(&wrong[i], buf), 0);
}

static void msg_write_of_the_largest_bodies_fits(void **state)
{
	struct msg m = { .type = MSG_WELCOME,
			 .welcome = { .heartbeat_ms = 60000,
				      .param_len = MSG_PARAM_MAX } };
	uint8_t buf[WIRE_FRAME_MAX];

	(void)state;
	assert_int_equal(msg_write(&m, buf), 24 + 14 + MSG_PARAM_MAX);
	m = (struct msg){ .type = MSG_HELLO };
	memset(m.hello.image, 'x', MSG_IMAGE_MAX);
	assert_int_equal(msg_write(&m, buf), 24 + 8 + MSG_IMAGE_MAX);
}

static void names_of_what_is_unknown_are_safe(void **state)
{
	(void)state;
	assert_string_equal(msg_name(0), "?");
	assert_string_equal(msg_name(MSG_COMMIT), "COMMIT");
	assert_string_equal(intent_name(INTENT_POWEROFF), "power-off");
	assert_string_equal(intent_name(255), "none");
}

static void proof_is_clean_whatever_is_dirty(void **state)
{
	struct proof p = { .dirty_kib = 9, .writeback_kib = 9 };

	(void)state;
	assert_true(proof_clean(&p));
	p.inflight = 1;
	assert_false(proof_clean(&p));
	p = (struct proof){ .rw_mounts = 1 };
	assert_false(proof_clean(&p));
	p = (struct proof){ .processes = 1 };
	assert_false(proof_clean(&p));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden_holds_every_message_there_is),
		cmocka_unit_test(msg_write_gives_the_golden_bytes),
		cmocka_unit_test(msg_parse_of_golden_bytes_gives_the_message),
		cmocka_unit_test(hello_parse_reads_each_field),
		cmocka_unit_test(msg_parse_of_another_length_is_ebadmsg),
		cmocka_unit_test(msg_parse_of_unknown_type_is_enomsg),
		cmocka_unit_test(msg_parse_of_value_out_of_range_is_ebadmsg),
		cmocka_unit_test(
			msg_write_of_what_nobody_would_read_is_nothing),
		cmocka_unit_test(msg_write_of_the_largest_bodies_fits),
		cmocka_unit_test(names_of_what_is_unknown_are_safe),
		cmocka_unit_test(proof_is_clean_whatever_is_dirty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
