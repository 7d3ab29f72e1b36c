// SPDX-License-Identifier: Apache-2.0
#include "common/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/array.h"

static void length_of_each_form_and_of_none(void **state)
{
	static const struct {
		const char *text;
		size_t length;
	} cases[] = {
		{ "a", 1 },
		{ "\xc3\xa4", 2 },
		{ "\xe2\x82\xac", 3 },
		{ "\xf0\x9f\x90\x98", 4 },
		{ "\x80", 0 },		   /* begins none */
		{ "\xc3", 0 },		   /* cut */
		{ "\xc1\x81", 0 },	   /* 'A', longer than need be */
		{ "\xed\xa0\x80", 0 },	   /* half of a pair */
		{ "\xf4\x90\x80\x80", 0 }, /* beyond the last */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(
			utf8_length(cases[i].text, strlen(cases[i].text)),
			cases[i].length);
	assert_int_equal(utf8_length("", 1), 0);
}

static void tame_text_has_nothing_to_steer_with(void **state)
{
	static const struct {
		const char *text, *tame;
	} cases[] = {
		{ "a\033[2Jb\r\n\tc\177", "a?[2Jb??\tc?" },
		{ "\xc2\x9b"
		  "2J",
		  "??2J" }, /* CSI as UTF-8 */
		{ "\x9b"
		  "2J",
		  "?2J" },			   /* CSI as it is */
		{ "\xc2\xa0\xc3\x9b \xe2\x82\x9b", /* no control characters */
		  "\xc2\xa0\xc3\x9b \xe2\x82\x9b" },
		{ "\xe2\x9b", "\xe2?" }, /* cut: a bare CSI for some */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char text[32];

		strcpy(text, cases[i].text);
		utf8_tame(text, strlen(text));
		assert_string_equal(text, cases[i].tame);
	}
}

static void mended_text_is_utf8(void **state)
{
	char text[] = "caf\xe9 \xc2\x9b\xe2\x82\xac\x07";

	(void)state;
	utf8_mend(text);
	assert_string_equal(text, "caf? ??\xe2\x82\xac?");
}

static void text_is_cut_before_a_character_or_behind_it(void **state)
{
	static const struct {
		const char *text;
		size_t whole;
	} cases[] = {
		{ "", 0 },
		{ "ab", 2 },
		{ "a\xc3\xa4", 3 },
		{ "a\xc3", 1 },
		{ "a\xe2\x82", 1 },
		{ "\xe2\x82\xac", 3 },
		{ "a\xf0\x9f\x90", 1 },
		{ "\xf0\x9f\x90\x98", 4 },
		{ "\x80\x80\x80\x80", 4 }, /* none was begun */
		{ "a\xff", 2 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(
			utf8_whole(cases[i].text, strlen(cases[i].text)),
			cases[i].whole);
}

static void mended_text_has_no_half_of_a_character(void **state)
{
	char cut[] = "a\xe2\x82",
	     none[] = "a\xff"
		      "b\x9b",
	     bare[] = "\xc3";

	(void)state;
	utf8_mend(cut);
	assert_string_equal(cut, "a");
	utf8_mend(none);
	assert_string_equal(none, "a?b?");
	utf8_mend(bare);
	assert_string_equal(bare, "");
}

static void characters_are_counted_and_not_bytes(void **state)
{
	(void)state;
	assert_int_equal(utf8_count(""), 0);
	assert_int_equal(utf8_count("abc"), 3);
	assert_int_equal(utf8_count("\xc3\xa4\xe2\x82\xac\xf0\x9f\x90\x98"), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(length_of_each_form_and_of_none),
		cmocka_unit_test(tame_text_has_nothing_to_steer_with),
		cmocka_unit_test(mended_text_is_utf8),
		cmocka_unit_test(text_is_cut_before_a_character_or_behind_it),
		cmocka_unit_test(mended_text_has_no_half_of_a_character),
		cmocka_unit_test(characters_are_counted_and_not_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
