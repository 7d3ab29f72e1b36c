/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guest/net/rtnl.h - what the kernel is asked over rtnetlink, by libnl
 *
 * Each says on the console what did not work, and returns 0 or -errno.
 * Blocking, and allocating: for a child of PID 1 that ends soon.
 */
#ifndef GUEST_NET_RTNL_H
#define GUEST_NET_RTNL_H

#include "guest/net/net_conf.h"

struct nl_sock;

struct rtnl {
	struct nl_sock *sock;
};

/* rtnl_open() - Return: 0; -errno. Nobody closes it: the process ends */
int rtnl_open(struct rtnl *rt);

/* rtnl_loopback() - lo goes up */
int rtnl_loopback(struct rtnl *rt);

/*
 * rtnl_find() - the link that init.conf means
 * @wait_ms:	for it to appear
 * Return: its index, > 0; -ENODEV: there is none; -EEXIST: several
 */
int rtnl_find(struct rtnl *rt, const struct net_link *link, uint32_t wait_ms);

/* rtnl_differ() - Return: 0; -EEXIST: two lines mean one link */
int rtnl_differ(struct rtnl *rt, int index, int other);

/* rtnl_up() - the link goes up; @mtu: 0: as it is */
int rtnl_up(struct rtnl *rt, int index, uint32_t mtu);

int rtnl_address(struct rtnl *rt, int index, const struct net_address *at);

/* rtnl_route() - @index: 0: wherever @via is; @via: family 0: none */
int rtnl_route(struct rtnl *rt, int index, const struct net_address *to,
	       const struct net_address *via);

#endif
