// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/link/test_console.c - a guest that writes, viewers that read
 *
 * An eventfd that is always ready counts the rounds of the loop: after many of
 * them all that was ready has been dealt with. alarm() is the deadline.
 */
#include "host/link/console.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "host/link/peer.h"
#include "host/link/ring.h"
#include "host/loop.h"

enum { DEADLINE_S = 60, RING = 65536, ROUNDS = 64 };

static struct loop loop;
static struct console *console;
static struct sockaddr_un address;
static int guest; /* the end that QEMU has */
static int bell, bell_slot, rounds;

static void on_bell(void *ctx, uint32_t events)
{
	(void)ctx;
	(void)events;
	if (--rounds == 0)
		loop_stop(&loop);
}

/* Let everything that is ready be dealt with, many times over. */
static void turn(void)
{
	rounds = ROUNDS;
	assert_int_equal(loop_run(&loop), 0);
}

static void attach(void)
{
	int pair[2];

	assert_int_equal(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	guest = pair[0];
	assert_int_equal(console_attach(console, pair[1]), 0);
}

static int set_up(void **state)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	(void)state;
	alarm(DEADLINE_S);
	address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	snprintf(address.sun_path + 1, sizeof(address.sun_path) - 1,
		 "reprise-test-%d", (int)getpid());
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)),
			 0);
	assert_int_equal(listen(fd, 16), 0);
	assert_int_equal(loop_init(&loop), 0);
	bell = eventfd(1, EFD_NONBLOCK); /* ready in every round */
	bell_slot = loop_add(&loop, bell, EPOLLIN, on_bell, NULL);
	assert_int_equal(console_open(&console, &loop, fd), 0);
	attach();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	console_close(console);
	loop_close(&loop);
	close(bell);
	close(guest);
	return 0;
}

