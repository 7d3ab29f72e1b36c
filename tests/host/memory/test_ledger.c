// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/memory/test_ledger.c - promises, one process
 */
#include "host/memory/ledger.h"

#include <errno.h>
#include <grp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/host/memory/ledger_rig.h"

static void promise_counts_until_it_is_left(void **state)
{
	struct promise_slot a, b;

	(void)state;
	assert_int_equal(rig_start(&a, 60, &rig_alone), ADMIT);
	assert_int_equal(rig_start(&b, 41, &rig_alone), NEVER);
	ledger_leave(&b);
	assert_int_equal(rig_start(&b, 40, &rig_alone), ADMIT);
	ledger_leave(&a);
	assert_int_equal(rig_start(&a, 60, &rig_alone), ADMIT);
	ledger_leave(&a);
	ledger_leave(&b);
}

static void promise_that_drains_is_waited_for(void **state)
{
	struct promise_slot a, b;

	(void)state;
	assert_int_equal(rig_start(&a, 60, &rig_alone), ADMIT);
	assert_int_equal(ledger_drains(&a, 60, rig_error), 0);
	rig_used = 60;
	assert_int_equal(rig_start(&b, 100, &rig_alone), WAIT_FOR_DRAIN);
	assert_non_null(strstr(rig_text, "draining"));
	ledger_leave(&a);
	rig_used = 0;
	assert_int_equal(rig_ask(&b), ADMIT);
	ledger_leave(&b);
}

static void promise_waits_behind_who_came_first(void **state)
{
	struct promise_slot live, first, second;

	(void)state;
	assert_int_equal(rig_start(&live, 60, &rig_alone), ADMIT);
	assert_int_equal(ledger_drains(&live, 60, rig_error), 0);
	rig_used = 60;
	assert_int_equal(rig_start(&first, 90, &rig_alone), WAIT_FOR_DRAIN);
	assert_int_equal(rig_start(&second, 1, &rig_alone), WAIT_FOR_TURN);
	ledger_leave(&first); /* it gave up */
	assert_int_equal(rig_ask(&second), ADMIT);
	ledger_leave(&second);
	ledger_leave(&live);
}

static void promise_of_a_group_counts_in_it(void **state)
{
	struct promise_slot a, b, c, d;

	(void)state;
	assert_int_equal(rig_start(&a, 15, &rig_inner), ADMIT);
	assert_int_equal(rig_start(&b, 26, &rig_group), NEVER);
	assert_non_null(strstr(rig_text, "a group"));
	ledger_leave(&b);
	assert_int_equal(rig_start(&c, 25, &rig_group), ADMIT);
	assert_int_equal(rig_start(&d, 1, &rig_inner), NEVER);
	ledger_leave(&d);
	assert_int_equal(rig_start(&d, 41, &rig_other), ADMIT);
	assert_int_equal(rig_start(&b, 20, &rig_alone), NEVER);
	assert_non_null(strstr(rig_text, "the host"));
	ledger_leave(&a);
	ledger_leave(&b);
	ledger_leave(&c);
	ledger_leave(&d);
}

static void promise_that_waits_in_a_group_keeps_nobody_out(void **state)
{
	struct promise_slot a, b, c, d;

	(void)state;
	assert_int_equal(rig_start(&a, 30, &rig_group), ADMIT);
	assert_int_equal(ledger_drains(&a, 30, rig_error), 0);
	rig_used = rig_used_in_group = 30;
	assert_int_equal(rig_start(&b, 20, &rig_inner), WAIT_FOR_DRAIN);
	assert_int_equal(rig_start(&c, 1, &rig_group), WAIT_FOR_TURN);
	assert_int_equal(rig_start(&d, 60, &rig_alone), ADMIT);
	ledger_leave(&a);
	rig_used = rig_used_in_group = 0;
	ledger_leave(&b); /* it gave up */
	assert_int_equal(rig_ask(&c), ADMIT);
	ledger_leave(&c);
	ledger_leave(&d);
}

