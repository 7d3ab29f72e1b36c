// SPDX-License-Identifier: Apache-2.0
/*
 * tests/guest/port/test_port.c - the port, with a socket pair for the host
 */
#include "guest/port/port.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "guest/port/find.h"
#include "tests/guest/tree.h"

static const char agent[] = "org.reprise.agent";

static void port_find_takes_the_one_with_the_name(void **state)
{
	char device[PORT_DEVICE_MAX];

	tree_file(*state, "/sys/class/virtio-ports/vport0p1/name",
		  "org.qemu.guest_agent.0\n");
	tree_file(*state, "/sys/class/virtio-ports/vport1p2/name",
		  "org.reprise.agent\n");
	assert_int_equal(port_find(*state, agent, device), 0);
	assert_string_equal(device, "vport1p2");
}

static void port_find_before_the_name_appears_is_enoent(void **state)
{
	char device[PORT_DEVICE_MAX];

	assert_int_equal(port_find(*state, agent, device), -ENOENT);
	tree_folder(*state, "/sys/class/virtio-ports/vport0p1/");
	assert_int_equal(port_find(*state, agent, device), -ENOENT);
	tree_file(*state, "/sys/class/virtio-ports/vport0p1/name",
		  "org.reprise.agent.not\n");
	assert_int_equal(port_find(*state, agent, device), -ENOENT);
}

/* A port whose host is the returned descriptor. */
static int port_with_host(struct port *p)
{
	int ends[2], small = 1;

	assert_int_equal(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
	setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
	port_init(p);
	p->fd = ends[0];
	assert_int_equal(port_changed(p, false), PORT_LINKED);
	return ends[1];
}

static void port_without_a_host_takes_nothing(void **state)
{
	struct port p;

	(void)state;
	port_init(&p);
	assert_int_equal(port_send(&p, (const uint8_t *)"x", 1), -ENOTCONN);
	assert_int_equal(p.out_len, 0);
}

/* The host does not read, then does: whole frames, in order, none cut. */
static void port_of_a_slow_host_keeps_whole_frames(void **state)
{
	uint8_t frame[100], got[100];
	unsigned int sent = 0, read_back = 0;
	struct port p;
	int host = port_with_host(&p);

	(void)state;
	for (;;) {
		memset(frame, (int)sent, sizeof(frame));
		if (port_send(&p, frame, sizeof(frame)) < 0)
			break;
		sent++;
	}
	assert_true(sent > PORT_QUEUE / sizeof(frame));
	while (read(host, got, sizeof(got)) == sizeof(got)) {
		memset(frame, (int)read_back, sizeof(frame));
		assert_memory_equal(got, frame, sizeof(frame));
		read_back++;
		port_flush(&p);
	}
	assert_int_equal(read_back, sent);
	assert_int_equal(p.out_len, 0);
	close(host);
	close(p.fd);
}

static void port_whose_host_left_forgets_both_directions(void **state)
{
	uint8_t frame[512] = { 0 };
	struct port p;
	int host = port_with_host(&p);

	(void)state;
	while (port_send(&p, frame, sizeof(frame)) == 0)
		;
	assert_int_equal(write(host, "RPR1", 4), 4);
	assert_int_equal(port_read(&p), 4);
	assert_int_equal(port_changed(&p, true), PORT_UNLINKED);
	assert_int_equal(port_changed(&p, true), PORT_SAME);
	assert_int_equal(p.out_len, 0);
	assert_int_equal(p.in.len, 0);
	assert_int_equal(port_send(&p, frame, 1), -ENOTCONN);
	assert_int_equal(port_changed(&p, false), PORT_LINKED); /* the next */
	assert_int_equal(port_changed(&p, false), PORT_SAME);
	close(host);
	close(p.fd);
}

static void port_read_of_nothing_is_zero(void **state)
{
	struct port p;
	int host = port_with_host(&p);

	(void)state;
	assert_int_equal(port_read(&p), 0); /* EAGAIN */
	close(host);
	assert_int_equal(port_read(&p), 0); /* end of file: no host */
	close(p.fd);
}

static void port_that_is_absent_is_looked_for_ever_less_often(void **state)
{
	struct port p;
	uint32_t before = 0;

	(void)state;
	port_init(&p);
	for (int i = 0; i < 20; i++) {
		assert_true(port_open(&p) < 0);
		assert_true(p.retry_ms > before ||
			    p.retry_ms == PORT_RETRY_MAX_MS);
		before = p.retry_ms;
	}
	assert_int_equal(p.retry_ms, PORT_RETRY_MAX_MS);
}

#define TREE(test)                                                             \
	cmocka_unit_test_setup_teardown(test, tree_setup, tree_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TREE(port_find_takes_the_one_with_the_name),
		TREE(port_find_before_the_name_appears_is_enoent),
		cmocka_unit_test(port_without_a_host_takes_nothing),
		cmocka_unit_test(port_of_a_slow_host_keeps_whole_frames),
		cmocka_unit_test(port_whose_host_left_forgets_both_directions),
		cmocka_unit_test(port_read_of_nothing_is_zero),
		cmocka_unit_test(
			port_that_is_absent_is_looked_for_ever_less_often),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
