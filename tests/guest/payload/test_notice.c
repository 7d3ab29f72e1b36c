// SPDX-License-Identifier: Apache-2.0
/*
 * tests/guest/payload/test_notice.c - datagrams as sd_notify(3) sends them
 */
#include "guest/payload/notice.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "guest/file/file.h"
#include "tests/guest/tree.h"

static struct sockaddr_un address;

static int listen_in(const char *root)
{
	int fd;

	address.sun_family = AF_UNIX;
	snprintf(address.sun_path, sizeof(address.sun_path), "%.64s/notify",
		 root);
	fd = notice_open(address.sun_path);
	assert_true(fd >= 0);
	return fd;
}

/* With a descriptor sent along, if @passed is one. */
static void send_as(const char *text, size_t len, int passed)
{
	union {
		struct cmsghdr head;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = { .bytes = { 0 } };
	char copy[4096];
	struct iovec bytes = { copy, len };
	struct msghdr m = { .msg_name = &address,
			    .msg_namelen = sizeof(address),
			    .msg_iov = &bytes,
			    .msg_iovlen = 1 };
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	memcpy(copy, text, len);
	if (passed >= 0) {
		m.msg_control = &control;
		m.msg_controllen = sizeof(control);
		control.head.cmsg_len = CMSG_LEN(sizeof(int));
		control.head.cmsg_level = SOL_SOCKET;
		control.head.cmsg_type = SCM_RIGHTS;
		memcpy(CMSG_DATA(&control.head), &passed, sizeof(int));
	}
	assert_int_equal(sendmsg(fd, &m, 0), len);
	close(fd);
}

static void notice_is_read_whole_though_its_sender_is_gone(void **state)
{
	int fd = listen_in(*state);
	struct notice n;
	pid_t pid;

	assert_int_equal(notice_read(fd, &n), 0);
	pid = fork();
	if (pid == 0) {
		send_as("READY=1", 7, -1);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(notice_read(fd, &n), 1);
	assert_int_equal(n.len, 7);
	assert_memory_equal(n.text, "READY=1", 7);
	assert_int_equal(notice_read(fd, &n), 0);
	close(fd);
}

static void notice_that_is_too_long_is_dropped_whole(void **state)
{
	char text[NOTIFY_BYTES_MAX + 1];
	int fd = listen_in(*state);
	struct notice n;

	memset(text, 'x', sizeof(text));
	send_as(text, sizeof(text), -1);
	send_as(text, sizeof(text) - 1, -1);
	assert_int_equal(notice_read(fd, &n), -EMSGSIZE);
	assert_int_equal(notice_read(fd, &n), 1);
	assert_int_equal(n.len, NOTIFY_BYTES_MAX);
	close(fd);
}

static int count_one(void *ctx, const char *name)
{
	int *count = ctx;

	(void)name;
	++*count;
	return 0;
}

static int open_descriptors(void)
{
	int count = 0;

	assert_int_equal(dir_each("/proc/self/fd", count_one, &count), 0);
	return count;
}

static void notice_with_a_descriptor_leaves_none_behind(void **state)
{
	int fd = listen_in(*state);
	int before = open_descriptors();
	struct notice n;

	for (int i = 0; i < 10; i++) {
		send_as("FDSTORE=1", 9, STDIN_FILENO);
		assert_int_equal(notice_read(fd, &n), 1);
	}
	assert_int_equal(open_descriptors(), before);
	close(fd);
}

static void notice_may_be_sent_by_any_user(void **state)
{
	int fd = listen_in(*state);
	struct stat st;

	assert_int_equal(stat(address.sun_path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0666);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			notice_is_read_whole_though_its_sender_is_gone,
			tree_setup, tree_teardown),
		cmocka_unit_test_setup_teardown(
			notice_that_is_too_long_is_dropped_whole, tree_setup,
			tree_teardown),
		cmocka_unit_test_setup_teardown(
			notice_with_a_descriptor_leaves_none_behind, tree_setup,
			tree_teardown),
		cmocka_unit_test_setup_teardown(notice_may_be_sent_by_any_user,
						tree_setup, tree_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
