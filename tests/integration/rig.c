// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/rig.c - one appliance under test: its start and its end
 *
 * Not here: what it is asked while it runs (tests/integration/rig_ask.c).
 */
#include "tests/integration/rig.h"
#include "host/memory/ledger.h"
#include "tests/integration/held.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

const char *rig_program(void)
{
	static char path[128];
	struct utsname u;

	uname(&u);
	snprintf(path, sizeof(path), "build/%s/reprise", u.machine);
	return path;
}

const char *rig_image(const char *arch, const char *image)
{
	static char path[256];

	snprintf(path, sizeof(path), "build/%s/image/%s", arch, image);
	return path;
}

void rig_open(struct rig *r)
{
	memset(r, 0, sizeof(*r));
	r->shim.pidfd = -1;
	r->shim.fd[CHILD_OUT] = r->shim.fd[CHILD_ERR] = -1;
	r->console = r->shim;
	r->ready = -1;
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	strcpy(r->dir, "/tmp/rig.XXXXXX");
	assert_non_null(mkdtemp(r->dir));
	snprintf(r->runtime, sizeof(r->runtime), "%s/run", r->dir);
	snprintf(r->state, sizeof(r->state), "%s/state", r->dir);
	setenv("REPRISE_RUNTIME_DIR", r->runtime, 1);
	setenv("REPRISE_CACHE_DIR", r->dir, 1);
	setenv("REPRISE_STATE_DIR", r->state, 1);
}

const char *rig_write(const struct rig *r, const char *name, const char *text)
{
	static char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", r->dir, name);
	f = fopen(path, "we");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
	return path;
}

void rig_run(struct rig *r, const char *what, const char *name)
{
	rig_run_program(r, rig_program(), what, name);
}

void rig_run_program(struct rig *r, const char *program, const char *what,
		     const char *name)
{
	const char *const argv[] = { program,	   "run", what,
				     "--ready-fd", "3",	  NULL };
	int ready[2];

	snprintf(r->name, sizeof(r->name), "%s", name);
	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	r->ready = ready[0];
	fcntl(r->ready, F_SETFL, O_NONBLOCK);
	assert_int_equal(child_start(&r->shim, argv, ready[1]), 0);
	close(ready[1]);
}

const char *rig_file(const struct rig *r, const char *image, const char *lines)
{
	char text[4096], cwd[1024];

	assert_non_null(getcwd(cwd, sizeof(cwd)));
	snprintf(text, sizeof(text), "[appliance]\nimage = %s%s%s\n%s",
		 image[0] == '/' ? "" : cwd, image[0] == '/' ? "" : "/", image,
		 lines);
	return rig_write(r, "under-test.conf", text);
}

const char *rig_under_test(const struct rig *r)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/under-test.conf", r->dir);
	return path;
}

void rig_run_file(struct rig *r, const char *image, const char *lines)
{
	rig_run(r, rig_file(r, image, lines), "under-test");
}

void rig_hear_ready(struct rig *r)
{
	char bytes[16];
	ssize_t n = r->ready < 0 ? -1 : read(r->ready, bytes, sizeof(bytes));

	if (n > 0)
		r->ready_seen += (unsigned int)n;
	if (n == 0) {
		close(r->ready);
		r->ready = -1;
	}
}

void rig_await_ready(struct rig *r)
{
	int64_t end_ms = child_deadline();

	while (r->ready_seen == 0) {
		if (r->shim.ended)
			rig_fail(r, "it ended before it was ready");
		if (!child_poll(&r->shim, r->ready, end_ms))
			rig_fail(r, "it was not ready in time");
		rig_hear_ready(r);
	}
	r->ready_seen--;
}

void rig_await_said(struct rig *r, const char *text)
{
	if (!child_await_text(&r->shim, CHILD_ERR, text))
		rig_fail(r, text);
}

int rig_await_end(struct rig *r)
{
	if (!child_await_end(&r->shim))
		rig_fail(r, "it did not end in time");
	return r->shim.code;
}

void rig_assert_end(struct rig *r, int code)
{
	char what[64];

	if (rig_await_end(r) == code)
		return;
	snprintf(what, sizeof(what), "its exit code is %d, not %d",
		 r->shim.code, code);
	rig_fail(r, what);
}

/* The ledger stays: it is that of all appliances. */
static int visible(const struct dirent *d)
{
	return d->d_name[0] != '.' && strcmp(d->d_name, LEDGER_NAME) != 0;
}

/* Return: names in the directory; 0 also where there is none */
static int count_files(const char *dir)
{
	struct dirent **list;
	int n = scandir(dir, &list, visible, alphasort);

	for (int i = 0; i < n; i++) {
		print_error("left behind: %s/%s\n", dir, list[i]->d_name);
		free(list[i]);
	}
	if (n >= 0)
		free(list);
	return n < 0 ? 0 : n;
}

void rig_assert_nothing_left(struct rig *r)
{
	assert_true(r->shim.ended);
	rig_end_console(r);
	assert_int_equal(waitpid(-1, NULL, WNOHANG | __WALL), -1);
	assert_int_equal(errno, ECHILD);
	assert_int_equal(count_files(r->runtime), 0);
}

static int remove_one(const char *path, const struct stat *st, int type,
		      struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

void rig_close(struct rig *r)
{
	if (!r->dir[0])
		return;
	held_let_all_go();
	child_close(&r->shim);
	child_close(&r->console);
	child_kill_all();
	if (r->ready >= 0)
		close(r->ready);
	nftw(r->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	r->dir[0] = '\0';
}