/* It was held up by its group alone; then the host is full. */
static void promise_that_was_overtaken_is_next(void **state)
{
	struct promise_slot a, b, c, d;

	(void)state;
	assert_int_equal(rig_start(&a, 30, &rig_group), ADMIT);
	assert_int_equal(ledger_drains(&a, 30, rig_error), 0);
	rig_used = rig_used_in_group = 30;
	assert_int_equal(rig_start(&b, 20, &rig_group), WAIT_FOR_DRAIN);
	assert_int_equal(rig_start(&c, 65, &rig_alone), ADMIT);
	assert_int_equal(ledger_drains(&c, 65, rig_error), 0);
	ledger_leave(&a);
	rig_used = 90;
	rig_used_in_group = 0;
	assert_int_equal(rig_ask(&b), WAIT_FOR_DRAIN);
	assert_int_equal(rig_start(&d, 1, &rig_alone), WAIT_FOR_TURN);
	ledger_leave(&c);
	rig_used = 0;
	assert_int_equal(rig_ask(&d), WAIT_FOR_TURN);
	assert_int_equal(rig_ask(&b), ADMIT);
	assert_int_equal(rig_ask(&d), ADMIT);
	ledger_leave(&b);
	ledger_leave(&d);
}

/* What its pid holds is in use already, and is not promised once more. */
static void promise_is_kept_by_what_is_touched(void **state)
{
	struct promise_slot a, b;

	(void)state;
	assert_int_equal(rig_start(&a, 60, &rig_alone), ADMIT);
	assert_int_equal(ledger_lives(&a, 35, rig_error), 0);
	rig_used = 35;
	assert_int_equal(rig_start(&b, 41, &rig_alone), NEVER);
	ledger_leave(&b);
	assert_int_equal(rig_start(&b, 40, &rig_alone), ADMIT);
	ledger_leave(&a);
	ledger_leave(&b);
}

static void promise_that_was_not_admitted_counts_where_it_lives(void **state)
{
	struct promise_slot a, b;

	(void)state;
	assert_int_equal(rig_start(&a, 101, &rig_alone), NEVER);
	assert_int_equal(ledger_lives(&a, 0, rig_error), 0);
	assert_int_equal(rig_start(&b, 1, &rig_alone), NEVER);
	ledger_leave(&a);
	assert_int_equal(rig_ask(&b), ADMIT);
	ledger_leave(&b);
}

/* As QEMU, which outlives its shim. */
static void promise_lasts_as_long_as_who_inherits_it(void **state)
{
	struct promise_slot shim, other;
	int hold[2];
	char byte;
	pid_t qemu;

	(void)state;
	assert_int_equal(rig_start(&shim, 60, &rig_alone), ADMIT);
	assert_int_equal(pipe(hold), 0);
	qemu = fork();
	if (qemu == 0) {
		close(hold[1]);
		_exit(read(hold[0], &byte, 1) != 0);
	}
	ledger_leave(&shim);
	assert_int_equal(rig_start(&other, 41, &rig_alone), NEVER);
	close(hold[0]);
	close(hold[1]);
	assert_int_equal(waitpid(qemu, NULL, 0), qemu);
	assert_int_equal(rig_ask(&other), ADMIT);
	ledger_leave(&other);
}

static void line_damaged_and_in_use_admits_nobody(void **state)
{
	struct promise_slot a, b;

	(void)state;
	assert_int_equal(rig_start(&a, 1, &rig_alone), ADMIT);
	assert_int_equal(rig_start(&b, 1, &rig_alone), ADMIT);
	assert_int_equal(pwrite(a.fd, "garbage", 7, a.slot * PROMISE_LINE), 7);
	assert_int_equal(rig_ask(&b), ADMISSIONS);
	assert_non_null(
		strstr(rig_error, "ledger: line 1 is damaged and in use"));
	ledger_leave(&a); /* and nobody cares any more */
	assert_int_equal(rig_ask(&b), ADMIT);
	ledger_leave(&b);
}

