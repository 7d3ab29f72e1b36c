// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/rig_console.c - one appliance under test: its console
 */
#include "tests/integration/rig.h"

void rig_watch_console(struct rig *r)
{
	const char *const argv[] = { rig_program(), "console", r->name, NULL };

	rig_await_said(r, "generation 1: QEMU is");
	if (child_start(&r->console, argv, -1) < 0)
		rig_fail(r, "no viewer of the console");
}

void rig_await_console(struct rig *r, const char *text)
{
	if (!child_await_text(&r->console, CHILD_OUT, text))
		rig_fail(r, text);
}

void rig_end_console(struct rig *r)
{
	if (r->console.pid && !child_await_end(&r->console))
		rig_fail(r, "the viewer of the console outlived the shim");
	child_close(&r->console);
}
