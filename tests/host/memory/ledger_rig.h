/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/host/memory/ledger_rig.h - a real ledger of a host of 100 bytes
 *
 * The ledger's file, locks and lines are real; what there is of memory is not:
 * the host has RIG_TOTAL bytes, a group as many as its number says, less what
 * the test says is held. A pid holds as many bytes as it is high.
 */
#ifndef TESTS_HOST_MEMORY_LEDGER_RIG_H
#define TESTS_HOST_MEMORY_LEDGER_RIG_H

#include "host/memory/ledger.h"
#include "tests/host/scratch.h"

enum { RIG_TOTAL = 100, RIG_GROUP = 40, RIG_INNER = 20 };

extern const struct domains rig_alone; /* the host */
extern const struct domains rig_group; /* in it a group of RIG_GROUP */
extern const struct domains rig_inner; /* in that one of RIG_INNER, and so on */
extern const struct domains rig_other; /* in the host one of 41 */

extern struct scratch rig_scratch;
extern char rig_path[SCRATCH_PATH]; /* of the ledger */
extern char rig_error[SENTENCE_MAX], rig_text[ADMISSION_TEXT];

/* What is in use in the host and in RIG_GROUP; 0 at the beginning of a test. */
extern uint64_t rig_used, rig_used_in_group;

extern const struct ledger_ops rig_ops;

/* For cmocka; a test that takes longer than two minutes is ended. */
int rig_set_up(void **state);
int rig_tear_down(void **state);

/* rig_join() - as ledger_join(), as often as that takes */
int rig_join(struct promise_slot *p, uint64_t need, const struct domains *d);

/* rig_ask() - likewise; ADMISSIONS: it failed */
enum admission rig_ask(struct promise_slot *p);

/* rig_start() - both; the joining is asserted */
enum admission rig_start(struct promise_slot *p, uint64_t need,
			 const struct domains *d);

#endif