static int view(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	assert_int_equal(
		connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	turn();
	return fd;
}

/* The guest writes all of it, while the loop turns. */
static void guest_says(const char *text, size_t len)
{
	while (len) {
		ssize_t n = send(guest, text, len, MSG_NOSIGNAL);

		if (n > 0) {
			text += n;
			len -= (size_t)n;
		}
		turn();
	}
}

static void assert_reads(int fd, const char *wanted)
{
	char got[256];
	ssize_t n = recv(fd, got, sizeof(got) - 1, 0);

	assert_true(n >= 0);
	got[n] = '\0';
	assert_string_equal(got, wanted);
}

static void viewer_gets_backlog_then_live(void **state)
{
	int fd;

	(void)state;
	guest_says("early ", 6);
	fd = view();
	assert_reads(fd, "early ");
	guest_says("late", 4);
	assert_reads(fd, "late");
	close(fd);
}

static void viewers_input_reaches_the_guest(void **state)
{
	int one = view(), two = view();

	(void)state;
	assert_int_equal(send(one, "ls\n", 3, 0), 3);
	turn();
	assert_reads(guest, "ls\n");
	assert_int_equal(send(two, "id\n", 3, 0), 3);
	turn();
	assert_reads(guest, "id\n");
	close(one);
	close(two);
}

static void backlog_spans_generations(void **state)
{
	int fd;

	(void)state;
	guest_says("one ", 4);
	assert_int_equal(send(guest, "last words ", 11, 0), 11);
	close(guest);
	console_detach(console);
	attach();
	guest_says("two", 3);
	fd = view();
	assert_reads(fd, "one last words two");
	close(fd);
}

/* As after an exec. */
static void backlog_kept_is_recalled_by_another(void **state)
{
	int fd;

	(void)state;
	guest_says("one ", 4);
	assert_int_equal(send(guest, "unread ", 7, 0), 7);
	fd = console_keep(console);
	assert_true(fd >= 0);
	tear_down(state);
	set_up(state);
	console_recall(console, fd);
	assert_int_equal(fcntl(fd, F_GETFD), -1); /* taken over */
	guest_says("two", 3);
	fd = view();
	assert_reads(fd, "one unread two");
	close(fd);
}

static void backlog_of_another_kind_is_left_out(void **state)
{
	int fd[2], viewer;

	(void)state;
	for (int i = 0; i < 2; i++) {
		guest_says("one ", 4);
		fd[i] = console_keep(console);
	}
	assert_int_equal(ftruncate(fd[0], 4096), 0);
	assert_int_equal(pwrite(fd[1], "x", 1, 0), 1);
	tear_down(state);
	set_up(state);
	console_recall(console, fd[0]);
	console_recall(console, fd[1]);
	guest_says("two", 3);
	viewer = view();
	assert_reads(viewer, "two");
	close(viewer);
}

static void input_without_a_guest_is_lost(void **state)
{
	int fd = view();

	(void)state;
	console_detach(console);
	assert_int_equal(send(fd, "x", 1, 0), 1);
	turn();
	close(guest);
	attach();
	turn();
	assert_int_equal(recv(guest, &(char){ 0 }, 1, 0), -1);
	assert_int_equal(errno, EAGAIN);
	close(fd);
}

/* @first: of the last @lines lines; NULL: there is none */
static void assert_tail(unsigned int lines, const char *first)
{
	json_t *list = console_tail(console, lines);
	const char *text = json_string_value(json_array_get(list, 0));

	if (first)
		assert_string_equal(text, first);
	else
		assert_null(text);
	json_decref(list);
}

static void guest_that_hangs_up_is_forgotten(void **state)
{
	(void)state;
	close(guest);
	turn();
	attach();
	guest_says("again", 5);
	assert_tail(1, "again");
}

/* A viewer that does not read loses what falls out of the ring; what it then
 * gets ends with the newest. */
static void slow_viewer_loses_bytes_and_blocks_nobody(void **state)
{
	static char flood[4 * 1024 * 1024], got[sizeof(flood)];
	int slow = view(), quick = view();
	size_t len = 0, seen = 0;
	ssize_t n;

	(void)state;
	for (size_t i = 0; i < sizeof(flood); i++)
		flood[i] = (char)('a' + i % 26);
	while (len < sizeof(flood)) {
		n = send(guest, flood + len,
			 sizeof(flood) - len > 16384 ? 16384
						     : sizeof(flood) - len,
			 MSG_NOSIGNAL);
		len += n > 0 ? (size_t)n : 0;
		turn();
		while ((n = recv(quick, got + seen, sizeof(got) - seen, 0)) > 0)
			seen += (size_t)n;
	}
	assert_int_equal(seen, sizeof(flood));
	assert_memory_equal(got, flood, sizeof(flood));
	for (seen = 0, n = 1; n > 0; turn()) {
		n = recv(slow, got + seen, sizeof(got) - seen, 0);
		seen += n > 0 ? (size_t)n : 0;
	}
	assert_true(seen < sizeof(flood));
	assert_true(seen >= RING);
	assert_memory_equal(got + seen - RING, flood + sizeof(flood) - RING,
			    RING);
	close(slow);
	close(quick);
}

static void tail_is_the_last_lines(void **state)
{
	static const char said[] = "first\nlo\xff\xc3\xa4ng\r\nlast";

	(void)state;
	assert_tail(3, NULL);
	guest_says(said, strlen(said));
	assert_tail(1, "last");
	assert_tail(2, "lo\xef\xbf\xbd\xc3\xa4ng");
	assert_tail(9, "first");
}

static void tail_has_of_a_long_line_the_beginning(void **state)
{
	static char said[3 * CONSOLE_TAIL_BYTES];
	json_t *list;

	(void)state;
	memset(said, 'x', sizeof(said) - 1);
	said[sizeof(said) - 1] = '\n';
	guest_says(said, sizeof(said));
	list = console_tail(console, 5);
	assert_int_equal(json_array_size(list), 1);
	assert_int_equal(json_string_length(json_array_get(list, 0)),
			 CONSOLE_TAIL_BYTES);
	json_decref(list);
}

/* Whatever the guest writes: each answer fits a peer, and all of it comes. */
static void lines_of_a_full_ring_come_in_answers_that_fit(void **state)
{
	static char said[RING_BYTES];
	uint64_t position = 0;
	json_int_t end = -1, next = 0;
	json_t *answer;
	int answers = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(said); i++)
		said[i] = (char)(i % 200 ? 1 : '\n');
	guest_says(said, sizeof(said));
	for (; next != end; answers++) {
		answer = console_lines(console, position);
		assert_int_equal(json_unpack(answer, "{s:I, s:I}", "next",
					     &next, "end", &end),
				 0);
		assert_true(json_dumpb(answer, NULL, 0, JSON_COMPACT) <
			    PEER_BYTES - 200);
		assert_true((uint64_t)next > position);
		position = (uint64_t)next;
		json_decref(answer);
	}
	assert_int_equal(end, sizeof(said));
	assert_true(answers > 1);
	answer = console_lines(console, UINT64_MAX);
	assert_int_equal(json_array_size(json_object_get(answer, "lines")), 0);
	json_decref(answer);
}

static void fifth_viewer_is_turned_away_with_a_word(void **state)
{
	int fd[5];

	(void)state;
	for (int i = 0; i < 5; i++)
		fd[i] = view();
	assert_int_equal(recv(fd[3], &(char){ 0 }, 1, 0), -1);
	assert_reads(fd[4], CONSOLE_FULL);
	assert_int_equal(recv(fd[4], &(char){ 0 }, 1, 0), 0);
	close(fd[0]);
	turn();
	close(fd[4]);
	fd[4] = view();
	guest_says("x", 1);
	for (int i = 1; i < 5; i++) {
		assert_reads(fd[i], "x");
		close(fd[i]);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(viewer_gets_backlog_then_live),
		TEST(viewers_input_reaches_the_guest),
		TEST(backlog_spans_generations),
		TEST(backlog_kept_is_recalled_by_another),
		TEST(backlog_of_another_kind_is_left_out),
		TEST(input_without_a_guest_is_lost),
		TEST(guest_that_hangs_up_is_forgotten),
		TEST(slow_viewer_loses_bytes_and_blocks_nobody),
		TEST(tail_is_the_last_lines),
		TEST(tail_has_of_a_long_line_the_beginning),
		TEST(lines_of_a_full_ring_come_in_answers_that_fit),
		TEST(fifth_viewer_is_turned_away_with_a_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
