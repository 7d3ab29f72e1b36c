/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/qemu/complaint.h - what QEMU says on stderr of a KVM PV command
 *
 * QMP does not tell of it: a guest that could not become secure, or whose
 * destroy failed, is known by one line of QEMU's log. Source: __s390_pv_cmd()
 * in QEMU's target/s390x/kvm/pv.c (hw/s390x/pv.c before 8.1), whose words are
 * those of 5.0 still.
 */
#ifndef HOST_QEMU_COMPLAINT_H
#define HOST_QEMU_COMPLAINT_H

#include <stdbool.h>
#include <sys/types.h>

#include "host/core/verdict.h"

/* complaint_parse() - Return: false: @line is something else, @f is as it was
 */
bool complaint_parse(const char *line, struct pv_failure *f);

/*
 * complaint_next() - the next one of a log that grows
 * @fd:		of the log, for reading; -1: there is none
 * @from:	where to go on; moves behind what was read. A line that is not
 *		ended yet waits for its end
 * Return: false: no more of them now
 */
bool complaint_next(int fd, off_t *from, struct pv_failure *f);

#endif
