// SPDX-License-Identifier: Apache-2.0
/*
 * What /dev/kvm itself answers is this machine's affair: here only that the
 * question ends, whatever it is asked of.
 */
#include "host/doctor/kvm.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "host/doctor/command.h"

static char why[KVM_WHY];
static bool no_more_processes;

pid_t fork(void) /* libc's, with a machine that is full */
{
	if (!no_more_processes)
		return _Fork();
	errno = EAGAIN;
	return -1;
}

static void no_device_is_told_from_a_device_that_is_none(void **state)
{
	(void)state;
	assert_int_equal(kvm_try("/nonexistent", why), KVM_FAILS);
	assert_string_equal(why, "open: No such file or directory");
	assert_int_equal(kvm_try("/dev/null", why), KVM_FAILS);
	assert_non_null(strstr(why, "KVM_CREATE_VM: "));
	assert_int_equal(kvm_capability("/nonexistent", 1), -ENOENT);
	assert_int_equal(kvm_capability("/dev/null", 1), -ENOTTY);
}

static int never(const char *device)
{
	(void)device;
	return pause(); /* no signal that it survives comes */
}

static void guest_that_never_exits_hangs_and_leaves_no_child(void **state)
{
	(void)state;
	assert_int_equal(kvm_bounded(never, "", why), KVM_HANGS);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void child_that_is_not_born_leaves_no_descriptor(void **state)
{
	int free_before = dup(STDIN_FILENO), free_after;

	(void)state;
	close(free_before);
	no_more_processes = true;
	assert_int_equal(kvm_bounded(never, "", why), KVM_FAILS);
	no_more_processes = false;
	assert_string_equal(why, "Resource temporarily unavailable");
	free_after = dup(STDIN_FILENO);
	close(free_after);
	assert_int_equal(free_after, free_before);
}

static void command_is_read_until_its_end(void **state)
{
	static const char *const argv[] = { "sh", "-c", "echo a; echo b >&2",
					    NULL };
	char text[16];

	(void)state;
	assert_int_equal(command_read(argv, NULL, text, sizeof(text)), 0);
	assert_string_equal(text, "a\nb\n");
}

static void command_is_ended_once_it_has_said_the_word(void **state)
{
	static const char *const argv[] = { "sh", "-c",
					    "echo well; exec sleep 600", NULL };
	char text[16];

	(void)state;
	assert_int_equal(command_read(argv, "well", text, sizeof(text)), 0);
}

static void command_that_fails_or_is_not_there_is_told(void **state)
{
	static const char *const fails[] = { "false", NULL };
	static const char *const silent[] = { "true", NULL };
	static const char *const none[] = { "no-such-program", NULL };
	char text[16];

	(void)state;
	assert_int_equal(command_read(fails, NULL, text, sizeof(text)), -EIO);
	assert_int_equal(command_read(silent, "x", text, sizeof(text)), -EIO);
	assert_int_equal(command_read(none, NULL, text, sizeof(text)), -ENOENT);
}

static void command_that_says_too_much_is_cut(void **state)
{
	static const char *const argv[] = { "seq", "100000", NULL };
	char text[8];

	(void)state;
	assert_int_equal(command_read(argv, NULL, text, sizeof(text)), 0);
	assert_string_equal(text, "1\n2\n3\n4");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_device_is_told_from_a_device_that_is_none),
		cmocka_unit_test(
			guest_that_never_exits_hangs_and_leaves_no_child),
		cmocka_unit_test(child_that_is_not_born_leaves_no_descriptor),
		cmocka_unit_test(command_is_read_until_its_end),
		cmocka_unit_test(command_is_ended_once_it_has_said_the_word),
		cmocka_unit_test(command_that_fails_or_is_not_there_is_told),
		cmocka_unit_test(command_that_says_too_much_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
