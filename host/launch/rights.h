/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/launch/rights.h - Linux capabilities, as sets of 64 bits
 *
 * Sources: capabilities(7); the kernel's security/commoncap.c for what exec
 * and a change of user do to them.
 */
#ifndef HOST_LAUNCH_RIGHTS_H
#define HOST_LAUNCH_RIGHTS_H

#include <stdint.h>

/* RIGHT() - the set of one capability, by its number in linux/capability.h */
#define RIGHT(cap) (UINT64_C(1) << (cap))

/* rights_now() - what this process may do. Return: the effective set */
uint64_t rights_now(void);

/*
 * rights_keep() - give up whatever is not in @set, for good
 *
 * Sets no_new_privs besides: a program executed later, also by user 0, gets no
 * more than what is left.
 * Return: 0; else -errno
 */
int rights_keep(uint64_t set);

/*
 * rights_hand_on() - rights_keep(), and what is left survives the next exec
 *	even of a user who is not 0
 */
int rights_hand_on(uint64_t set);

#endif
