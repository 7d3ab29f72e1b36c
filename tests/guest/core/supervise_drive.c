// SPDX-License-Identifier: Apache-2.0
/*
 * tests/guest/core/supervise_drive.c - a payload under test, at any place
 */
#include "tests/guest/core/supervise_drive.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

struct session_rules supervise_rules(enum restart_when when)
{
	return (struct session_rules){
		.grace_ms = GRACE,
		.grace_max_ms = 2 * GRACE,
		.host_may_reboot = true,
		.host_may_poweroff = true,
		.ready_within_ms = READY_WITHIN,
		.watchdog_ms = WATCHDOG,
		.restart = { .when = when,
			     .delay_ms = DELAY,
			     .delay_max_ms = DELAY,
			     .limit = 2,
			     .interval_ms = 60000,
			     .on_exit = INTENT_POWEROFF,
			     .on_failure = INTENT_REBOOT,
			     .on_give_up = INTENT_POWEROFF },
	};
}

void guest_notifies(struct guest *g, struct notify n)
{
	guest_step(g,
		   (struct session_event){ .kind = SEV_NOTIFY, .notify = n });
}

void guest_checked(struct guest *g, uint32_t status)
{
	guest_step(g, (struct session_event){ .kind = SEV_CHECKED,
					      .count = status });
}

struct guest supervise_at(enum payload_state pay,
			  const struct session_rules *rules)
{
	struct guest g = { .now = T0 };

	session_init(&g.s, rules, &guest_id);
	if (pay >= PAY_STARTING)
		guest_happens(&g, SEV_BOOTED);
	if (pay >= PAY_UP)
		guest_happens(&g, SEV_STARTED);
	if (pay >= PAY_READY)
		guest_happens(&g, SEV_READY);
	if (pay == PAY_STOPPING)
		guest_notifies(&g, (struct notify){ .stopping = true });
	if (pay >= PAY_KILLED)
		guest_waits(&g);
	if (pay >= PAY_CLEARING)
		guest_exits(&g, 9);
	if (pay >= PAY_RESTING)
		guest_happens(&g, SEV_ALONE);
	assert_int_equal(g.s.pay, pay);
	return g;
}
