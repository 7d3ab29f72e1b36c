// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/net/test_tap.c - real taps and bridges, in a network of our own
 *
 * Those that need one are skipped where nobody may have one.
 */
#include "host/net/tap.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/if_bridge.h>
#include <linux/sockios.h>

#include <cmocka.h>

#include "host/launch/rights.h"

enum { MTU = 9000 };

static char error[SENTENCE_MAX];
static int control = -1; /* a socket for ioctls; -1: no network of our own */

/* In the place of libc's: a bridge that is removed once it was looked at. */
static bool vanishes;
static int looks;

unsigned int if_nametoindex(const char *name)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq ifr = { .ifr_ifindex = 0 };
	int r;

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	r = ioctl(fd, SIOCGIFINDEX, &ifr);
	close(fd);
	if (strcmp(name, "br0") == 0 && vanishes && looks++)
		return 0;
	return r < 0 ? 0 : (unsigned int)ifr.ifr_ifindex;
}

static int set_up(void **state)
{
	(void)state;
	if (access("/dev/net/tun", R_OK | W_OK) < 0 ||
	    unshare(CLONE_NEWNET) < 0)
		return 0;
	control = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (ioctl(control, SIOCBRADDBR, "br0") < 0) {
		close(control);
		control = -1;
	}
	return 0;
}

static void need_network(void)
{
	if (control < 0)
		skip();
}

static struct appliance on(const char *name, const char *bridge)
{
	struct appliance a = { .file = "x.conf",
			       .line = { .mode = 3, .bridge = 4 },
			       .network = NETWORK_TAP,
			       .mac = "52:54:00:0a:0b:0c" };

	snprintf(a.name, sizeof(a.name), "%s", name);
	snprintf(a.bridge, sizeof(a.bridge), "%s", bridge);
	return a;
}

static struct ifreq ask(unsigned long what, const char *link)
{
	struct ifreq ifr = { .ifr_mtu = 0 };

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", link);
	assert_int_equal(ioctl(control, what, &ifr), 0);
	return ifr;
}

/* Return: is @port one of @bridge's? */
static bool has_port(const char *bridge, const char *port)
{
	int index[16] = { 0 };
	unsigned long args[] = { BRCTL_GET_PORT_LIST, (unsigned long)index, 16,
				 0 };
	struct ifreq ifr = { .ifr_data = (char *)args };

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", bridge);
	assert_true(ioctl(control, SIOCDEVPRIVATE, &ifr) >= 0);
	for (int i = 0; i < 16; i++)
		if (index[i] && index[i] == (int)if_nametoindex(port))
			return true;
	return false;
}

static void name_of_a_short_appliance_is_its_own(void **state)
{
	char name[LINK_NAME_SIZE];

	(void)state;
	tap_name("web-1", name);
	assert_string_equal(name, "rp-web-1");
	tap_name("abcdefghijkl", name);
	assert_string_equal(name, "rp-abcdefghijkl");
}

static void name_of_a_long_appliance_tells_it_from_others(void **state)
{
	char one[LINK_NAME_SIZE], other[LINK_NAME_SIZE];

	(void)state;
	tap_name("abcdefghijklm", one);
	tap_name("abcdefghijkln", other);
	assert_int_equal(strlen(one), LINK_NAME_SIZE - 1);
	assert_int_equal(strncmp(one, "rp-abcd", 7), 0);
	assert_string_not_equal(one, other);
	tap_name("abcdefghijklm", other);
	assert_string_equal(one, other);
}

static void mac_is_one_local_station_and_always_the_same(void **state)
{
	char one[MAC_SIZE], other[MAC_SIZE];

	(void)state;
	tap_mac("0123", "web", one);
	assert_int_equal(strlen(one), MAC_SIZE - 1);
	assert_int_equal(strncmp(one, "52:", 3), 0);
	tap_mac("0123", "web", other);
	assert_string_equal(one, other);
	tap_mac("0124", "web", other);
	assert_string_not_equal(one, other);
	tap_mac("0123", "db", other);
	assert_string_not_equal(one, other);
	tap_mac("0123w", "eb", other);
	assert_string_not_equal(one, other);
}

static void missing_bridge_is_a_sentence(void **state)
{
	struct appliance a = on("web", "nowhere");

	(void)state;
	assert_int_equal(tap_check(&a, error), -ENODEV);
	assert_int_equal(strncmp(error, "x.conf:4: bridge nowhere: ", 26), 0);
	assert_non_null(strstr(error, "ip link add nowhere type bridge"));
	assert_int_equal(tap_open(&a, error), -ENODEV);
	a.network = NETWORK_USER;
	assert_int_equal(tap_check(&a, error), 0);
}

