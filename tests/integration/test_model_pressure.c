// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/test_model_pressure.c - memory is scarce while one drains
 *
 * On the stand-in (tests/pvmodel), but the trigger, and what it counts, are the
 * kernel's: children in QEMU's own cgroup read a file through too small a page
 * cache. That takes a cgroup2 with pressure stall information and v1's memory
 * controller, and the right to both; elsewhere it is skipped.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/cgroup/cgroup.h"
#include "tests/integration/held.h"
#include "tests/integration/orphan.h"
#include "tests/integration/stub_image.h"

enum { READERS = 2, FILE_MIB = 64 };

static const char name[] = "under-test";
static const char limit[] = "8M";
static char block[1 << 20];

struct scarcity {
	char narrow[PATH_MAX]; /* a group of v1, with the limit */
	pid_t reader[READERS];
};

static void put(const char *dir, const char *file, const char *text)
{
	char path[PATH_MAX + 32];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static int make_file(const struct rig *r)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s/ballast", r->dir);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	for (int i = 0; i < FILE_MIB; i++)
		assert_int_equal(write(fd, block, sizeof(block)),
				 sizeof(block));
	assert_int_equal(fsync(fd), 0);
	assert_int_equal(posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED), 0);
	return fd;
}

static pid_t start_reader(int fd)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* should the test fail */
	for (off_t at = 0;; at = (at + (1 << 20)) % (FILE_MIB << 20))
		if (pread(fd, block, sizeof(block), at) < 0)
			_exit(1);
}

/* Return: false: it cannot be made here */
static bool begin(const struct rig *r, struct scarcity *s, pid_t qemu)
{
	struct cgroup_leaf leaf[CGROUP_HIERARCHIES];
	char error[SENTENCE_MAX], pressure[PATH_MAX], pid[16];
	struct cgroup c;
	int fd;

	cgroup_leaf_of("", qemu, name, leaf);
	for (int i = 0; i < CGROUP_HIERARCHIES; i++)
		if (leaf[i].fd >= 0)
			close(leaf[i].fd);
	snprintf(pressure, sizeof(pressure), "%s/memory.pressure",
		 leaf[0].path);
	if (!leaf[0].path[0] || access(pressure, W_OK) < 0 ||
	    cgroup_find_memory_v1(&c, "", error) < 0)
		return false;
	snprintf(s->narrow, sizeof(s->narrow), "%s/narrow-%d", c.base,
		 (int)getpid());
	if (mkdir(s->narrow, 0700) < 0)
		return false;
	put(s->narrow, "memory.limit_in_bytes", limit);
	fd = make_file(r);
	for (int i = 0; i < READERS; i++) {
		s->reader[i] = start_reader(fd);
		snprintf(pid, sizeof(pid), "%d", (int)s->reader[i]);
		put(s->narrow, "cgroup.procs", pid);
		put(leaf[0].path, "cgroup.procs", pid);
	}
	close(fd);
	return true;
}

static void end(struct scarcity *s)
{
	for (int i = 0; i < READERS; i++) {
		kill(s->reader[i], SIGKILL);
		assert_int_equal(waitpid(s->reader[i], NULL, 0), s->reader[i]);
	}
	assert_int_equal(rmdir(s->narrow), 0);
}

static bool last_has_phase(struct rig *r, const char *wanted)
{
	json_t *status = rig_status(r);
	const json_t *last = json_object_get(status, "last");
	bool found = false;
	json_t *phase;
	size_t i;

	json_array_foreach(json_object_get(last, "phases"), i, phase)
	{
		const json_t *word = json_object_get(phase, "name");

		found |= strcmp(json_string_value(word), wanted) == 0;
	}
	json_decref(status);
	return found;
}

static void pressure_beside_a_drain_pauses_the_newest(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;
	struct scarcity s;
	pid_t helper;

	rig_run_model(r, "boot=6000", "");
	rig_await_ready(r);
	helper = (pid_t)rig_number(r, "helper");
	held_begin(helper);
	RIG_DO(r, "reboot", name, "--full");
	orphan_await_state(r, "booting");
	if (!begin(r, &s, (pid_t)rig_number(r, "pid"))) {
		held_let_go(helper);
		skip();
	}
	orphan_await_state(r, "paused for memory");
	end(&s);
	assert_string_equal(rig_word(r, "waits_for"),
			    "memory is scarce while generation 1 drains");
	held_let_go(helper);
	rig_await_ready(r);
	assert_int_equal(rig_number(r, "generation"), 2);
	assert_int_equal(rig_number(r, "boot"), 1);
	assert_true(last_has_phase(r, "paused for memory"));
	RIG_DO(r, "stop", name);
	rig_assert_end(r, 0);
	rig_assert_nothing_left(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_MODEL(pressure_beside_a_drain_pauses_the_newest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
