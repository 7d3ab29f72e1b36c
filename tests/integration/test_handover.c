// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/test_handover.c - another program in charge of a guest
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/integration/orphan.h"

static ino_t program_of(pid_t pid)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d/exe", (int)pid);
	assert_int_equal(stat(path, &st), 0);
	return st.st_ino;
}

static void copy_program(const char *to)
{
	char tmp[280];
	const char *const argv[] = { "/bin/cp", rig_program(), tmp, NULL };
	struct child c;

	snprintf(tmp, sizeof(tmp), "%s.new", to);
	assert_int_equal(child_start(&c, argv, -1), 0);
	assert_true(child_await_end(&c));
	assert_int_equal(c.code, 0);
	child_close(&c);
	assert_int_equal(rename(tmp, to), 0);
}

/* What the console has said so far; to be closed by the caller. */
static void replay(struct rig *r, struct child *c)
{
	rig_verb(r, c,
		 (const char *const[]){ "console", "guest", "--replay", NULL });
	assert_int_equal(c->code, 0);
}

/* A package was upgraded: the same path, another file. */
static void handover_changes_the_program_and_nothing_else(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;
	char program[256];
	struct child said, says;
	struct guest g;
	ino_t before;

	snprintf(program, sizeof(program), "%s/reprise", r->dir);
	copy_program(program);
	rig_run_program(r, program, rig_image(b->arch, "guest"), "guest");
	rig_await_ready(r);
	g = orphan_note(r);
	before = program_of(r->shim.pid);
	replay(r, &said);
	copy_program(program);
	RIG_DO(r, "handover", "guest");
	rig_await_ready(r);
	assert_true(program_of(r->shim.pid) != before);
	orphan_assert_same(r, &g);
	orphan_assert_up(r, &g);
	replay(r, &says);
	assert_true(said.len[CHILD_OUT] > 0);
	/* its last line may not have been at its end yet */
	assert_memory_equal(says.text[CHILD_OUT], said.text[CHILD_OUT],
			    said.len[CHILD_OUT] - 1);
	child_close(&said);
	child_close(&says);
	assert_string_equal(rig_word(r, "state"), "serving");
	RIG_DO(r, "reboot", "guest", "--wait");
	assert_string_equal(rig_last(r, "strategy"), "in place");
	/* it is our child still: its end is seen */
	kill(g.qemu, SIGKILL);
	rig_await_said(r, "QEMU killed");
	while (rig_number(r, "generation") != 2)
		rig_await_ready(r);
	orphan_await_state(r, "serving");
	orphan_stop(r);
}

/* No program to become, or one that refuses: nothing has happened. */
static void handover_to_what_does_not_run_is_refused(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;
	char program[256];
	struct child c;
	struct guest g;

	snprintf(program, sizeof(program), "%s/reprise", r->dir);
	copy_program(program);
	rig_run_program(r, program, rig_image(b->arch, "guest"), "guest");
	rig_await_ready(r);
	g = orphan_note(r);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(unlink(program), 0);
		rig_write(r, "reprise", "#!/bin/sh\necho I refuse; exit 1\n");
		if (i)
			assert_int_equal(chmod(program, 0700), 0);
		rig_verb(r, &c,
			 (const char *const[]){ "handover", "guest", NULL });
		assert_int_equal(c.code, 1);
		assert_non_null(strstr(c.text[CHILD_ERR],
				       i ? "I refuse" : "Permission denied"));
		child_close(&c);
		orphan_assert_same(r, &g);
	}
	orphan_stop(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(handover_changes_the_program_and_nothing_else),
		ON_BOTH(handover_to_what_does_not_run_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
