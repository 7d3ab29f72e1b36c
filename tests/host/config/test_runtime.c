// SPDX-License-Identifier: Apache-2.0
#include "host/config/runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/host/scratch.h"

static struct scratch scratch;
static struct runtime rt;
static char error[SENTENCE_MAX];

static int set_up(void **state)
{
	char root[SCRATCH_PATH];

	(void)state;
	scratch_make(&scratch);
	scratch_path(&scratch, "run", root); /* is made on demand */
	setenv("REPRISE_RUNTIME_DIR", root, 1);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	scratch_remove(&scratch);
	return 0;
}

static bool exists(const char *name)
{
	char path[SCRATCH_PATH];

	scratch_path(&scratch, name, path);
	return access(path, F_OK) == 0;
}

static void append_name(void *ctx, const struct running *r)
{
	strcat(ctx, r->name);
	strcat(ctx, " ");
}

static const char *listed(void)
{
	static char names[256];

	names[0] = '\0';
	assert_int_equal(runtime_list(append_name, names, error), 0);
	return names;
}

static void open_makes_private_directory_with_pid(void **state)
{
	char pid[16] = "", path[SCRATCH_PATH];
	struct stat st;

	(void)state;
	assert_int_equal(runtime_open(&rt, "web", error), 0);
	scratch_path(&scratch, "run/web", path);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_true(pread(rt.lock_fd, pid, sizeof(pid) - 1, 0) > 0);
	assert_int_equal(atoi(pid), getpid());
	assert_int_equal(fcntl(rt.qmp_log, F_GETFL) & (O_ACCMODE | O_APPEND),
			 O_WRONLY | O_APPEND);
	assert_int_equal(fcntl(rt.lock_fd, F_GETFD), FD_CLOEXEC);
	assert_int_equal(fcntl(rt.shim_fd, F_GETFD), FD_CLOEXEC);
	runtime_remove(&rt);
}

static void remove_leaves_nothing(void **state)
{
	int fd[RUNTIME_SOCKETS];

	(void)state;
	assert_int_equal(runtime_open(&rt, "web", error), 0);
	for (int i = 0; i < RUNTIME_SOCKETS; i++) {
		fd[i] = runtime_listen(&rt, (enum runtime_socket)i, error);
		assert_true(fd[i] >= 0);
	}
	assert_true(exists("run/web/control.sock"));
	runtime_remove(&rt);
	assert_false(exists("run/web"));
	assert_int_equal(rt.lock_fd, -1);
	for (int i = 0; i < RUNTIME_SOCKETS; i++)
		close(fd[i]);
}

static void open_second_run_is_ebusy_and_says_who(void **state)
{
	struct runtime second;
	char pid[32];
	int fd;

	(void)state;
	assert_int_equal(runtime_open(&rt, "web", error), 0);
	assert_int_equal(runtime_open(&second, "web", error), -EBUSY);
	snprintf(pid, sizeof(pid), "(pid %d)", (int)getpid());
	assert_non_null(strstr(error, "web runs already"));
	assert_non_null(strstr(error, pid));
	assert_non_null(strstr(error, "does not answer"));
	fd = runtime_listen(&rt, RUNTIME_CONTROL, error);
	assert_int_equal(runtime_open(&second, "web", error), -EBUSY);
	assert_non_null(strstr(error, "reprise stop web"));
	close(fd);
	assert_int_equal(runtime_open(&second, "db", error), 0);
	assert_string_equal(listed(), "db web ");
	runtime_remove(&second);
	runtime_remove(&rt);
	assert_string_equal(listed(), "");
}

/* What QEMU does for the shim: keep the lock when it has died. */
static pid_t orphan(int *go)
{
	int ends[2], ready[2];
	pid_t pid;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0) {
		char c;

		close(ends[1]);
		close(rt.shim_fd);
		close(ready[0]);
		close(ready[1]);
		_exit(read(ends[0], &c, 1) == 0 ? 0 : 1);
	}
	close(ends[0]);
	close(ready[1]);
	assert_int_equal(read(ready[0], &(char){ 0 }, 1), 0);
	close(ready[0]);
	*go = ends[1];
	return pid;
}