static void file_of_garbage_is_a_free_ledger(void **state)
{
	char garbage[3 * PROMISE_LINE + 7];
	struct promise_slot p;

	(void)state;
	memset(garbage, 0xa5, sizeof(garbage));
	scratch_write(&rig_scratch, "ledger", garbage, sizeof(garbage), 0600);
	assert_int_equal(rig_start(&p, RIG_TOTAL, &rig_alone), ADMIT);
	ledger_leave(&p);
}

/* Of two descriptions that hold it each is enough. */
static void place_of_one_that_waits_is_taken_again(void **state)
{
	const struct application more = { "web", 7, 3, &rig_group };
	struct promise_slot before, other, p;

	(void)state;
	assert_int_equal(ledger_rejoin(rig_path, &more, &p, rig_error), -ESRCH);
	assert_int_equal(rig_start(&other, 1, &rig_alone), ADMIT);
	assert_int_equal(ledger_rejoin(rig_path, &more, &p, rig_error), -ESRCH);
	assert_int_equal(p.fd, -1);
	assert_int_equal(rig_join(&before, 1, &rig_alone), 0);
	assert_int_equal(ledger_rejoin(rig_path, &more, &p, rig_error), 0);
	ledger_leave(&before);
	assert_int_equal(p.slot, before.slot);
	assert_true(p.mine.arrival == before.mine.arrival);
	assert_int_equal(p.mine.state, PROMISE_WAITS);
	assert_int_equal(p.mine.bytes, 7);
	assert_int_equal(p.mine.priority, 3);
	assert_int_equal(rig_ask(&p), ADMIT);
	ledger_leave(&p);
	assert_int_equal(ledger_rejoin(rig_path, &more, &p, rig_error), -ESRCH);
	ledger_leave(&other);
}

static void ledger_that_is_full_says_so(void **state)
{
	static struct promise_slot p[LEDGER_SLOTS], more;

	(void)state;
	for (size_t i = 0; i < LEDGER_SLOTS; i++)
		assert_int_equal(rig_join(&p[i], 1, &rig_alone), 0);
	assert_int_equal(rig_join(&more, 1, &rig_alone), -EUSERS);
	assert_non_null(strstr(rig_error, "512 generations live or wait"));
	assert_int_equal(rig_ask(&p[LEDGER_SLOTS - 1]), WAIT_FOR_TURN);
	assert_int_equal(rig_ask(&p[0]), ADMIT);
	for (size_t i = 0; i < LEDGER_SLOTS; i++)
		ledger_leave(&p[i]);
}

static void ledger_that_cannot_be_is_said(void **state)
{
	const struct application a = { "web", 1, 0, &rig_alone };
	struct promise_slot p;
	char longer[LEDGER_PATH + 1] = "";

	(void)state;
	assert_int_equal(ledger_join("/nowhere/ledger", &a, &p, rig_error),
			 -ENOENT);
	assert_non_null(strstr(rig_error, "/nowhere/ledger: No such file"));
	assert_int_equal(p.fd, -1);
	assert_int_equal(ledger_join("ledger", &a, &p, rig_error), -EINVAL);
	assert_int_equal(ledger_make("", rig_error), -EINVAL);
	memset(longer, '/', sizeof(longer) - 1);
	assert_int_equal(ledger_join(longer, &a, &p, rig_error), -ENAMETOOLONG);
	ledger_leave(&p);
	assert_int_equal(symlink("/etc/passwd", rig_path), 0);
	assert_int_equal(rig_join(&p, 1, &rig_alone), -ELOOP);
}

