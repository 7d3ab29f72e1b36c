// SPDX-License-Identifier: Apache-2.0
#include "guest/config/init_conf.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "common/array.h"

static char error[CONF_ERROR_MAX];

static int parse(const char *text, struct init_conf *c)
{
	return init_conf_parse(text, strlen(text), "init.conf", c, error);
}

static void init_conf_of_the_least_has_the_defaults(void **state)
{
	struct init_conf c;

	(void)state;
	assert_int_equal(parse("[payload]\nexec = /bin/web\n", &c), 0);
	assert_string_equal(error, "");
	assert_int_equal(c.exec.count, 1);
	assert_int_equal(c.env.count, 0);
	assert_int_equal(c.ready, READY_STARTED);
	assert_int_equal(c.grace_ms, 5000);
	assert_true(c.host_may_reboot);
	assert_true(c.host_may_poweroff);
	assert_int_equal(c.on_exit, END_POWEROFF);
	assert_int_equal(c.on_failure, END_REBOOT);
}

static void init_conf_of_everything_is_read(void **state)
{
	char *argv[WORDS_MAX + 1], *envp[WORDS_MAX + 1];
	struct init_conf c;

	(void)state;
	assert_int_equal(parse("[payload]\nexec = /bin/web  -p\t80\n"
			       "ready = descriptor\ngrace = 250 ms\n"
			       "env = A=1\nenv = B=two words\n[policy]\n"
			       "host-may-reboot = no\nhost-may-poweroff = no\n"
			       "on-exit = reboot\non-failure = poweroff\n",
			       &c),
			 0);
	words_vector(&c.exec, argv);
	assert_string_equal(argv[0], "/bin/web");
	assert_string_equal(argv[1], "-p");
	assert_string_equal(argv[2], "80");
	assert_null(argv[3]);
	words_vector(&c.env, envp);
	assert_string_equal(envp[0], "A=1");
	assert_string_equal(envp[1], "B=two words");
	assert_null(envp[2]);
	assert_int_equal(c.ready, READY_DESCRIPTOR);
	assert_int_equal(c.grace_ms, 250);
	assert_false(c.host_may_reboot);
	assert_false(c.host_may_poweroff);
	assert_int_equal(c.on_exit, END_REBOOT);
	assert_int_equal(c.on_failure, END_POWEROFF);
}

#define EXEC "[payload]\nexec = /bin/web\n"

static void
init_conf_of_a_mistake_says_file_line_and_what_to_write(void **state)
{
	static const struct {
		const char *text, *sentence;
	} wrong[] = {
		{ "", "init.conf:0: the file ends without 'exec'" },
		{ "[payload]\nexec = web\n", "init.conf:2: exec = 'web': write "
					     "an absolute path" },
		{ EXEC "ready = soon\n",
		  "init.conf:3: ready = 'soon': write "
		  "one of: started, descriptor, notify" },
		{ EXEC "grace = 5\n", "init.conf:3: grace = '5': write a "
				      "number and a unit" },
		{ EXEC "env = HOME\n", "init.conf:3: env = 'HOME': write "
				       "KEY=VALUE" },
		{ EXEC "env = =x\n", "init.conf:3: env = '=x': write "
				     "KEY=VALUE" },
		{ EXEC "again = always\n", "init.conf:3: unknown key "
					   "'again' in [payload]" },
		{ EXEC "umask = 9\n", "init.conf:3: umask = '9': write three "
				      "octal digits" },
		{ EXEC "directory = data\n", "init.conf:3: directory = "
					     "'data': write an absolute" },
		{ EXEC "limit = nofile\n", "init.conf:3: limit = 'nofile': "
					   "write a limit of prlimit" },
		{ EXEC "limit = core 0\nlimit = core 1\n",
		  "init.conf:4: limit = 'core 1': write a limit" },
		{ EXEC "capabilities = chown fly\n",
		  "init.conf:3: capabilities = 'chown fly': write none, or" },
		{ EXEC "exit-reboot = 3\nexit-update = 4 3\n",
		  "init.conf:4: exit-update = '4 3': write exit statuses" },
		{ EXEC "exit-reboot = 256\n",
		  "init.conf:3: exit-reboot = '256': write exit statuses" },
		{ EXEC "exit-reboot = +3\n",
		  "init.conf:3: exit-reboot = '+3': write exit statuses" },
		{ EXEC "memory-max = 1 KiB\n", "init.conf:3: memory-max = "
					       "'1 KiB': write 1 to" },
		{ EXEC "pids-max = 0\n", "init.conf:3: pids-max = '0': "
					 "write 1 to 4194304" },
		{ EXEC "[policy]\non-exit = halt\n",
		  "init.conf:4: on-exit = 'halt': write one of: poweroff, "
		  "reboot" },
		{ EXEC "[storage]\ndisk = /a serial a absent skip\n"
		       "timeout = 2 s\n",
		  "init.conf:5: timeout is not longer than wait, so" },
		{ EXEC "[storage]\ntimeout = 5 s\nwait = 5 s\n"
		       "disk = /a serial a absent skip\n",
		  "init.conf:4: timeout is not longer than wait, so" },
	};
	struct init_conf c = { .grace_ms = 7 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		assert_int_equal(parse(wrong[i].text, &c), -EINVAL);
		assert_memory_equal(error, wrong[i].sentence,
				    strlen(wrong[i].sentence));
		assert_int_equal(c.grace_ms, 7); /* untouched */
	}
}

