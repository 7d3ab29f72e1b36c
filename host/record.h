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
 *	cleanup       of a secure guest's restart in place: cleanup_name(); watched
 *	              where it was not known yet
 */
#ifndef HOST_RECORD_H
#define HOST_RECORD_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct appliance;
struct marks;
struct past;
struct record;
struct report;

/* record_entry() - lc->last. Return: a new reference */
json_t *record_entry(const struct report *r, int64_t at_ms);

/*
 * record_release() - of what a shim had left, and `reprise release` has ended
 * @kept:	what that shim had written down; all zero: nothing
 * @lived:	QEMU did; else only its memory was left, or nothing
 * @marks:	of its end
 * Return: a new reference: a stop, with the cause that the shim had found if it
 *	had judged the end before it died; without what only an appliance file
 *	tells: memory, cpus, accel, architecture, machine, boot_us
 */
json_t *record_release(const struct record *kept, bool lived,
		       const struct marks *marks, int64_t at_ms);

/*
 * record_learn() - take a line of the history into account
 *
 * One of another memory, number of vCPUs, accelerator, architecture or machine
 * says nothing; nor does one that is not as written above, whoever wrote it.
 */
void record_learn(const json_t *entry, const struct appliance *a,
		  struct past *p);

#endif
