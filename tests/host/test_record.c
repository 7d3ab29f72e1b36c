// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/test_record.c - what a shim records, the next one learns
 */
#include "host/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/array.h"
#include "host/config/appliance.h"
#include "host/config/history.h"
#include "host/config/image.h"
#include "host/config/running_record.h"
#include "host/report.h"

static const struct appliance web = {
	.architecture = "s390x",
	.memory = 512 << 20,
	.cpus = 2,
	.accel = ACCEL_TCG,
};
static const struct image image = {
	.name = "web",
	.version = "1.2",
	.arch = "s390x",
};

/* A full restart: down 900 us, its boot 300 us. */
static struct lifecycle restarted(enum cause cause)
{
	struct lifecycle lc = { .generation = 2, .boot = 1 };

	lc.last = (struct passage){
		.cause = cause,
		.strategy = STRATEGY_DRAIN_FIRST,
		.reason = "another image is to be booted",
	};
	lc.last.marks.at_us[MARK_INTENT] = 100;
	lc.last.marks.at_us[MARK_EXITED] = 600;
	lc.last.marks.at_us[MARK_RUNNING] = 700;
	lc.last.marks.at_us[MARK_READY] = 1000;
	return lc;
}

static json_t *entry_of(const struct lifecycle *lc)
{
	const struct report r = {
		.appliance = &web,
		.image = &image,
		.lc = lc,
	};

	return record_entry(&r, 1700000000123);
}

static json_int_t number(const json_t *entry, const char *key)
{
	const json_t *value = json_object_get(entry, key);

	assert_true(json_is_integer(value));
	return json_integer_value(value);
}

static void entry_has_cause_phases_memory_and_image(void **state)
{
	const struct lifecycle lc = restarted(CAUSE_CLEAN_UPDATE);
	json_t *entry = entry_of(&lc);

	(void)state;
	assert_int_equal(number(entry, "at_ms"), 1700000000123);
	assert_int_equal(number(entry, "down_us"), 900);
	assert_int_equal(number(entry, "boot_us"), 300);
	assert_int_equal(number(entry, "memory"), 512 << 20);
	assert_string_equal(
		json_string_value(json_object_get(entry, "strategy")),
		"drain first");
	assert_string_equal(
		json_string_value(json_object_get(entry, "version")), "1.2");
	assert_int_equal(json_array_size(json_object_get(entry, "phases")), 3);
	assert_null(json_object_get(entry, "marks"));
	json_decref(entry);
}

/* It is known, or not yet; of another restart it says nothing. */
static void entry_of_a_secure_reset_says_how_it_destroyed(void **state)
{
	static const struct {
		enum strategy strategy;
		enum cleanup_kind kind;
		const char *word;
	} rows[] = {
		{ STRATEGY_IN_PLACE, CLEANUP_ASYNC, "asynchronous" },
		{ STRATEGY_IN_PLACE, CLEANUP_WATCHED, "watched" },
		{ STRATEGY_IN_PLACE, CLEANUP_NONE, NULL },
		{ STRATEGY_OVERLAP, CLEANUP_SYNC, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lifecycle lc = restarted(CAUSE_CLEAN_REBOOT);
		const char *word;
		json_t *entry;

		lc.last.strategy = rows[i].strategy;
		lc.cleanup.kind = rows[i].kind;
		entry = entry_of(&lc);
		word = json_string_value(json_object_get(entry, "cleanup"));
		assert_int_equal(word != NULL, rows[i].word != NULL);
		if (word)
			assert_string_equal(word, rows[i].word);
		json_decref(entry);
	}
}

/* With all marks and the longest words there is room for more. */
static void entry_fits_into_a_line(void **state)
{
	struct lifecycle lc = restarted(CAUSE_CLEAN_UPDATE);
	json_t *entry;

	(void)state;
	for (int i = 0; i < MARKS; i++)
		lc.last.marks.at_us[i] = (uint64_t)(i + 1) * 1000000000000;
	memset(lc.last.evidence, '\\', sizeof(lc.last.evidence) - 1);
	entry = entry_of(&lc);
	assert_in_range(json_dumpb(entry, NULL, 0, JSON_COMPACT), 500,
			HISTORY_LINE * 3 / 4);
	json_decref(entry);
}

static void entry_teaches_downtime_and_boot(void **state)
{
	const struct lifecycle lc = restarted(CAUSE_CLEAN_REBOOT);
	json_t *entry = entry_of(&lc);
	struct past p = { .boot_us = 0 };

	(void)state;
	record_learn(entry, &web, &p);
	assert_int_equal(p.of[STRATEGY_DRAIN_FIRST].count, 1);
	assert_int_equal(p.of[STRATEGY_DRAIN_FIRST].down_us[0], 900);
	assert_int_equal(p.boot_us, 300);
	json_decref(entry);
}

static void entry_of_an_unclean_end_teaches_the_boot_only(void **state)
{
	const struct lifecycle lc = restarted(CAUSE_GUEST_PANIC);
	json_t *entry = entry_of(&lc);
	struct past p = { .boot_us = 0 };

	(void)state;
	record_learn(entry, &web, &p);
	assert_int_equal(p.of[STRATEGY_DRAIN_FIRST].count, 0);
	assert_int_equal(p.boot_us, 300);
	json_decref(entry);
}

static void entry_of_another_machine_teaches_nothing(void **state)
{
	const struct lifecycle lc = restarted(CAUSE_CLEAN_REBOOT);
	const struct past none = { .boot_us = 0 };
	struct appliance others[] = { web, web, web, web, web };
	json_t *entry = entry_of(&lc);

	(void)state;
	others[0].memory *= 2;
	others[1].cpus++;
	others[2].accel = ACCEL_KVM;
	strcpy(others[3].architecture, "x86_64");
	others[4].machine = MACHINE_MICROVM;
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		struct past p = none;

		record_learn(entry, &others[i], &p);
		assert_memory_equal(&p, &none, sizeof(p));
	}
	json_decref(entry);
}

