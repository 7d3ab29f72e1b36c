/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guest/net/net.h - the boot step that makes the network
 */
#ifndef GUEST_NET_NET_H
#define GUEST_NET_NET_H

#include <stddef.h>

#include "guest/config/init_conf.h"

/* As struct boot_step wants them. */
bool net_wanted(const struct init_conf *conf);
int net_run(const struct init_conf *conf);

/* net_awaits() - may the host say what the network is? For how long, in ms */
uint32_t net_awaits(const struct init_conf *conf);

/* net_limit_ms() - as init.conf says; else enough for what has to be waited for
 */
uint32_t net_limit_ms(const struct init_conf *conf);

/* net_hear() - keep what it said; nothing of it is read here */
void net_hear(struct init_conf *conf, const uint8_t *text, size_t len);

#endif
