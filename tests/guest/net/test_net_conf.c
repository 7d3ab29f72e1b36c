// SPDX-License-Identifier: Apache-2.0
#include "guest/net/net_conf.h"

#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/array.h"

static char error[CONF_ERROR_MAX];

static void link_with_everything_is_kept_flat(void **state)
{
	struct net_conf c = { .links = 0 };

	(void)state;
	assert_null(net_add_link(&c, "eth0 address 10.0.2.15/24  gateway "
				     "10.0.2.2 mtu 1400"));
	assert_null(net_add_link(&c, "52:54:00:12:34:aB address fd00::2/64 "
				     "address 192.168.7.2/16"));
	assert_int_equal(c.links, 2);
	assert_string_equal(c.link[0].name, "eth0");
	assert_int_equal(c.link[0].mtu, 1400);
	assert_string_equal(c.link[1].name, "");
	assert_int_equal(c.link[1].mac[5], 0xab);
	assert_int_equal(c.addresses, 3);
	assert_int_equal(c.address[0].link, 0);
	assert_int_equal(c.address[0].at.prefix, 24);
	assert_memory_equal(c.address[0].at.bytes, "\x0a\x00\x02\x0f", 4);
	assert_int_equal(c.address[1].at.family, AF_INET6);
	assert_int_equal(c.address[2].link, 1);
	assert_int_equal(c.routes, 1);
	assert_int_equal(c.route[0].to.prefix, 0);
	assert_int_equal(c.route[0].link, 0);
	assert_memory_equal(c.route[0].via.bytes, "\x0a\x00\x02\x02", 4);
}

