// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/test_tap.c - a guest on a bridge of this machine
 *
 * In a network of our own: a bridge br0 with 192.168.7.1, and the guest beside
 * it with 192.168.7.2. Skipped where nobody may have one.
 */
#include "tests/integration/both.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/sockios.h>

#include "tests/integration/http.h"

enum { DISK_BYTES = 16 << 20 };

#define LINK "rp-under-test"
#define LINES                                                                  \
	"[network]\nmode = tap\nbridge = br0\n"                                \
	"[storage]\ndisk = data-1 one.img\n"                                   \
	"[guest]\nparameter = link = eth0 address 192.168.7.2/24\n"

static bool have_network;

static bool make_bridge(void)
{
	struct ifreq ifr = { .ifr_name = "br0" };
	struct sockaddr_in *sin = (struct sockaddr_in *)&ifr.ifr_addr;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool ok;

	sin->sin_family = AF_INET;
	sin->sin_addr.s_addr = inet_addr("192.168.7.1");
	ok = ioctl(fd, SIOCBRADDBR, "br0") == 0 &&
	     ioctl(fd, SIOCSIFADDR, &ifr) == 0;
	ifr.ifr_flags = IFF_UP | IFF_RUNNING;
	ok = ok && ioctl(fd, SIOCSIFFLAGS, &ifr) == 0;
	close(fd);
	return ok;
}

static int enter_network(void **state)
{
	(void)state;
	have_network = access("/dev/net/tun", R_OK | W_OK) == 0 &&
		       unshare(CLONE_NEWNET) == 0 && make_bridge();
	return 0;
}

static void start(struct both *b)
{
	struct rig *r = &b->rig;
	const char *disk = rig_write(r, "one.img", "");

	assert_int_equal(truncate(disk, DISK_BYTES), 0);
	rig_run_file(r, rig_image(b->arch, "devices"), LINES);
	rig_await_ready(r);
}

static void assert_page(struct rig *r, const char *page, const char *part)
{
	char text[4096] = "";

	if (http_get_from("192.168.7.2", 80, page, text, sizeof(text),
			  child_deadline()) <= 0 ||
	    !strstr(text, part))
		rig_fail(r, text[0] ? text : "the guest served no page");
}

static void guest_on_a_bridge_is_reached_over_restarts(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;
	unsigned int index;

	if (!have_network)
		skip();
	start(b);
	index = if_nametoindex(LINK);
	assert_true(index > 0);
	assert_page(r, "/cgi-bin/do?write", "\r\n\r\n1\n");
	RIG_DO(r, "reboot", r->name, "--in-place", "--wait");
	rig_await_ready(r);
	assert_page(r, "/cgi-bin/do?write", "\r\n\r\n2\n");
	RIG_DO(r, "reboot", r->name, "--full", "--wait");
	rig_await_ready(r);
	assert_int_equal(rig_number(r, "generation"), 2);
	assert_page(r, "/cgi-bin/do?write", "\r\n\r\n3\n");
	assert_int_equal(if_nametoindex(LINK), index); /* the bridge's port */
	RIG_DO(r, "stop", r->name);
	rig_assert_end(r, 0);
	rig_assert_nothing_left(r);
	assert_int_equal(if_nametoindex(LINK), 0);
}

/* One sentence, and nothing was started. */
static void bridge_that_is_not_there_is_refused(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;
	const char *disk = rig_write(r, "one.img", "");

	assert_int_equal(truncate(disk, DISK_BYTES), 0);
	rig_run_file(r, rig_image(b->arch, "devices"),
		     "[network]\nmode = tap\nbridge = nowhere\n");
	rig_assert_end(r, 1);
	rig_await_said(r, "under-test.conf:5: bridge nowhere: this machine has "
			  "no such link");
	rig_assert_nothing_left(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(guest_on_a_bridge_is_reached_over_restarts),
		ON_ONE(bridge_that_is_not_there_is_refused, x86_64),
	};

	return cmocka_run_group_tests(tests, enter_network, NULL);
}
