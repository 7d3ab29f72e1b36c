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

struct appliance;
struct image;
struct runtime;

struct report {
	const struct appliance *appliance;
	const struct image *image;
	const struct runtime *runtime;
	const struct lifecycle *lc;
	pid_t qemu;	     /* 0: none runs */
	pid_t helper;	     /* 0: none */
	uint64_t started_us; /* the shim, CLOCK_MONOTONIC */
	off_t log_from; /* of qemu.log: where this generation's words begin */
	uint64_t agent_dropped;
};

/* report_status() - the status object. Return: a new reference */
json_t *report_status(const struct report *r, uint64_t now_us);

/* report_passage() - a start, restart or end. Return: a new reference */
json_t *report_passage(const struct passage *p);

/* report_judged() - the verdict as a log line, with QEMU's last words if it
 * was not clean */
void report_judged(const struct report *r);

/* report_done() - lc->last as a log line: what was done, and how long it took
 */
void report_done(const struct report *r);

/* report_answer() - why a wish was not fulfilled: the Varlink error's name,
 * and a sentence for people */
const char *report_answer(enum answer a, const char **sentence);

#endif
