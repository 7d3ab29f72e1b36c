/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guest/power/proof.h - how quiet the guest really is, as its kernel says
 */
#ifndef GUEST_POWER_PROOF_H
#define GUEST_POWER_PROOF_H

#include "common/msg.h"

#define PROOF_UNKNOWN UINT32_MAX

/*
 * proof_read() - read all fields of the proof back
 * @root:	"" but in tests
 *
 * What cannot be read is PROOF_UNKNOWN, which is not clean.
 */
void proof_read(const char *root, struct proof *p);

#endif
