// SPDX-License-Identifier: Apache-2.0
#include "host/systemd/service.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "host/core/lifecycle.h"

static struct lifecycle lc;
static struct service_told told;
static char text[SERVICE_WORDS];

static int set_up(void **state)
{
	(void)state;
	lc = (struct lifecycle){ .state = LC_BOOTING,
				 .generation = 1,
				 .boot = 1 };
	told = (struct service_told){ .ready = false };
	return 0;
}

static bool words(uint64_t now_us)
{
	return service_words(&lc, now_us, &told, text);
}

static void booting_is_a_status_and_the_time_until_its_deadline(void **state)
{
	(void)state;
	lc.deadline_us = 61000000;
	assert_true(words(1000000));
	assert_string_equal(text, "EXTEND_TIMEOUT_USEC=70000000\n"
				  "STATUS=booting; generation 1, boot 1\n");
}

static void what_was_told_is_not_told_again(void **state)
{
	(void)state;
	lc.deadline_us = 61000000;
	assert_true(words(1000000));
	assert_false(words(2000000));
}

static void first_serving_is_ready_and_once(void **state)
{
	(void)state;
	lc.state = LC_SERVING;
	assert_true(words(1));
	assert_non_null(strstr(text, "READY=1\n"));
	lc.state = LC_RESETTING;
	assert_true(words(2));
	lc.state = LC_SERVING;
	assert_true(words(3));
	assert_null(strstr(text, "READY=1"));
}

static void deadlines_while_it_serves_are_not_the_managers(void **state)
{
	(void)state;
	lc.state = LC_SERVING;
	lc.deadline_us = 10000000;
	assert_true(words(1));
	assert_null(strstr(text, "EXTEND"));
}

static void stop_is_told_once_and_extends_with_each_deadline(void **state)
{
	(void)state;
	lc.state = LC_SERVING;
	words(1);
	lc.state = LC_ASKING;
	lc.wish = WISH_STOP;
	lc.deadline_us = 5000001;
	assert_true(words(1));
	assert_string_equal(text, "STOPPING=1\n"
				  "EXTEND_TIMEOUT_USEC=15000000\n"
				  "STATUS=asking; generation 1, boot 1\n");
	lc.state = LC_DRAINING;
	lc.deadline_us = 60000001;
	assert_true(words(1));
	assert_string_equal(text, "EXTEND_TIMEOUT_USEC=70000000\n"
				  "STATUS=draining; generation 1, boot 1\n");
}

static void end_without_a_wish_is_stopping_too(void **state)
{
	(void)state;
	lc.state = LC_QUITTING;
	lc.ending = true;
	lc.now.strategy = STRATEGY_STOP;
	assert_true(words(1));
	assert_non_null(strstr(text, "STOPPING=1\n"));
}

static void full_restart_is_not_stopping(void **state)
{
	(void)state;
	lc.state = LC_QUITTING;
	lc.ending = true;
	lc.wish = WISH_FULL;
	lc.now.strategy = STRATEGY_DRAIN_FIRST;
	assert_true(words(1));
	assert_null(strstr(text, "STOPPING"));
}

static void status_after_a_restart_says_what_was_before(void **state)
{
	(void)state;
	lc.state = LC_SERVING;
	lc.last.strategy = STRATEGY_DRAIN_FIRST;
	lc.last.cause = CAUSE_GUEST_PANIC;
	assert_true(words(1));
	assert_non_null(strstr(text, "STATUS=serving; generation 1, boot 1; "
				     "before that: guest panic\n"));
}

#define ONE(test) cmocka_unit_test_setup(test, set_up)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ONE(booting_is_a_status_and_the_time_until_its_deadline),
		ONE(what_was_told_is_not_told_again),
		ONE(first_serving_is_ready_and_once),
		ONE(deadlines_while_it_serves_are_not_the_managers),
		ONE(stop_is_told_once_and_extends_with_each_deadline),
		ONE(end_without_a_wish_is_stopping_too),
		ONE(full_restart_is_not_stopping),
		ONE(status_after_a_restart_says_what_was_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
