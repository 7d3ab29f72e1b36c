/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/report.h - what the shim tells people, as JSON and as log lines
 */
#ifndef HOST_REPORT_H
#define HOST_REPORT_H

#include <jansson.h>
#include <stdint.h>
#include <sys/types.h>

#include "host/core/lifecycle.h"
#include "host/sentence.h"

struct appliance;
struct image;
struct runtime;
struct teardown;

struct report {
	const struct appliance *appliance;
	const struct image *image;
	const struct runtime *runtime;
	const struct lifecycle *lc;
	pid_t qemu;	     /* 0: none runs */
	pid_t helper;	     /* 0: none */
	uint64_t started_us; /* this run, CLOCK_MONOTONIC */
	off_t log_from; /* of qemu.log: where this generation's words begin */
	uint64_t agent_dropped;
	uint64_t readers_dropped;
	uint64_t memory_bytes; /* that QEMU holds; 0: not known, or not asked */
	const struct teardown *teardowns; /* those that drain */
	size_t teardown_count;
	const struct teardown *teardown; /* that an event is about */
	/* the guest's last lines, of lc->now and lc->last; NULL: none */
	json_t *console_now, *console_last;
};

/* The kinds of events (Kind in host/link/io.reprise.varlink). */
enum report_kind {
	REPORT_BEGIN,
	REPORT_STATE,
	REPORT_BOOT,
	REPORT_STAGE,
	REPORT_READY,
	REPORT_CLEANUP,
	REPORT_VERDICT,
	REPORT_PASSAGE,
	REPORT_DRAINING, /* again and again while it goes on */
	REPORT_DRAINED,
	REPORT_KINDS,
};

/* report_event() - what happens now. Return: a new reference */
json_t *report_event(const struct report *r, enum report_kind kind);

/* report_status() - the status object. Return: a new reference */
json_t *report_status(const struct report *r, uint64_t now_us);

/*
 * report_passage() - a start, restart or end
 * @console:	the guest's last lines, borrowed; NULL: none
 * Return: a new reference
 */
json_t *report_passage(const struct passage *p, json_t *console);

/* report_judged() - the verdict as a log line, with QEMU's and the guest's
 * last words if it was not clean */
void report_judged(const struct report *r);

/* report_done() - lc->last as a log line: what was done, and how long it took
 */
void report_done(const struct report *r);

/* report_reset() - lc->cleanup as a log line: was the reset a fast one? */
void report_reset(const struct report *r);

/*
 * report_answer() - why a wish was not fulfilled, if @a is no ANSWER_DONE
 * @sentence:	for people; where it ended instead: with cause and evidence
 * Return: the Varlink error's name; NULL: it was fulfilled
 */
const char *report_answer(const struct lifecycle *lc, enum answer a,
			  char sentence[static SENTENCE_MAX]);

#endif