/* Of any bytes, held by somebody: a decision or a sentence. */
static void lines_of_random_bytes_are_survived(void **state)
{
	char line[PROMISE_LINE];
	struct promise_slot a, b;
	unsigned int said = 0;

	(void)state;
	srand(1);
	assert_int_equal(rig_start(&a, 1, &rig_group), ADMIT);
	assert_int_equal(rig_join(&b, 1, &rig_group), 0);
	for (unsigned int i = 0; i < 5000; i++) {
		promise_write(&a.mine, line);
		for (int k = rand() % 8; k > 0; k--)
			line[rand() % 64] = (char)rand();
		assert_int_equal(
			pwrite(a.fd, line, sizeof(line), a.slot * PROMISE_LINE),
			PROMISE_LINE);
		b.mine.state = PROMISE_WAITS;
		said += rig_ask(&b) == ADMISSIONS;
	}
	assert_in_range(said, 1000, 4999);
	ledger_leave(&a);
	ledger_leave(&b);
}

static mode_t mode_made_in(mode_t dir_mode, gid_t group)
{
	struct promise_slot p;
	struct stat st;

	unlink(rig_path);
	assert_int_equal(chown(rig_scratch.dir, (uid_t)-1, group), 0);
	assert_int_equal(chmod(rig_scratch.dir, dir_mode), 0);
	assert_int_equal(rig_start(&p, 1, &rig_alone), ADMIT);
	assert_int_equal(fstat(p.fd, &st), 0);
	if (dir_mode & S_IWGRP)
		assert_int_equal(st.st_gid, group);
	ledger_leave(&p);
	return st.st_mode & 07777;
}

static void ledger_is_shared_as_its_directory_is(void **state)
{
	gid_t group = geteuid() == 0 ? 12345 : getegid();
	mode_t mask = umask(0077);

	(void)state;
	assert_int_equal(mode_made_in(01775, group), 0660);
	assert_int_equal(mode_made_in(0755, group), 0600);
	umask(0);
	assert_int_equal(mode_made_in(0700, group), 0600);
	umask(mask);
}

static void make_as_nobody(void)
{
	static const gid_t none[1];

	_exit(setgroups(0, none) < 0 || setgid(65534) < 0 ||
	      setuid(65534) < 0 || ledger_make(rig_path, rig_error) != -EPERM ||
	      !strstr(rig_error, "given to the group"));
}

static void ledger_that_cannot_be_shared_is_not_made(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(chown(rig_scratch.dir, 0, 12345), 0);
	assert_int_equal(chmod(rig_scratch.dir, 0777), 0);
	pid = fork();
	if (pid == 0)
		make_as_nobody();
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(access(rig_path, F_OK), -1);
	assert_int_equal(ledger_make(rig_path, rig_error), 0);
	assert_int_equal(ledger_make(rig_path, rig_error), 0);
	assert_int_equal(access(rig_path, F_OK), 0);
}

#define WITH_LEDGER(test)                                                      \
	cmocka_unit_test_setup_teardown(test, rig_set_up, rig_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_LEDGER(promise_counts_until_it_is_left),
		WITH_LEDGER(promise_that_drains_is_waited_for),
		WITH_LEDGER(promise_waits_behind_who_came_first),
		WITH_LEDGER(promise_of_a_group_counts_in_it),
		WITH_LEDGER(promise_that_waits_in_a_group_keeps_nobody_out),
		WITH_LEDGER(promise_that_was_overtaken_is_next),
		WITH_LEDGER(promise_is_kept_by_what_is_touched),
		WITH_LEDGER(
			promise_that_was_not_admitted_counts_where_it_lives),
		WITH_LEDGER(promise_lasts_as_long_as_who_inherits_it),
		WITH_LEDGER(line_damaged_and_in_use_admits_nobody),
		WITH_LEDGER(lines_of_random_bytes_are_survived),
		WITH_LEDGER(file_of_garbage_is_a_free_ledger),
		WITH_LEDGER(place_of_one_that_waits_is_taken_again),
		WITH_LEDGER(ledger_that_is_full_says_so),
		WITH_LEDGER(ledger_that_cannot_be_is_said),
		WITH_LEDGER(ledger_is_shared_as_its_directory_is),
		WITH_LEDGER(ledger_that_cannot_be_shared_is_not_made),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
