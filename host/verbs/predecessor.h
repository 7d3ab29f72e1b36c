/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/verbs/predecessor.h - the shim that has charge of what is to be run
 *
 * A stop is answered when QEMU has gone; its shim stays until the memory is
 * back. Whoever runs the appliance again then waits for that, and for nothing
 * else that another shim may do.
 */
#ifndef HOST_VERBS_PREDECESSOR_H
#define HOST_VERBS_PREDECESSOR_H

#include <stdint.h>

/*
 * predecessor_await() - wait until it has gone, if that is all that it does
 * @dir:	the runtime directory of @name that it has charge of
 * @ms:		no longer than about this, milliseconds
 *
 * Says that it waits, on a terminal how far that is, and that it is over.
 * Return: 0: it has gone; -EBUSY: it does something else, or gives no answer,
 *	@error as it was; -ETIMEDOUT: @error has the sentence
 */
int predecessor_await(const char *name, const char *dir, uint32_t ms,
		      char *error);

#endif
