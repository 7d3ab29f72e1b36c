/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/qemu/event.h - what an event of QEMU's monitor means here
 */
#ifndef HOST_QEMU_EVENT_H
#define HOST_QEMU_EVENT_H

#include <jansson.h>
#include <stdbool.h>

#include "host/core/lifecycle.h"

/*
 * event_read() - an event of QMP as one of the lifecycle's
 * @data:	its "data", or NULL; whatever it holds
 * @said:	QEMU's details, for people; "" where there are none. @ev
 *		borrows it
 * Return: false: it says nothing here, @ev is not written
 */
bool event_read(const char *name, const json_t *data, struct lc_event *ev,
		char said[static EVIDENCE_SAID]);

#endif