static void open_beside_an_orphan_is_occupied_until_it_ends(void **state)
{
	int go, listener, fd;
	pid_t pid;

	(void)state;
	assert_int_equal(runtime_open(&rt, "web", error), 0);
	assert_false(rt.occupied);
	listener = runtime_listen(&rt, RUNTIME_QMP, error);
	assert_int_equal(write(rt.qmp_log, "x", 1), 1);
	pid = orphan(&go);
	runtime_close(&rt); /* the shim dies and clears nothing away */
	assert_string_equal(listed(), "web ");
	assert_int_equal(runtime_dial("web", RUNTIME_CONTROL, error),
			 -ECONNREFUSED);
	assert_non_null(strstr(error, "without a shim"));

	assert_int_equal(runtime_open(&rt, "web", error), 0);
	assert_true(rt.occupied);
	assert_int_equal(runtime_claim(&rt), -EAGAIN);
	fd = runtime_connect(&rt, RUNTIME_QMP); /* nothing was touched */
	assert_true(fd >= 0);
	assert_int_equal(lseek(rt.qmp_log, 0, SEEK_END), 1);
	close(go);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_string_equal(listed(), "web "); /* there is a shim again */
	assert_int_equal(runtime_claim(&rt), 0);
	assert_false(rt.occupied);
	close(fd);
	close(listener);
	runtime_remove(&rt);
	assert_string_equal(listed(), "");
}

static void open_beside_an_adopter_is_ebusy(void **state)
{
	struct runtime second;
	int go;
	pid_t pid;

	(void)state;
	assert_int_equal(runtime_open(&rt, "web", error), 0);
	pid = orphan(&go);
	runtime_close(&rt);
	assert_int_equal(runtime_open(&rt, "web", error), 0);
	assert_int_equal(runtime_open(&second, "web", error), -EBUSY);
	runtime_close(&rt);
	close(go);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_string_equal(listed(), ""); /* the file alone means nothing */
	assert_int_equal(runtime_open(&rt, "web", error), 0);
	assert_false(rt.occupied);
	runtime_remove(&rt);
}

static void listen_again_replaces_the_socket(void **state)
{
	int old, new, client;

	(void)state;
	assert_int_equal(runtime_open(&rt, "web", error), 0);
	old = runtime_listen(&rt, RUNTIME_QMP, error);
	close(old);
	assert_int_equal(runtime_connect(&rt, RUNTIME_QMP), -ECONNREFUSED);
	new = runtime_listen(&rt, RUNTIME_QMP, error);
	client = runtime_connect(&rt, RUNTIME_QMP);
	assert_true(client >= 0);
	assert_true(fcntl(client, F_GETFL) & O_NONBLOCK);
	close(client);
	close(new);
	runtime_remove(&rt);
}

static void dial_tells_dead_from_deaf(void **state)
{
	int fd;

	(void)state;
	assert_int_equal(runtime_dial("web", RUNTIME_CONTROL, error), -ENOENT);
	assert_non_null(strstr(error, "web is not running"));
	assert_int_equal(runtime_dial("../x", RUNTIME_CONTROL, error), -EINVAL);
	assert_int_equal(runtime_open(&rt, "web", error), 0);
	assert_int_equal(runtime_dial("web", RUNTIME_CONTROL, error), -ENOENT);
	assert_non_null(strstr(error, "web runs, but"));
	fd = runtime_listen(&rt, RUNTIME_CONTROL, error);
	assert_true(close(runtime_dial("web", RUNTIME_CONTROL, error)) == 0);
	close(fd);
	runtime_remove(&rt);
}

