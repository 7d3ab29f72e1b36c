// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/test_release.c - the shim dies, and all shall end
 */
#include <errno.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "host/core/deadlines.h"
#include "tests/integration/orphan.h"
#include "tests/integration/stub_image.h"

enum { NOBODY = 65534 }; /* as Debian numbers it */

/* reprise release; what it says is to have @text */
static void release(struct rig *r, int code, const char *text)
{
	struct child c;

	rig_verb(r, &c, (const char *const[]){ "release", r->name, NULL });
	if (c.code != code ||
	    !strstr(c.text[code ? CHILD_ERR : CHILD_OUT], text))
		print_error("release: %d: %s%s", c.code, c.text[CHILD_OUT],
			    c.text[CHILD_ERR]);
	assert_int_equal(c.code, code);
	assert_non_null(strstr(c.text[code ? CHILD_ERR : CHILD_OUT], text));
	child_close(&c);
}

/* The last line of its history is a stop of that cause. */
static void assert_history(struct rig *r, const char *cause)
{
	struct child c;
	json_t *entries, *last;

	rig_verb(r, &c,
		 (const char *const[]){ "history", r->name, "--json", NULL });
	entries = json_loads(c.text[CHILD_OUT], 0, NULL);
	last = json_array_get(entries, json_array_size(entries) - 1);
	assert_string_equal(
		json_string_value(json_object_get(last, "strategy")), "stop");
	assert_string_equal(json_string_value(json_object_get(last, "cause")),
			    cause);
	json_decref(entries);
	child_close(&c);
}

static struct guest run_and_note(struct both *b)
{
	orphan_run(b);
	rig_await_ready(&b->rig);
	return orphan_note(&b->rig);
}

static void qemu_ends_and_the_next_run_begins_afresh(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;
	struct guest g = run_and_note(b);
	char text[64];

	orphan_crash(r);
	snprintf(text, sizeof(text), "QEMU %d was ended", (int)g.qemu);
	release(r, 0, text);
	orphan_nothing_left(r);
	assert_history(r, "operator");
	release(r, 0, "nothing was left");
	orphan_run(b);
	rig_await_ready(r);
	assert_int_equal(rig_number(r, "generation"), 1);
	assert_int_equal(rig_number(r, "boot"), 1);
	assert_true(strcmp(rig_word(r, "epoch"), g.epoch) != 0);
	orphan_stop(r);
}

/* It does not hear SIGTERM, and nothing but a name tells whose it is. */
static void stopped_qemu_without_its_lock_is_killed(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;
	struct guest g = run_and_note(b);
	char path[256];

	kill(g.qemu, SIGSTOP);
	orphan_crash(r);
	snprintf(path, sizeof(path), "%s/guest/lock", r->runtime);
	assert_int_equal(unlink(path), 0);
	release(r, 0, "was ended");
	assert_true(child_await_pid(g.qemu));
	orphan_nothing_left(r);
}

/* QEMU has gone by itself; its helper holds the memory and stands still. */
static void memory_alone_is_brought_back(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;
	struct guest g = run_and_note(b);
	pid_t helper = (pid_t)rig_number(r, "helper");

	assert_true(helper > 0);
	kill(helper, SIGSTOP);
	orphan_crash(r);
	kill(g.qemu, SIGKILL);
	assert_true(child_await_pid(g.qemu));
	assert_int_equal(kill(helper, 0), 0);
	release(r, 0, "its memory is back");
	orphan_nothing_left(r);
	assert_history(r, "unobserved");
}

/* A stop that was cut short: what the shim had found is not forgotten. */
static void stop_cut_short_keeps_its_cause(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;
	struct guest g = run_and_note(b);

	kill(g.qemu, SIGSTOP);
	kill(r->shim.pid, SIGTERM);
	orphan_await_state(r, "asking");
	kill(r->shim.pid, SIGTERM);
	orphan_await_state(r, "quitting");
	orphan_crash(r);
	release(r, 0, "was ended");
	orphan_nothing_left(r);
	assert_history(r, "host shutdown");
}

static void appliance_with_a_shim_is_refused(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;

	rig_run_model(r, "", "");
	rig_await_ready(r);
	release(r, 1, "under-test has a shim");
	assert_string_equal(rig_word(r, "state"), "serving");
	RIG_DO(r, "stop", r->name);
	rig_assert_end(r, 0);
	rig_assert_nothing_left(r);
}

/* Its last word to the manager reaches beyond its next one, or it is cut off.
 */
static void manager_is_asked_for_time_before_it_is_over(void **state)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	struct rig *r = &((struct both *)*state)->rig;
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	char text[128] = "";
	unsigned long us = 0;

	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s/notify", r->dir);
	assert_int_equal(bind(fd, (struct sockaddr *)&sun, sizeof(sun)), 0);
	rig_run_model(r, "", "");
	rig_await_ready(r);
	orphan_crash(r);
	setenv("NOTIFY_SOCKET", sun.sun_path, 1);
	release(r, 0, "was ended");
	unsetenv("NOTIFY_SOCKET");
	assert_true(recv(fd, text, sizeof(text) - 1, 0) > 0);
	assert_int_equal(sscanf(text, "EXTEND_TIMEOUT_USEC=%lu", &us), 1);
	assert_true(us > EXIT_MS * 1000UL);
	close(fd);
	orphan_nothing_left(r);
}

static int give_away(const char *path, const struct stat *st, int type,
		     struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return lchown(path, NOBODY, NOBODY);
}

static void assert_owner(const struct rig *r, const char *file)
{
	struct stat st;
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", r->state, file);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_uid, NOBODY);
}

/* As that of the service is; its history is written as his, even if it is
 * new. */
static void appliance_of_another_user_is_released_by_root(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;
	char path[256];

	if (geteuid() != 0)
		skip();
	assert_int_equal(chmod(r->dir, 0711), 0);
	rig_run_model(r, "", "");
	rig_await_ready(r);
	orphan_crash(r);
	snprintf(path, sizeof(path), "%s/under-test/history", r->state);
	unlink(path);
	mkdir(r->state, 0755); /* the shim may not have come so far */
	assert_int_equal(nftw(r->runtime, give_away, 8, FTW_PHYS), 0);
	assert_int_equal(nftw(r->state, give_away, 8, FTW_PHYS), 0);
	release(r, 0, "was ended");
	orphan_nothing_left(r);
	assert_owner(r, "under-test/history");
	assert_history(r, "operator");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(qemu_ends_and_the_next_run_begins_afresh),
		ON_BOTH(stopped_qemu_without_its_lock_is_killed),
		ON_BOTH(memory_alone_is_brought_back),
		ON_BOTH(stop_cut_short_keeps_its_cause),
		ON_MODEL(appliance_with_a_shim_is_refused),
		ON_MODEL(manager_is_asked_for_time_before_it_is_over),
		ON_MODEL(appliance_of_another_user_is_released_by_root),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
