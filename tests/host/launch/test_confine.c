// SPDX-License-Identifier: Apache-2.0
/*
 * What needs another user is skipped where the tests do not run as root.
 */
#include "host/launch/confine.h"

#include <errno.h>
#include <linux/capability.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cmocka.h>

#include "host/launch/identity.h"
#include "host/launch/rights.h"
#include "tests/host/launch/in_child.h"

static char error[SENTENCE_MAX];

static void unknown_user_is_refused(void **state)
{
	struct identity who;

	(void)state;
	assert_int_equal(identity_find(&who, "no-such-user", 0, error),
			 -ENOENT);
	assert_string_equal(error, "user = no-such-user: this machine has no "
				   "such user: make it, or write the name of "
				   "one");
}

static int ask_as_nobody(void)
{
	const struct identity nobody = { .change = true,
					 .uid = 65534,
					 .gid = 65534 };
	struct identity who;

	if (identity_take(&nobody) < 0)
		return 1;
	return identity_find(&who, "root", 0, error) == -EPERM ? 0 : 2;
}

static void other_user_without_the_right_is_refused(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(in_child(ask_as_nobody), 0);
}

static int confine(void)
{
	const struct identity who = { .rights = 0 };
	char text[2];

	if (confine_shim(&who, false) < 0 ||
	    rights_now() & RIGHT(CAP_SYS_ADMIN) ||
	    prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
		return 1;
	if (geteuid() == 0 && !(rights_now() & RIGHT(CAP_KILL)))
		return 2;
	/* exec by user 0 must not bring it back */
	FILE *f = popen("test $(sed -n 's/^CapEff:.//p' /proc/self/status | "
			"cut -c9) = 0 && echo y",
			"r");
	return f && fgets(text, sizeof(text), f) && text[0] == 'y' ? 0 : 3;
}

static int confine_twice(void)
{
	const struct identity who = { .rights = 0 };
	const uint64_t tap = RIGHT(CAP_NET_ADMIN);

	if (confine_shim(&who, true) < 0 || !(rights_now() & tap))
		return 1;
	return confine_shim(&who, false) < 0 || rights_now() & tap ? 2 : 0;
}

static void confined_shim_may_make_links_for_a_tap_alone(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(in_child(confine_twice), 0);
}

static void confined_shim_keeps_little_even_over_exec(void **state)
{
	(void)state;
	assert_int_equal(in_child(confine), 0);
}

static void identity_may_asks_as_the_other_user(void **state)
{
	struct identity who;

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(identity_find(&who, "nobody", 0, error), 0);
	assert_int_equal(identity_may(&who, "/dev/null", R_OK | W_OK), 0);
	assert_int_equal(identity_may(&who, "/etc/shadow", R_OK), -EACCES);
	assert_int_equal(identity_may(&who, "/nonexistent", R_OK), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unknown_user_is_refused),
		cmocka_unit_test(other_user_without_the_right_is_refused),
		cmocka_unit_test(confined_shim_may_make_links_for_a_tap_alone),
		cmocka_unit_test(confined_shim_keeps_little_even_over_exec),
		cmocka_unit_test(identity_may_asks_as_the_other_user),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