static void init_conf_of_a_box_and_a_policy_is_read(void **state)
{
	struct init_conf c;

	(void)state;
	assert_int_equal(parse(EXEC
			       "user = web\ngroup = 7\ndirectory = /data\n"
			       "umask = 0077\nlimit = nofile 64\n"
			       "limit = core unlimited\n"
			       "capabilities = chown net_bind_service\n"
			       "no-new-privileges = no\nread-only-root = yes\n"
			       "memory-max = 64 MiB\npids-max = 32\n"
			       "health = /bin/ok -v\nrestart = on-failure\n"
			       "exit-reboot = 3 4\nexit-update = 255\n",
			       &c),
			 0);
	assert_string_equal(c.box.user, "web");
	assert_string_equal(c.box.group, "7");
	assert_string_equal(c.box.directory, "/data");
	assert_int_equal(c.box.umask, 077);
	assert_true(c.box.limit[RLIMIT_NOFILE].given);
	assert_int_equal(c.box.limit[RLIMIT_NOFILE].value, 64);
	assert_true(c.box.limit[RLIMIT_CORE].value == UINT64_MAX);
	assert_false(c.box.limit[RLIMIT_CPU].given);
	assert_int_equal(c.box.capabilities, 1 << 0 | 1 << 10);
	assert_false(c.box.no_new_privileges);
	assert_true(c.box.read_only_root);
	assert_true(c.box.memory_max == 64 << 20);
	assert_int_equal(c.box.pids_max, 32);
	assert_int_equal(c.health.count, 2);
	assert_int_equal(c.restart, RESTART_ON_FAILURE);
	assert_true(statuses_have(&c.restart_rules.means[INTENT_REBOOT], 4));
	assert_false(statuses_have(&c.restart_rules.means[INTENT_REBOOT], 5));
	assert_true(statuses_have(&c.restart_rules.means[INTENT_UPDATE], 255));
}

static void init_conf_of_too_many_words_is_refused(void **state)
{
	char text[CONF_LINE_MAX + 16] = "[payload]\nexec = /x";
	struct init_conf c;

	(void)state;
	for (int i = 0; i < WORDS_MAX - 1; i++)
		strcat(text, " y");
	assert_int_equal(parse(text, &c), 0);
	assert_int_equal(c.exec.count, WORDS_MAX);
	strcat(text, " y");
	assert_int_equal(parse(text, &c), -EINVAL);
	assert_non_null(strstr(error, "at most 64 words"));
}

static void init_conf_that_pid_1_would_cut_is_refused(void **state)
{
	static char text[INIT_CONF_BYTES_MAX + 2];
	int n = snprintf(text, sizeof(text), "[payload]\nexec = /x\n");
	struct init_conf c;

	(void)state;
	memset(text + n, '\n', sizeof(text) - 1 - (size_t)n);
	assert_int_equal(parse(text, &c), -EINVAL);
	assert_string_equal(error, "init.conf: it is longer than 8192 bytes, "
				   "make it shorter");
	text[INIT_CONF_BYTES_MAX] = '\0';
	assert_int_equal(parse(text, &c), 0);
}

static void words_beyond_the_bytes_are_refused(void **state)
{
	static char word[WORDS_BYTES];
	struct words w = { .count = 0 };

	(void)state;
	memset(word, 'x', sizeof(word));
	assert_int_equal(words_add(&w, word, WORDS_BYTES), -E2BIG);
	assert_int_equal(words_add(&w, word, WORDS_BYTES - 1), 0);
	assert_int_equal(words_add(&w, word, 0), -E2BIG);
	assert_int_equal(w.count, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(init_conf_of_the_least_has_the_defaults),
		cmocka_unit_test(init_conf_of_everything_is_read),
		cmocka_unit_test(
			init_conf_of_a_mistake_says_file_line_and_what_to_write),
		cmocka_unit_test(init_conf_of_a_box_and_a_policy_is_read),
		cmocka_unit_test(init_conf_of_too_many_words_is_refused),
		cmocka_unit_test(init_conf_that_pid_1_would_cut_is_refused),
		cmocka_unit_test(words_beyond_the_bytes_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
