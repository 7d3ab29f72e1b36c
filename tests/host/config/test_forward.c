// SPDX-License-Identifier: Apache-2.0
#include "host/config/forward.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/array.h"

static void parse_good_forms(void **state)
{
	static const struct {
		const char *text, *address;
		uint16_t port, guest;
	} good[] = {
		{ "80", "127.0.0.1", 0, 80 },
		{ "8080 -> 80", "127.0.0.1", 8080, 80 },
		{ "8080->80", "127.0.0.1", 8080, 80 },
		{ "0 -> 80", "127.0.0.1", 0, 80 },
		{ "0.0.0.0:65535 -> 1", "0.0.0.0", 65535, 1 },
		{ "192.168.100.200:0 -> 65535", "192.168.100.200", 0, 65535 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		struct forward f;

		assert_int_equal(forward_parse(good[i].text, &f), 0);
		assert_string_equal(f.address, good[i].address);
		assert_int_equal(f.port, good[i].port);
		assert_int_equal(f.guest, good[i].guest);
	}
}

static void parse_bad_forms_are_einval(void **state)
{
	static const char *const bad[] = {
		"",
		"0",
		"65536",
		"-1",
		"80 -> ",
		"-> 80",
		"8080 -> 0",
		"65536 -> 80",
		"127.0.0.1 -> 80",
		"127.0.0.1: -> 80",
		"127.0.0.1:80",
		"localhost:80 -> 80",
		"127.0.0.1,x:80 -> 80",
		"::1:80 -> 80",
		"1 -> 2 -> 3",
		"80 90",
		("1111111111111111111111111111111111111111111111111111111111111"
		 "1111 -> 80"),
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct forward f = { .guest = 7 };

		assert_int_equal(forward_parse(bad[i], &f), -EINVAL);
		assert_int_equal(f.guest, 7); /* untouched on failure */
	}
}

static void pick_gives_different_free_ports(void **state)
{
	struct appliance a = { .name = "web", .forwards = 3 };
	char error[SENTENCE_MAX];

	(void)state;
	for (uint32_t i = 0; i < a.forwards; i++)
		assert_int_equal(forward_parse("80", &a.forward[i]), 0);
	assert_int_equal(appliance_pick_ports(&a, error), 0);
	for (uint32_t i = 0; i < a.forwards; i++)
		assert_int_not_equal(a.forward[i].port, 0);
	assert_int_not_equal(a.forward[0].port, a.forward[1].port);
	assert_int_not_equal(a.forward[0].port, a.forward[2].port);
	assert_int_not_equal(a.forward[1].port, a.forward[2].port);
}

static void pick_taken_port_is_refused(void **state)
{
	struct appliance a = { .name = "web", .forwards = 1 };
	struct sockaddr_in sin = { .sin_family = AF_INET };
	socklen_t len = sizeof(sin);
	char error[SENTENCE_MAX];
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)state;
	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&sin, len), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&sin, &len), 0);
	a.forward[0] = (struct forward){ "127.0.0.1", ntohs(sin.sin_port), 80 };
	memcpy(a.file, "a.conf", sizeof("a.conf"));
	a.line.forward[0] = 7;
	assert_int_equal(appliance_pick_ports(&a, error), -EADDRINUSE);
	assert_non_null(strstr(error, "a.conf:7: "));
	assert_non_null(strstr(error, "forward 127.0.0.1:"));
	close(fd);
	assert_int_equal(appliance_pick_ports(&a, error), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parse_good_forms),
		cmocka_unit_test(parse_bad_forms_are_einval),
		cmocka_unit_test(pick_gives_different_free_ports),
		cmocka_unit_test(pick_taken_port_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
