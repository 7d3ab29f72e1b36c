/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/config/forward.h - TCP ports of the host that lead into the guest
 */
#ifndef HOST_CONFIG_FORWARD_H
#define HOST_CONFIG_FORWARD_H

#include "host/config/appliance.h"

/*
 * forward_parse() - read [ADDRESS:][PORT ->] GUEST-PORT
 *
 * ADDRESS is IPv4 and needs PORT; it is 127.0.0.1 unless given.
 * Return: 0; -EINVAL, and @f is untouched
 */
int forward_parse(const char *text, struct forward *f);

#endif
