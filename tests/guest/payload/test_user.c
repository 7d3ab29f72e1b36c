// SPDX-License-Identifier: Apache-2.0
/*
 * tests/guest/payload/test_user.c - names and numbers in /etc
 */
#include "guest/payload/user.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "common/array.h"
#include "tests/guest/tree.h"

static void user_is_found_by_name_and_by_number(void **state)
{
	static const struct {
		const char *name, *group;
		int r;
		struct user user;
	} users[] = {
		{ "", "", 0, { 0, 0 } },
		{ "web", "", 0, { 1000, 100 } },
		{ "1000", "", 0, { 1000, 100 } },
		{ "4711", "", 0, { 4711, 4711 } },
		{ "web", "disk", 0, { 1000, 6 } },
		{ "web", "7", 0, { 1000, 7 } },
		{ "", "disk", 0, { 0, 6 } },
		{ "nobody", "", -ENOENT, { 0, 0 } },
		{ "web", "wheel", -ENOENT, { 0, 0 } },
		{ "broken", "", -ENOENT, { 0, 0 } },
		{ "short", "", -ENOENT, { 0, 0 } },
		{ "4294967295", "", -ENOENT, { 0, 0 } },
		{ "99999999999", "", -ENOENT, { 0, 0 } },
	};
	const char *root = *state;

	tree_file(root, "/etc/passwd",
		  "root:x:0:0:root:/root:/bin/sh\n"
		  "web:x:1000:100::/:\nbroken:x:many:1::/:\nshort:x:3\n");
	tree_file(root, "/etc/group", "root:x:0:\ndisk:x:6:web\n");
	for (size_t i = 0; i < ARRAY_SIZE(users); i++) {
		struct user u;

		assert_int_equal(
			user_find(root, users[i].name, users[i].group, &u),
			users[i].r);
		if (users[i].r == 0) {
			assert_int_equal(u.uid, users[i].user.uid);
			assert_int_equal(u.gid, users[i].user.gid);
		}
	}
}

static void user_by_number_needs_no_file_and_by_name_does(void **state)
{
	const char *root = *state;
	struct user u;

	assert_int_equal(user_find(root, "12", "", &u), 0);
	assert_int_equal(u.gid, 12);
	assert_int_equal(user_find(root, "web", "", &u), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			user_is_found_by_name_and_by_number, tree_setup,
			tree_teardown),
		cmocka_unit_test_setup_teardown(
			user_by_number_needs_no_file_and_by_name_does,
			tree_setup, tree_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
