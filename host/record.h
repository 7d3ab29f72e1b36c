/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/record.h - what a line of the history says, and what is learned from it
 *
 * A line is report_passage() without its marks, which are moments of a clock
 * that begins anew with the host, and:
 *
 *	at_ms         when it was complete, CLOCK_REALTIME, milliseconds
 *	boot_us       phases_boot(); 0: QEMU was not new
 *	clean         was the end that began it clean?
 *	generation, boot, memory (bytes), cpus, accel, architecture,
 *	machine, image, version
 */
#ifndef HOST_RECORD_H
#define HOST_RECORD_H

#include <jansson.h>
#include <stdint.h>

struct appliance;
struct past;
struct report;

/* record_entry() - lc->last. Return: a new reference */
json_t *record_entry(const struct report *r, int64_t at_ms);

/*
 * record_learn() - take a line of the history into account
 *
 * One of another memory, number of vCPUs, accelerator, architecture or machine
 * says nothing; nor does one that is not as written above, whoever wrote it.
 */
void record_learn(const json_t *entry, const struct appliance *a,
		  struct past *p);

#endif