/* In a child, for rights that are given up are gone. */
static void tap_without_the_right_is_refused_before_the_start(void **state)
{
	const struct appliance a = on("web", "br0");
	int status;
	pid_t pid;

	(void)state;
	need_network();
	assert_int_equal(tap_check(&a, error), 0);
	pid = fork();
	if (pid == 0)
		_exit(rights_keep(0) < 0 || tap_check(&a, error) != -EPERM ||
		      !strstr(error, "x.conf:3: mode = tap: "));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void tap_is_up_on_its_bridge_until_it_is_closed(void **state)
{
	const struct appliance a = on("web", "br0");
	static const unsigned char mac[] = { 0xfe, 0x54, 0, 0x0a, 0x0b, 0x0c };
	int fd;

	(void)state;
	need_network();
	fd = tap_open(&a, error);
	if (fd < 0)
		fail_msg("%s", error);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	assert_true(has_port("br0", "rp-web"));
	assert_true(ask(SIOCGIFFLAGS, "rp-web").ifr_flags & IFF_UP);
	assert_memory_equal(ask(SIOCGIFHWADDR, "rp-web").ifr_hwaddr.sa_data,
			    mac, sizeof(mac));
	close(fd);
	assert_int_equal(if_nametoindex("rp-web"), 0);
}

/* A smaller port would make the bridge smaller, for all others on it. */
static void tap_has_the_mtu_of_its_bridge(void **state)
{
	const struct appliance a = on("web", "br0");
	struct ifreq ifr = { .ifr_name = "br0", .ifr_mtu = MTU };
	int fd;

	(void)state;
	need_network();
	assert_int_equal(ioctl(control, SIOCSIFMTU, &ifr), 0);
	fd = tap_open(&a, error);
	assert_true(fd >= 0);
	assert_int_equal(ask(SIOCGIFMTU, "rp-web").ifr_mtu, MTU);
	assert_int_equal(ask(SIOCGIFMTU, "br0").ifr_mtu, MTU);
	close(fd);
}

/* Whoever has it, it is not hijacked, and not lost. */
static void tap_of_somebody_else_is_left_alone(void **state)
{
	const struct appliance a = on("web", "br0");
	int fd;

	(void)state;
	need_network();
	fd = tap_open(&a, error);
	assert_true(fd >= 0);
	assert_int_equal(tap_open(&a, error), -EBUSY);
	assert_int_equal(
		strncmp(error, "x.conf:3: mode = tap: the link rp-web", 37), 0);
	assert_non_null(strstr(error, "another name"));
	assert_true(has_port("br0", "rp-web"));
	close(fd);
}

static void tap_on_what_is_no_bridge_is_refused_and_gone(void **state)
{
	const struct appliance a = on("web", "lo");

	(void)state;
	need_network();
	assert_int_equal(tap_open(&a, error), -EIO);
	assert_int_equal(strncmp(error, "x.conf:4: the link rp-web", 25), 0);
	assert_non_null(strstr(error, "bridge lo"));
	assert_int_equal(if_nametoindex("rp-web"), 0);
}

/* A port of no bridge would be a link to nowhere. */
static void bridge_that_vanishes_midway_is_refused(void **state)
{
	const struct appliance a = on("web", "br0");

	(void)state;
	need_network();
	vanishes = true;
	assert_int_equal(tap_open(&a, error), -EIO);
	vanishes = false;
	assert_int_equal(looks, 2);
	assert_int_equal(if_nametoindex("rp-web"), 0);
}

static void vhost_is_for_tap_and_kvm_alone(void **state)
{
	struct appliance a = on("web", "br0");

	(void)state;
	assert_int_equal(tap_vhost(&a), -1);
	a.accel = ACCEL_KVM;
	a.network = NETWORK_USER;
	assert_int_equal(tap_vhost(&a), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(name_of_a_short_appliance_is_its_own),
		cmocka_unit_test(name_of_a_long_appliance_tells_it_from_others),
		cmocka_unit_test(mac_is_one_local_station_and_always_the_same),
		cmocka_unit_test(missing_bridge_is_a_sentence),
		cmocka_unit_test(
			tap_without_the_right_is_refused_before_the_start),
		cmocka_unit_test(tap_is_up_on_its_bridge_until_it_is_closed),
		cmocka_unit_test(tap_has_the_mtu_of_its_bridge),
		cmocka_unit_test(tap_of_somebody_else_is_left_alone),
		cmocka_unit_test(tap_on_what_is_no_bridge_is_refused_and_gone),
		cmocka_unit_test(bridge_that_vanishes_midway_is_refused),
		cmocka_unit_test(vhost_is_for_tap_and_kvm_alone),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