/* What stands in the file may be anybody's. */
static void entry_of_any_shape_does_no_harm(void **state)
{
	static const char *const values[] = {
		"-1",	       "0",    "1e9",
		"\"x\"",       "null", "[]",
		"{}",	       "true", "9223372036854775807",
		"86400000001",
	};
	static const char *const keys[] = {
		"strategy",	"memory",  "cpus",    "accel",
		"architecture", "down_us", "boot_us",
	};
	const struct lifecycle lc = restarted(CAUSE_CLEAN_REBOOT);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(keys) * ARRAY_SIZE(values); i++) {
		json_t *entry = entry_of(&lc);
		const char *text = values[i % ARRAY_SIZE(values)];
		struct past p = { .boot_us = 0 };

		json_object_set_new(entry, keys[i / ARRAY_SIZE(values)],
				    json_loads(text, JSON_DECODE_ANY, NULL));
		record_learn(entry, &web, &p);
		assert_true(p.of[STRATEGY_DRAIN_FIRST].count == 0 ||
			    p.of[STRATEGY_DRAIN_FIRST].down_us[0] == 900);
		assert_true(p.boot_us == 0 || p.boot_us == 300);
		json_decref(entry);
	}
}

static const char *word(const json_t *entry, const char *key)
{
	const char *value = json_string_value(json_object_get(entry, key));

	assert_non_null(value);
	return value;
}

static void release_is_a_stop_with_what_the_record_tells(void **state)
{
	const struct marks marks = { .at_us = { [MARK_ASKED] = 100,
						[MARK_EXITED] = 400,
						[MARK_MEMORY] = 900 } };
	struct record kept = { .image = "web", .version = "1.2" };
	json_t *entry;

	(void)state;
	kept.life.generation = 3;
	kept.life.state = LC_SERVING;
	kept.life.now.strategy = STRATEGY_IN_PLACE; /* of long ago */
	kept.life.now.cause = CAUSE_CLEAN_REBOOT;
	entry = record_release(&kept, true, &marks, 1700000000123);
	assert_string_equal(word(entry, "strategy"), "stop");
	assert_string_equal(word(entry, "cause"), "operator");
	assert_string_equal(word(entry, "version"), "1.2");
	assert_int_equal(number(entry, "generation"), 3);
	assert_int_equal(number(entry, "at_ms"), 1700000000123);
	assert_int_equal(number(entry, "total_us"), 800);
	assert_int_equal(json_array_size(json_object_get(entry, "phases")), 2);
	json_decref(entry);
	entry = record_release(&kept, false, &marks, 1);
	assert_string_equal(word(entry, "cause"), "unobserved");
	json_decref(entry);
}

/* A stop that took too long: why it ended is known. */
static void release_keeps_a_cause_that_was_found(void **state)
{
	const struct marks marks = { .at_us = { 0 } };
	struct record kept = { .image = "web" };
	json_t *entry;

	(void)state;
	kept.life.state = LC_QUITTING;
	entry = record_release(&kept, true, &marks, 1);
	assert_string_equal(word(entry, "cause"), "operator");
	json_decref(entry);
	kept.life.now.strategy = STRATEGY_DRAIN_FIRST;
	kept.life.now.cause = CAUSE_GUEST_PANIC;
	strcpy(kept.life.now.evidence, "it panicked");
	entry = record_release(&kept, true, &marks, 1);
	assert_string_equal(word(entry, "cause"), "guest panic");
	assert_string_equal(word(entry, "evidence"), "it panicked");
	assert_string_equal(word(entry, "strategy"), "stop");
	json_decref(entry);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entry_has_cause_phases_memory_and_image),
		cmocka_unit_test(entry_of_a_secure_reset_says_how_it_destroyed),
		cmocka_unit_test(entry_fits_into_a_line),
		cmocka_unit_test(entry_teaches_downtime_and_boot),
		cmocka_unit_test(entry_of_an_unclean_end_teaches_the_boot_only),
		cmocka_unit_test(entry_of_another_machine_teaches_nothing),
		cmocka_unit_test(entry_of_any_shape_does_no_harm),
		cmocka_unit_test(release_is_a_stop_with_what_the_record_tells),
		cmocka_unit_test(release_keeps_a_cause_that_was_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
