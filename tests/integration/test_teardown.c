// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/test_teardown.c - the memory comes back after QEMU's end
 *
 * Theory of operation: a guest whose memory is all there, in 4 KiB pages (the
 * kernel takes a tenth of a second to free them), is ended on each path that
 * there is. When QEMU has ended its helper must live still, for it is the
 * helper whose end frees the memory: killed before QEMU it would have gone
 * first, and QEMU's end would have waited for all of it. Killed together with
 * it, it mostly would. That such an end is recognised is tested by making it.
 */
#include "tests/integration/both.h"

#include <signal.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "host/memory/host.h"
#include "host/qemu/proc.h"
#include "host/qemu/process.h"

#define MIB "1024"
enum { RESIDENT = 1024 << 20 };

static const char lines[] = "memory = " MIB " MiB\n"
			    "[network]\nforward = 80\n"
			    "[restart]\npolicy = never\n"
			    "[unsupported]\nqemu-argument = -mem-prealloc\n";

static struct process qemu = PROCESS_NONE;
static int ends = -1;
static struct child verb;

static int close_all(void **state)
{
	close(ends);
	ends = -1;
	process_close(&qemu);
	child_close(&verb);
	return both_close(state);
}

static void watch_end(int pidfd)
{
	struct epoll_event e = { .events = EPOLLIN, .data.fd = pidfd };

	assert_int_equal(epoll_ctl(ends, EPOLL_CTL_ADD, pidfd, &e), 0);
}

static void start(struct both *b)
{
	static char here[] = "";
	struct rig *r = &b->rig;
	pid_t pid;

	rig_run_file(r, rig_image(b->arch, "guest"), lines);
	rig_await_ready(r);
	pid = (pid_t)rig_number(r, "pid");
	assert_int_equal(process_adopt(&qemu, pid, proc_start(pid)), 0);
	assert_int_equal(process_find_helper(&qemu, ""), 0);
	assert_true(host_resident(here, qemu.helper) > RESIDENT);
	ends = epoll_create1(EPOLL_CLOEXEC);
	watch_end(qemu.pidfd);
	watch_end(qemu.helper_pidfd);
}

/* `reprise stop`, whose end is not waited for. */
static void begin_stop(const char *how)
{
	const char *const argv[] = { rig_program(), "stop", "under-test", how,
				     NULL };

	assert_int_equal(child_start(&verb, argv, -1), 0);
}

/*
 * Return: QEMU ended before its helper. The first that epoll gives is the
 * first that ended, however late this is asked (fs/eventpoll.c: what becomes
 * ready goes to the end of the list); poll() would tell a busy machine's test
 * of both at once.
 */
static bool memory_follows(void)
{
	struct epoll_event first;

	assert_int_equal(epoll_wait(ends, &first, 1, CHILD_DEADLINE_MS), 1);
	return first.data.fd == qemu.pidfd;
}

static void end_of_it(struct rig *r)
{
	assert_true(memory_follows());
	if (verb.pid)
		assert_true(child_await_end(&verb));
	child_close(&verb);
	rig_await_end(r);
	rig_assert_nothing_left(r);
}

static void stop_gives_memory_back_after_qemu(void **state)
{
	struct both *b = *state;

	start(b);
	begin_stop(NULL);
	end_of_it(&b->rig);
}

static void stop_now_gives_memory_back_after_qemu(void **state)
{
	struct both *b = *state;

	start(b);
	begin_stop("--now");
	end_of_it(&b->rig);
}

static void sigterm_gives_memory_back_after_qemu(void **state)
{
	struct both *b = *state;

	start(b);
	assert_int_equal(process_signal(&qemu, SIGTERM), 0);
	end_of_it(&b->rig);
}

static void sigkill_gives_memory_back_after_qemu(void **state)
{
	struct both *b = *state;

	start(b);
	assert_int_equal(process_signal(&qemu, SIGKILL), 0);
	end_of_it(&b->rig);
}

static void poweroff_gives_memory_back_after_qemu(void **state)
{
	struct both *b = *state;

	start(b);
	rig_poke(&b->rig, "/cgi-bin/do?poweroff");
	end_of_it(&b->rig);
}

static void reset_in_the_gate_gives_memory_back_after_qemu(void **state)
{
	struct both *b = *state;

	start(b);
	rig_poke(&b->rig, "/cgi-bin/do?reset");
	end_of_it(&b->rig);
}

/* Waited for, since of two that are killed at once either may end first. */
static void helper_killed_first_is_seen(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;

	start(b);
	process_nudge_helper(&qemu);
	assert_true(child_await_text(&r->shim, CHILD_ERR,
				     "the teardown helper has ended before"));
	assert_int_equal(process_signal(&qemu, SIGKILL), 0);
	assert_false(memory_follows());
	rig_await_end(r);
	rig_assert_nothing_left(r);
}

#define CLOSED(test, which)                                                    \
	{                                                                      \
#test "@" #which, test, both_open, close_all, &both_##which    \
	}
#define ENDS(test) CLOSED(test, x86_64), CLOSED(test, s390x)
#define NEXT_ENDS(test)                                                        \
	NEXT_CLOSED(test, x86_64, close_all),                                  \
		NEXT_CLOSED(test, s390x, close_all)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ENDS(stop_gives_memory_back_after_qemu),
		NEXT_ENDS(stop_gives_memory_back_after_qemu),
		ENDS(stop_now_gives_memory_back_after_qemu),
		ENDS(sigterm_gives_memory_back_after_qemu),
		ENDS(sigkill_gives_memory_back_after_qemu),
		NEXT_ENDS(sigkill_gives_memory_back_after_qemu),
		ENDS(poweroff_gives_memory_back_after_qemu),
		ENDS(reset_in_the_gate_gives_memory_back_after_qemu),
		CLOSED(helper_killed_first_is_seen, x86_64),
	};

	prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
