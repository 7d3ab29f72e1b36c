// SPDX-License-Identifier: Apache-2.0
/*
 * tests/host/promised.c - a shim that is no more than its line of a ledger
 */
#include "tests/host/promised.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "host/config/appliance.h"
#include "host/memory/ledger_impl.h"

static const struct appliance appliance = { .name = "guest",
					    .memory = 1 << 20 };
const struct image image;
struct runtime runtime = { .dir = "/nowhere",
			   .lock_fd = -1,
			   .shim_fd = -1,
			   .qemu_log = -1,
			   .qmp_log = -1 };
struct handover handed_over;
static const struct shim_options options = { .appliance = &appliance,
					     .image = &image,
					     .runtime = &runtime,
					     .tap_fd = -1,
					     .ready_fd = -1,
					     .before = &handed_over };
struct scratch scratch;
struct shim shim;
char error[SENTENCE_MAX];

int promised_begin(void **state)
{
	char path[SCRATCH_PATH];

	(void)state;
	handed_over = (struct handover){ 0 };
	shim_init(&shim, &options);
	scratch_make(&scratch);
	scratch_path(&scratch, LEDGER_NAME, path);
	assert_true(strlen(path) < sizeof(shim.ledger));
	memcpy(shim.ledger, path, strlen(path) + 1);
	return ledger_make(shim.ledger, error);
}

int promised_end(void **state)
{
	(void)state;
	ledger_leave(&shim.promise);
	scratch_remove(&scratch);
	return 0;
}

static void count_one(void *ctx, const struct promised *m)
{
	struct count *c = ctx;

	c->of[m->state]++;
	if (m->state == PROMISE_LIVES)
		c->pid = m->pid;
}

struct count count(void)
{
	struct count c = { .pid = -1 };

	assert_int_equal(ledger_list(shim.ledger, count_one, &c), 0);
	return c;
}

enum admission admit(void)
{
	shim_admit(&shim);
	assert_int_equal(shim.later_count, 1);
	shim.later_count = 0;
	assert_int_equal(shim.later[0].type, EV_ADMISSION);
	return shim.later[0].admission;
}
