// SPDX-License-Identifier: Apache-2.0
/*
 * tests/v2host/bed.c - the cgroup that the appliances under test are in
 */
#include "tests/v2host/bed.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/array.h"
#include "tests/integration/stub_image.h"

#define ROOT "/sys/fs/cgroup"
#define BED ROOT "/bed"
#define SHIM BED "/shim"

enum { TEXT = 1024 };

static struct rig rig;
static char home[128]; /* the group of the test itself */

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		fail_msg("%s: '%s' cannot be written: %s", path, text,
			 strerror(errno));
	close(fd);
}

static void get(const char *path, char text[static TEXT])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, TEXT - 1);

	if (n < 0)
		fail_msg("%s: cannot be read: %s", path, strerror(errno));
	close(fd);
	text[n] = '\0';
}

static void find_home(void)
{
	char text[TEXT];

	get("/proc/self/cgroup", text);
	assert_int_equal(strncmp(text, "0::/", 4), 0);
	text[strcspn(text, "\n")] = '\0';
	snprintf(home, sizeof(home), ROOT "%.80s/cgroup.procs", text + 3);
}

int bed_open(void **state)
{
	find_home();
	put(ROOT "/cgroup.subtree_control", "+memory");
	assert_int_equal(mkdir(BED, 0755), 0);
	assert_int_equal(mkdir(SHIM, 0755), 0);
	rig_open(&rig);
	*state = &rig;
	return 0;
}

/* What one test left is not the next one's. Return: how many groups */
static int remove_groups(void)
{
	const struct dirent *d;
	DIR *bed = opendir(BED);
	int count = 0;

	assert_non_null(bed);
	while ((d = readdir(bed)) != NULL) {
		if (d->d_type != DT_DIR || d->d_name[0] == '.')
			continue;
		count++;
		print_error("left behind: %s/%s\n", BED, d->d_name);
		unlinkat(dirfd(bed), d->d_name, AT_REMOVEDIR);
	}
	closedir(bed);
	return count;
}

int bed_close(void **state)
{
	int left;

	(void)state;
	bed_leave();
	rig_close(&rig);
	rmdir(SHIM);
	left = remove_groups();
	rmdir(BED);
	return left ? -1 : 0;
}

void bed_enter(void)
{
	put(SHIM "/cgroup.procs", "0");
}

void bed_leave(void)
{
	put(home, "0");
}

void bed_run(struct rig *r, const char *script, const char *lines)
{
	bed_enter();
	rig_run_model(r, script, lines);
	bed_leave();
}

static void give_away(const char *path)
{
	if (chown(path, NOBODY, NOBODY) < 0)
		fail_msg("%s: %s", path, strerror(errno));
}

void bed_run_as_nobody(struct rig *r, const char *script, const char *lines)
{
	static const char *const given[] = {
		BED,  BED "/cgroup.procs",  BED "/cgroup.subtree_control",
		SHIM, SHIM "/cgroup.procs",
	};
	char program[128], text[512];
	const char *file, *image = stub_image(r, "x86_64");

	setenv("PVMODEL", script, 1);
	snprintf(text, sizeof(text),
		 "[appliance]\nimage = %s\nqemu = /build/tests/pvmodel\n%s",
		 image, lines);
	snprintf(program, sizeof(program), "%s/" BED_AS_NOBODY, r->dir);
	assert_int_equal(symlink("/build/tests/v2host", program), 0);
	file = rig_write(r, "under-test.conf", text);
	for (size_t i = 0; i < ARRAY_SIZE(given); i++)
		give_away(given[i]);
	give_away(image);
	give_away(r->dir);
	bed_enter();
	rig_run_program(r, program, file, "under-test");
	bed_leave();
}

void bed_stop(struct rig *r)
{
	RIG_DO(r, "stop", r->name);
	rig_assert_end(r, 0);
	rig_assert_nothing_left(r);
}

pid_t bed_start_taking(size_t bytes)
{
	const int how = MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE;
	pid_t pid;

	bed_enter();
	pid = fork();
	if (pid == 0)
		_exit(mmap(NULL, bytes, PROT_READ | PROT_WRITE, how, -1, 0) ==
		      MAP_FAILED);
	bed_leave();
	assert_true(pid > 0);
	return pid;
}

static const char *path_of(const char *file)
{
	static char path[256];

	snprintf(path, sizeof(path), BED "/%s", file);
	return path;
}

void bed_write(const char *file, uint64_t value)
{
	char text[32];

	snprintf(text, sizeof(text), "%" PRIu64, value);
	put(path_of(file), text);
}

uint64_t bed_number(const char *file)
{
	char text[TEXT];

	get(path_of(file), text);
	return strtoull(text, NULL, 10);
}

uint64_t bed_count(const char *file, const char *key)
{
	char text[TEXT], name[32];
	const char *line = text;
	uint64_t value;
	int n;

	get(path_of(file), text);
	while (sscanf(line, "%31s %" SCNu64 "\n%n", name, &value, &n) == 2) {
		if (strcmp(name, key) == 0)
			return value;
		line += n;
	}
	fail_msg("%s: no line of it begins with %s", file, key);
	return 0;
}

bool bed_has(const char *group)
{
	return access(path_of(group), F_OK) == 0;
}

void bed_await_gone(const char *group)
{
	int64_t end_ms = child_deadline();

	while (bed_has(group)) {
		if (child_left(end_ms) == 0)
			fail_msg("%s does not go", path_of(group));
		poll(NULL, 0, 10);
	}
}

size_t bed_pids(const char *group, pid_t pids[static BED_PIDS])
{
	char file[128], text[TEXT], *next = text;
	size_t count = 0;

	snprintf(file, sizeof(file), "%s/cgroup.procs", group);
	get(path_of(file), text);
	for (long pid; count < BED_PIDS && (pid = strtol(next, &next, 10)) > 0;)
		pids[count++] = (pid_t)pid;
	return count;
}
