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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(length_of_each_form_and_of_none),
		cmocka_unit_test(tame_text_has_nothing_to_steer_with),
		cmocka_unit_test(mended_text_is_utf8),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
