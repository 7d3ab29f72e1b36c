// SPDX-License-Identifier: Apache-2.0
#include "host/link/access.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum { OWNER = 1000, MEMBER, OTHER, GROUP = 50 };

static const gid_t in_group[] = { 7, GROUP }, in_none[] = { 7, 8 };

static void judge_by_user_and_group(void **state)
{
	static const struct {
		uid_t uid;
		const gid_t *groups;
		bool has_group, others_read;
		enum access access;
	} cases[] = {
		{ 0, in_none, false, false, ACCESS_ALL },
		{ OWNER, in_none, false, false, ACCESS_ALL },
		{ OTHER, in_group, false, false, ACCESS_NONE },
		{ OTHER, in_group, false, true, ACCESS_READ },
		{ MEMBER, in_group, true, false, ACCESS_ALL },
		{ OTHER, in_none, true, false, ACCESS_NONE },
		{ OTHER, in_none, true, true, ACCESS_READ },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct access_rule rule = {
			.owner = OWNER,
			.has_group = cases[i].has_group,
			.group = GROUP,
			.others_read = cases[i].others_read,
		};

		assert_int_equal(
			access_judge(&rule, cases[i].uid, cases[i].groups, 2),
			cases[i].access);
	}
}

static void own_socket_is_the_owners(void **state)
{
	const struct access_rule mine = { .owner = geteuid() };
	const struct access_rule groups = { .owner = geteuid() + 1,
					    .has_group = true,
					    .group = getegid() };
	int fd[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
	assert_int_equal(access_of(&mine, fd[0]), ACCESS_ALL);
	assert_int_equal(access_of(&groups, fd[0]), ACCESS_ALL);
	close(fd[0]);
	close(fd[1]);
}

static void what_is_no_socket_may_nothing(void **state)
{
	const struct access_rule rule = { .owner = geteuid(),
					  .others_read = true };
	int fd[2];

	(void)state;
	assert_int_equal(pipe(fd), 0);
	assert_int_equal(access_of(&rule, fd[0]), ACCESS_NONE);
	close(fd[0]);
	close(fd[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judge_by_user_and_group),
		cmocka_unit_test(own_socket_is_the_owners),
		cmocka_unit_test(what_is_no_socket_may_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