/* A stopped shim: its backlog is full, and nobody may wait for room in it. */
static void dial_full_backlog_is_eagain_at_once(void **state)
{
	int waiting[256], n = 0, listener;

	(void)state;
	assert_int_equal(runtime_open(&rt, "web", error), 0);
	listener = runtime_listen(&rt, RUNTIME_CONTROL, error);
	alarm(60);
	do
		waiting[n] = runtime_dial("web", RUNTIME_CONTROL, error);
	while (waiting[n] >= 0 && ++n < 256);
	alarm(0);
	assert_in_range(n, 1, 255);
	assert_int_equal(waiting[n], -EAGAIN);
	assert_non_null(strstr(error, "web runs, but"));
	assert_int_equal(fcntl(waiting[0], F_GETFL) & O_NONBLOCK, 0);
	while (n)
		close(waiting[--n]);
	close(listener);
	runtime_remove(&rt);
}

/* The directory may be another user's, who has put there what he likes. */
static void list_fifo_as_lock_does_not_wait(void **state)
{
	char path[SCRATCH_PATH];

	(void)state;
	assert_int_equal(runtime_open(&rt, "web", error), 0);
	scratch_path(&scratch, "run/trap", path);
	assert_int_equal(mkdir(path, 0700), 0);
	scratch_path(&scratch, "run/trap/lock", path);
	assert_int_equal(mkfifo(path, 0600), 0);
	alarm(60);
	assert_string_equal(listed(), "web ");
	alarm(0);
	runtime_remove(&rt);
}

static void await_end_returns_when_all_is_removed(void **state)
{
	int go[2], fd;
	pid_t pid;

	(void)state;
	assert_int_equal(runtime_watch_end("web", error), -ENOENT);
	assert_int_equal(pipe2(go, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0) { /* the shim */
		char c = 0;

		if (runtime_open(&rt, "web", error) < 0 ||
		    write(go[1], &c, 1) != 1 || raise(SIGSTOP) != 0)
			_exit(1);
		runtime_remove(&rt);
		_exit(0);
	}
	assert_int_equal(read(go[0], &(char){ 0 }, 1), 1);
	assert_int_equal(waitpid(pid, NULL, WUNTRACED), pid);
	fd = runtime_watch_end("web", error);
	assert_true(fd >= 0);
	assert_int_equal(kill(pid, SIGCONT), 0);
	assert_int_equal(runtime_await_end(fd, "web", 60000, error), 0);
	assert_false(exists("run/web"));
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	close(go[0]);
	close(go[1]);
}

/* The shim has gone, its QEMU stays: somebody waits, but not for ever. */
static void await_end_of_a_qemu_that_stays_is_etimedout(void **state)
{
	int go, fd;
	pid_t pid;

	(void)state;
	assert_int_equal(runtime_open(&rt, "web", error), 0);
	fd = runtime_watch_end("web", error);
	assert_true(fd >= 0);
	assert_int_equal(runtime_await_end(fd, "web", 20, error), -ETIMEDOUT);
	assert_non_null(strstr(error, "its shim has not"));
	pid = orphan(&go);
	runtime_close(&rt);
	fd = runtime_watch_end("web", error);
	assert_true(fd >= 0);
	assert_int_equal(runtime_await_end(fd, "web", 20, error), -ETIMEDOUT);
	assert_non_null(strstr(error, "reprise release web"));
	assert_int_equal(fcntl(fd, F_GETFD), -1); /* is closed */
	close(go);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(runtime_open(&rt, "web", error), 0);
	runtime_remove(&rt);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(open_makes_private_directory_with_pid),
		cmocka_unit_test(remove_leaves_nothing),
		cmocka_unit_test(open_second_run_is_ebusy_and_says_who),
		cmocka_unit_test(
			open_beside_an_orphan_is_occupied_until_it_ends),
		cmocka_unit_test(open_beside_an_adopter_is_ebusy),
		cmocka_unit_test(listen_again_replaces_the_socket),
		cmocka_unit_test(dial_tells_dead_from_deaf),
		cmocka_unit_test(dial_full_backlog_is_eagain_at_once),
		cmocka_unit_test(list_fifo_as_lock_does_not_wait),
		cmocka_unit_test(await_end_returns_when_all_is_removed),
		cmocka_unit_test(await_end_of_a_qemu_that_stays_is_etimedout),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
