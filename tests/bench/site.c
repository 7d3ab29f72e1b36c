// SPDX-License-Identifier: Apache-2.0
/*
 * tests/bench/site.c - where a run of the bench works, and with what
 */
#include "tests/bench/site.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/verbs/prepare.h"

/* build/tests/bench is this program: build is what we are looking for. */
static int find_build(struct site *s)
{
	char self[SITE_PATH];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (n < 0)
		return -errno;
	self[n] = '\0';
	for (int up = 0; up < 2; up++) {
		char *slash = strrchr(self, '/');

		if (!slash)
			return -ENOENT;
		*slash = '\0';
	}
	memcpy(s->build, self, sizeof(self));
	return 0;
}

static int find_program(struct site *s, char *error)
{
	struct utsname host;

	uname(&host);
	if (snprintf(s->program, sizeof(s->program), "%.400s/%.32s/reprise",
		     s->build, host.machine) < 0 ||
	    access(s->program, X_OK) < 0)
		return sentence(error, -errno,
				"%s: %s: build it first, with `make bench`",
				s->program, strerror(errno));
	return 0;
}

int site_open(struct site *s, char *error)
{
	char log[SITE_PATH + 8];
	int r = find_build(s);

	s->dir[0] = '\0';
	if (r < 0)
		return sentence(error, r, "/proc/self/exe: %s", strerror(-r));
	r = find_program(s, error);
	if (r < 0)
		return r;
	snprintf(log, sizeof(log), "%s/log", s->build);
	mkdir(log, 0777); /* may well be there */
	snprintf(s->dir, sizeof(s->dir), "/tmp/reprise-bench.XXXXXX");
	if (!mkdtemp(s->dir) || setenv("REPRISE_RUNTIME_DIR", s->dir, 1) < 0 ||
	    setenv("REPRISE_STATE_DIR", s->dir, 1) < 0 ||
	    prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
		return sentence(error, -errno, "%s: %s", s->dir,
				strerror(errno));
	return 0;
}

int site_appliance(const struct site *s, const char *name, const char *arch,
		   const char *image, char *path, char *error)
{
	FILE *f;

	snprintf(path, SITE_PATH, "%s/%s.conf", s->dir, name);
	f = fopen(path, "we");
	if (!f)
		return sentence(error, -errno, "%s: %s", path, strerror(errno));
	fprintf(f, "[appliance]\nname = %s\nimage = %s/%s/image/%s\n", name,
		s->build, arch, image);
	if (fclose(f) != 0)
		return sentence(error, -EIO, "%s: cannot be written", path);
	return 0;
}

int site_prepare(const struct site *s, const char *name, const char *arch,
		 const char *image, struct prepared *p, char *error)
{
	char path[SITE_PATH];
	int r = site_appliance(s, name, arch, image, path, error);

	if (r == 0)
		r = prepare_config(path, p, error);
	if (r < 0)
		return r;
	r = prepare_qemu(p, false, error);
	if (r == 0)
		r = appliance_pick_ports(&p->appliance, error);
	if (r < 0)
		prepare_end(p);
	return r;
}

/* The first of our children; 0: none */
static pid_t a_child(void)
{
	char path[64], text[32] = "";
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", getpid());
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	return n > 0 ? (pid_t)strtol(text, NULL, 10) : 0;
}

unsigned int site_end_children(void)
{
	unsigned int n = 0;
	pid_t pid;

	while ((pid = a_child()) > 0) {
		kill(pid, SIGKILL);
		if (waitpid(pid, NULL, __WALL) < 0)
			break;
		n++;
	}
	return n;
}

static int remove_one(const char *path, const struct stat *st, int type,
		      struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

void site_close(struct site *s)
{
	if (s->dir[0])
		nftw(s->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	s->dir[0] = '\0';
}
