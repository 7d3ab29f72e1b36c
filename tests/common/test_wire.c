// SPDX-License-Identifier: Apache-2.0
/*
 * tests/common/test_wire.c - frames out of a stream that may be cut anywhere
 */
#include "common/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "common/array.h"
#include "tests/common/golden.h"

/* Give @r what it has room for. Return: bytes taken */
static size_t fill(struct wire_reader *r, const uint8_t *bytes, size_t n)
{
	size_t room;
	uint8_t *to = wire_room(r, &room);

	assert_true(room > 0);
	if (n > room)
		n = room;
	memcpy(to, bytes, n);
	wire_filled(r, n);
	return n;
}

/* All of @bytes in pieces of @step. Return: frames that came out */
static unsigned int feed(struct wire_reader *r, const uint8_t *bytes, size_t n,
			 size_t step)
{
	unsigned int frames = 0;
	struct frame f;

	while (n) {
		size_t used = fill(r, bytes, n < step ? n : step);

		bytes += used;
		n -= used;
		while (wire_next(r, &f) == 1)
			frames++;
	}
	return frames;
}

static void wire_next_gives_what_wire_write_wrote(void **state)
{
	static const uint8_t body[] = { 7, 8, 9 };
	struct frame in = { 3, 0x1122334455667788, 42, sizeof(body), body };
	struct wire_reader r = { .start = 0 };
	uint8_t buf[WIRE_FRAME_MAX];
	struct frame out;

	(void)state;
	fill(&r, buf, wire_write(&in, buf));
	assert_int_equal(wire_next(&r, &out), 1);
	assert_int_equal(out.type, 3);
	assert_true(out.epoch == in.epoch);
	assert_int_equal(out.seq, 42);
	assert_int_equal(out.len, sizeof(body));
	assert_memory_equal(out.body, body, sizeof(body));
	assert_int_equal(wire_next(&r, &out), 0);
	assert_int_equal(r.dropped, 0);
}

static void wire_write_of_a_body_too_long_is_nothing(void **state)
{
	static const uint8_t body[WIRE_BODY_MAX + 1];
	struct frame f = { .type = 1, .len = WIRE_BODY_MAX, .body = body };
	uint8_t buf[WIRE_FRAME_MAX];

	(void)state;
	assert_int_equal(wire_write(&f, buf), WIRE_FRAME_MAX);
	f.len++;
	assert_int_equal(wire_write(&f, buf), 0);
}

static void wire_next_in_pieces_of_any_size_finds_all(void **state)
{
	uint8_t stream[4 * sizeof(golden_welcome)];

	(void)state;
	for (size_t i = 0; i < 4; i++)
		memcpy(stream + i * sizeof(golden_welcome), golden_welcome,
		       sizeof(golden_welcome));
	for (size_t step = 1; step <= sizeof(stream); step++) {
		struct wire_reader r = { .start = 0 };

		assert_int_equal(feed(&r, stream, sizeof(stream), step), 4);
		assert_int_equal(r.dropped, 0);
	}
}

static void wire_next_after_any_cut_loses_one_frame_only(void **state)
{
	uint8_t stream[3 * sizeof(golden_ready)];

	(void)state;
	for (size_t cut = 1; cut < sizeof(golden_ready); cut++) {
		struct wire_reader r = { .start = 0 };
		size_t n = 0;

		memcpy(stream, golden_ready, cut);
		n += cut;
		memcpy(stream + n, golden_ready, sizeof(golden_ready));
		n += sizeof(golden_ready);
		memcpy(stream + n, golden_ready, sizeof(golden_ready));
		n += sizeof(golden_ready);
		assert_int_equal(feed(&r, stream, n, 7), 2);
		assert_int_equal(r.dropped, cut);
	}
}

static void wire_next_with_any_bit_flipped_refuses_the_frame(void **state)
{
	(void)state;
	for (size_t bit = 0; bit < 8 * sizeof(golden_intent); bit++) {
		struct wire_reader r = { .start = 0 };
		uint8_t stream[sizeof(golden_intent)];
		uint8_t tail[WIRE_FRAME_MAX] = { 0 };

		memcpy(stream, golden_intent, sizeof(stream));
		stream[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(feed(&r, stream, sizeof(stream), 99), 0);
		/* a length that grew waits for bytes that are not its own */
		assert_int_equal(feed(&r, tail, sizeof(tail), 99), 0);
		assert_int_equal(
			feed(&r, golden_intent, sizeof(golden_intent), 99), 1);
	}
}

static void wire_next_of_garbage_drops_it_and_goes_on(void **state)
{
	struct wire_reader r = { .start = 0 };
	uint8_t noise[4096];
	uint32_t x = 1;

	(void)state;
	for (size_t i = 0; i < sizeof(noise); i++) {
		x = x * 1664525 + 1013904223;
		noise[i] = (uint8_t)(x >> 24);
		if (noise[i] == 'R')
			noise[i] = 0; /* no half magic at the end */
	}
	assert_int_equal(feed(&r, noise, sizeof(noise), 100), 0);
	assert_int_equal(r.dropped, sizeof(noise));
	assert_int_equal(feed(&r, golden_ask, sizeof(golden_ask), 100), 1);
}

static void wire_next_of_frames_refused_always_leaves_room(void **state)
{
	struct wire_reader r = { .start = 0 };
	uint8_t magic[] = { 'R', 'P', 'R', '1', 0, 0, 0xe8, 0x01 };

	(void)state;
	for (int i = 0; i < 4096; i++) /* fill() asserts the room */
		assert_int_equal(feed(&r, magic, sizeof(magic), 8), 0);
}

static void wire_reset_forgets_half_a_frame(void **state)
{
	struct wire_reader r = { .start = 0 };

	(void)state;
	assert_int_equal(feed(&r, golden_hello, 20, 20), 0);
	wire_reset(&r);
	assert_int_equal(r.dropped, 20);
	assert_int_equal(feed(&r, golden_hello, sizeof(golden_hello), 20), 1);
	assert_int_equal(r.dropped, 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wire_next_gives_what_wire_write_wrote),
		cmocka_unit_test(wire_write_of_a_body_too_long_is_nothing),
		cmocka_unit_test(wire_next_in_pieces_of_any_size_finds_all),
		cmocka_unit_test(wire_next_after_any_cut_loses_one_frame_only),
		cmocka_unit_test(
			wire_next_with_any_bit_flipped_refuses_the_frame),
		cmocka_unit_test(wire_next_of_garbage_drops_it_and_goes_on),
		cmocka_unit_test(
			wire_next_of_frames_refused_always_leaves_room),
		cmocka_unit_test(wire_reset_forgets_half_a_frame),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
