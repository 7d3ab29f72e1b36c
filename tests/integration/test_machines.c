// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/test_machines.c - other machines than the default ones
 *
 * The guest's image does what its page do?WHAT says.
 */
#include "tests/integration/both.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char microvm[] = "machine = microvm\nheartbeat = 1 s\n"
			      "[network]\nforward = 80\n";

static void assert_last(struct rig *r, const char *cause, const char *strategy)
{
	assert_string_equal(rig_last(r, "cause"), cause);
	assert_string_equal(rig_last(r, "strategy"), strategy);
}

/* How long its last end went unseen, after COMMIT: microseconds */
static json_int_t unseen_us(struct rig *r)
{
	const char *const args[] = { "history", r->name, "--json", NULL };
	static struct child c;
	json_t *entries, *last, *phase;
	json_int_t us = -1;
	size_t i;

	rig_verb(r, &c, args);
	entries = json_loads(c.text[CHILD_OUT], 0, NULL);
	child_close(&c);
	last = json_array_get(entries, json_array_size(entries) - 1);
	json_array_foreach(json_object_get(last, "phases"), i, phase)
	{
		const json_t *word = json_object_get(phase, "name");

		if (strcmp(json_string_value(word), "decision") == 0)
			us = json_integer_value(json_object_get(phase, "us"));
	}
	json_decref(entries);
	return us;
}

static void microvm_reboots_in_place_and_powers_off(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;

	rig_run_file(r, rig_image(b->arch, "guest"), microvm);
	rig_await_ready(r);
	rig_poke(r, "/cgi-bin/do?reboot");
	rig_await_ready(r);
	assert_last(r, "clean reboot", "in place");
	assert_int_equal(rig_number(r, "boot"), 2);
	RIG_DO(r, "reboot", r->name, "--wait");
	rig_await_ready(r);
	assert_last(r, "clean reboot", "in place");
	assert_int_equal(rig_number(r, "generation"), 1);
	rig_poke(r, "/cgi-bin/do?poweroff");
	rig_assert_end(r, 0);
	rig_await_said(r, "clean power-off");
	rig_assert_nothing_left(r);
	assert_in_range(unseen_us(r), 100000, 4000000);
}

static void microvm_that_resets_unasked_is_relaunched(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;

	rig_run_file(r, rig_image(b->arch, "guest"), microvm);
	rig_await_ready(r);
	rig_poke(r, "/cgi-bin/do?reset");
	rig_await_ready(r);
	assert_last(r, "reset without intent", "overlap");
	RIG_DO(r, "stop", r->name);
	rig_assert_end(r, 0);
	rig_assert_nothing_left(r);
}

/* A request whose answer will never come. Return: its socket */
static int ask(struct rig *r, const char *page)
{
	json_t *status = rig_status(r);
	json_int_t port = 0;
	struct sockaddr_in to = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(
		json_unpack(status, "{s:[{s:I}]}", "forwards", "port", &port),
		0);
	json_decref(status);
	to.sin_port = htons((uint16_t)port);
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	assert_true(dprintf(fd, "GET %s HTTP/1.0\r\n\r\n", page) > 0);
	return fd;
}

static void await_silence(struct rig *r)
{
	int64_t end_ms = child_deadline();

	while (strcmp(rig_word(r, "agent"), "silent") != 0) {
		if (child_left(end_ms) == 0)
			rig_fail(r, "the guest has not fallen silent");
		poll(NULL, 0, 10);
	}
}

/* Without ACPI nothing tells QEMU of it; an operator gets it going again. */
static void microvm_that_halts_unasked_is_relaunched_when_asked(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;
	int fd;

	rig_run_file(r, rig_image(b->arch, "guest"), microvm);
	rig_await_ready(r);
	fd = ask(r, "/cgi-bin/do?halt");
	await_silence(r);
	RIG_DO(r, "reboot", r->name, "--wait");
	rig_await_ready(r);
	close(fd);
	assert_string_equal(rig_last(r, "strategy"), "overlap");
	assert_int_equal(rig_number(r, "generation"), 2);
	RIG_DO(r, "stop", r->name);
	rig_assert_end(r, 0);
	rig_assert_nothing_left(r);
}

static void topology_is_taken_by_qemu(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;

	rig_run_file(r, rig_image(b->arch, "guest"),
		     "sockets = 2\ncores = 2\n[network]\nforward = 80\n");
	rig_await_ready(r);
	assert_non_null(strstr(rig_get(r, "/cgi-bin/facts"), "CPUS=4\n"));
	RIG_DO(r, "stop", r->name);
	rig_assert_end(r, 0);
	rig_assert_nothing_left(r);
}

static void unsupported_argument_reaches_qemu_and_is_told(void **state)
{
	struct both *b = *state;
	struct rig *r = &b->rig;

	rig_run_file(r, rig_image(b->arch, "guest"),
		     "[unsupported]\nqemu-argument = -no-such-option\n"
		     "[restart]\npolicy = never\n");
	rig_await_said(r, "warning: QEMU gets arguments of [unsupported]");
	rig_await_said(r, "-no-such-option: invalid option");
	rig_assert_end(r, 77);
	rig_assert_nothing_left(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_ONE(microvm_reboots_in_place_and_powers_off, x86_64),
		NEXT_ONE(microvm_reboots_in_place_and_powers_off, x86_64),
		ON_ONE(microvm_that_resets_unasked_is_relaunched, x86_64),
		ON_ONE(microvm_that_halts_unasked_is_relaunched_when_asked,
		       x86_64),
		ON_BOTH(topology_is_taken_by_qemu),
		ON_BOTH(unsupported_argument_reaches_qemu_and_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
