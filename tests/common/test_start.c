// SPDX-License-Identifier: Apache-2.0
/*
 * tests/common/test_start.c - the programs that ship, as they lie in memory
 *
 * Looked at by ptrace(2) in the moment of their end: then they have run, and
 * all that they had mapped is still there.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATH_SIZE = 512, MAPS_SIZE = 8192 };

/* Ends with this process, too. */
static pid_t run_until_its_end(const char *program)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0)
			execl(program, program, "--version", (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSTOPPED(status)); /* by its execve(2) */
	assert_int_equal(ptrace(PTRACE_SETOPTIONS, pid, NULL,
				PTRACE_O_EXITKILL | PTRACE_O_TRACEEXIT),
			 0);
	assert_int_equal(ptrace(PTRACE_CONT, pid, NULL, 0), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status >> 8, SIGTRAP | PTRACE_EVENT_EXIT << 8);
	return pid;
}

static void end(pid_t pid)
{
	int status;

	assert_int_equal(ptrace(PTRACE_CONT, pid, NULL, 0), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* The lines of /proc/PID/maps that are of the program's own file */
static void read_maps(pid_t pid, const char *program, char *maps)
{
	char path[PATH_SIZE], line[PATH_SIZE];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
	f = fopen(path, "re");
	assert_non_null(f);
	maps[0] = '\0';
	while (fgets(line, sizeof(line), f))
		if (strstr(line, program))
			strncat(maps, line, MAPS_SIZE - 1 - strlen(maps));
	fclose(f);
}

static void program_constants_are_read_only(void **state)
{
	char program[PATH_SIZE], maps[MAPS_SIZE];
	struct utsname u;
	pid_t pid;

	assert_int_equal(uname(&u), 0);
	snprintf(program, sizeof(program), "build/%s/%s", u.machine,
		 (const char *)*state);
	pid = run_until_its_end(program);
	read_maps(pid, program, maps);
	end(pid);
	assert_non_null(strstr(maps, " r-xp "));
	assert_non_null(strstr(maps, " r--p "));
	assert_non_null(strstr(maps, " rw-p "));
	assert_null(strstr(maps, " rwxp "));
}

int main(void)
{
	static char host[] = "reprise", guest[] = "reprise-init";
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(program_constants_are_read_only,
					  host),
		cmocka_unit_test_prestate(program_constants_are_read_only,
					  guest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