static void link_of_nonsense_says_what_to_write(void **state)
{
	static const struct {
		const char *value, *part;
	} wrong[] = {
		{ "", "name or MAC first" },
		{ "a-name-of-17-byte", "name or MAC first" },
		{ "../etc", "name or MAC first" },
		{ "52:54:00:12:34:5g", "name or MAC first" },
		{ "eth0 address", "has no value" },
		{ "eth0 address 10.0.2.15", "its prefix" },
		{ "eth0 address 10.0.2.15/33", "its prefix" },
		{ "eth0 address fd00::2/129", "its prefix" },
		{ "eth0 address 10.0.2/24", "its prefix" },
		{ "eth0 gateway 10.0.2.2/24", "after gateway" },
		{ "eth0 mtu 67", "pairs of" },
		{ "eth0 mtu 1e3", "pairs of" },
		{ "eth0 speed 10", "pairs of" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		struct net_conf c = { .links = 0 };
		const char *said = net_add_link(&c, wrong[i].value);

		assert_non_null(said);
		assert_non_null(strstr(said, wrong[i].part));
	}
}

static void link_twice_is_refused_by_name_and_by_mac(void **state)
{
	struct net_conf c = { .links = 0 };

	(void)state;
	assert_null(net_add_link(&c, "eth0"));
	assert_null(net_add_link(&c, "eth1"));
	assert_null(net_add_link(&c, "52:54:00:12:34:56"));
	assert_non_null(net_add_link(&c, "eth0 mtu 1500"));
	assert_non_null(net_add_link(&c, "52:54:00:12:34:56"));
	assert_int_equal(c.links, 3);
}

static void link_counts_have_their_bounds(void **state)
{
	struct net_conf c = { .links = 0 };
	char name[] = "eth0";

	(void)state;
	for (int i = 0; i < NET_LINKS; i++, name[3]++) {
		char line[64];

		snprintf(line, sizeof(line),
			 "%s address 10.0.0.1/8 address 10.0.0.2/8", name);
		assert_null(net_add_link(&c, line));
	}
	assert_int_equal(c.addresses, NET_ADDRESSES);
	assert_non_null(strstr(net_add_link(&c, name), "eight links"));
	c.links = 1;
	assert_non_null(strstr(net_add_link(&c, "eth9 address 10.0.0.1/8"),
			       "sixteen addresses"));
}

static void route_needs_a_way(void **state)
{
	struct net_conf c = { .links = 0 };

	(void)state;
	assert_null(net_add_link(&c, "eth0"));
	assert_null(net_add_route(&c, "10.1.0.0/16 via 10.0.2.2"));
	assert_null(net_add_route(&c, "fd01::/64 link eth0"));
	assert_null(net_add_route(&c, "10.3.0.0/16 via 10.0.2.2 link eth0"));
	assert_int_equal(c.route[0].link, NET_ANY_LINK);
	assert_int_equal(c.route[1].via.family, 0);
	assert_int_equal(c.route[2].link, 0);
	assert_non_null(net_add_route(&c, "10.1.0.0/16"));
	assert_non_null(net_add_route(&c, "10.1.0.0 via 10.0.2.2"));
	assert_non_null(net_add_route(&c, "10.1.0.0/16 via fd00::1"));
	assert_non_null(net_add_route(&c, "10.1.0.0/16 link eth1"));
	assert_int_equal(c.routes, 3);
}

static void resolver_words_are_checked(void **state)
{
	struct net_conf c = { .links = 0 };

	(void)state;
	assert_null(net_add_dns(&c, "10.0.2.3"));
	assert_null(net_add_dns(&c, "fd00::3"));
	assert_non_null(net_add_dns(&c, "dns.example.org"));
	assert_null(net_add_dns(&c, "10.0.2.4"));
	assert_non_null(net_add_dns(&c, "10.0.2.5"));
	assert_int_equal(c.dns_count, 3);
	assert_null(net_add_search(&c, "example.org example.com"));
	assert_non_null(net_add_search(&c, "example.org\nnameserver x"));
}

static int of_host(struct net_conf *c, const char *text, struct net_conf *got)
{
	c->host_len = strlen(text);
	memcpy(c->host, text, c->host_len);
	return net_conf_of_host(c, got, error);
}

static void host_may_say_what_the_file_may(void **state)
{
	struct net_conf c = { .from_host = true, .wait_ms = 77 }, got;

	(void)state;
	net_add_link(&c, "eth7");
	assert_int_equal(of_host(&c,
				 "link = eth0 address 10.0.2.15/24\n"
				 "dns = 10.0.2.3\n",
				 &got),
			 0);
	assert_int_equal(got.links, 1);
	assert_string_equal(got.link[0].name, "eth0");
	assert_int_equal(got.dns_count, 1);
	assert_int_equal(got.wait_ms, 77);
	assert_false(got.from_host);
	assert_int_equal(of_host(&c, "", &got), -ENODATA);
}

static void host_may_say_nothing_else(void **state)
{
	static const struct {
		const char *text, *said;
	} wrong[] = {
		{ "from-host = no", "the host:1: unknown key 'from-host'" },
		{ "\nwait = 9 min", "the host:2: unknown key 'wait'" },
		{ "[payload]\nexec = /bin/sh", "unknown section [payload]" },
		{ "link = eth0 exec /bin/sh", "pairs of" },
		{ "\x01\xff", "write key = value" },
	};
	struct net_conf c = { .from_host = true }, got = { .links = 7 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		assert_int_equal(of_host(&c, wrong[i].text, &got), -EINVAL);
		assert_non_null(strstr(error, wrong[i].said));
		assert_int_equal(got.links, 7);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(link_with_everything_is_kept_flat),
		cmocka_unit_test(link_of_nonsense_says_what_to_write),
		cmocka_unit_test(link_twice_is_refused_by_name_and_by_mac),
		cmocka_unit_test(link_counts_have_their_bounds),
		cmocka_unit_test(route_needs_a_way),
		cmocka_unit_test(resolver_words_are_checked),
		cmocka_unit_test(host_may_say_what_the_file_may),
		cmocka_unit_test(host_may_say_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
