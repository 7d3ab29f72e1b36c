// SPDX-License-Identifier: Apache-2.0
/*
 * guest/net/rtnl.c - what the kernel is asked over rtnetlink, by libnl
 *
 * What is there already (set up by the kernel's ip=) is replaced, not refused.
 * An IPv6 address is used at once: nobody else on a link between host and
 * guest could have it, and duplicate detection takes a second.
 */
#include "guest/net/rtnl.h"

#include <net/if.h> /* before any of linux/: musl's trap */

#include <linux/if_addr.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netlink/cache.h>
#include <netlink/errno.h>
#include <netlink/netlink.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/nexthop.h>
#include <netlink/route/route.h>
#include <netlink/socket.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/array.h"
#include "guest/boot/clock.h"
#include "guest/boot/console.h"

enum { LOOK_AGAIN_MS = 20 };

/* libnl has numbers of its own; those that tell somebody something: */
static int errno_of(int nle)
{
	static const int by_nle[NLE_MAX + 1] = {
		[NLE_INTR] = EINTR,
		[NLE_AGAIN] = EAGAIN,
		[NLE_EXIST] = EEXIST,
		[NLE_NOADDR] = EADDRNOTAVAIL,
		[NLE_OBJ_NOTFOUND] = ESRCH,
		[NLE_INVAL] = EINVAL,
		[NLE_RANGE] = ERANGE,
		[NLE_OPNOTSUPP] = EOPNOTSUPP,
		[NLE_AF_NOSUPPORT] = EAFNOSUPPORT,
		[NLE_NOMEM] = ENOMEM,
		[NLE_NOACCESS] = EACCES,
		[NLE_PERM] = EPERM,
		[NLE_BUSY] = EBUSY,
		[NLE_NODEV] = ENODEV,
		[NLE_PROTO_MISMATCH] = EPROTONOSUPPORT,
	};
	unsigned int n = (unsigned int)(nle < 0 ? -nle : nle);

	return n < ARRAY_SIZE(by_nle) && by_nle[n] ? by_nle[n] : EIO;
}

/* Return: 0; -errno, with the sentence on the console */
static int told(int nle, const char *what, const char *whom)
{
	if (nle >= 0)
		return 0;
	say("network: %s%s%s: %s", what, *whom ? " " : "", whom,
	    nl_geterror(nle));
	return -errno_of(nle);
}

int rtnl_open(struct rtnl *rt)
{
	rt->sock = nl_socket_alloc();
	if (!rt->sock)
		return -ENOMEM;
	return told(nl_connect(rt->sock, NETLINK_ROUTE), "open rtnetlink", "");
}

static int change(struct rtnl *rt, int index, uint32_t mtu)
{
	struct rtnl_link *now = rtnl_link_alloc(), *wanted = rtnl_link_alloc();

	if (!now || !wanted)
		return -NLE_NOMEM;
	rtnl_link_set_ifindex(now, index);
	rtnl_link_set_flags(wanted, IFF_UP);
	if (mtu)
		rtnl_link_set_mtu(wanted, mtu);
	return rtnl_link_change(rt->sock, now, wanted, 0);
}

int rtnl_loopback(struct rtnl *rt)
{
	unsigned int index = if_nametoindex("lo");

	return told(change(rt, (int)index, 0), "lo", "up");
}

static bool is(struct rtnl_link *found, const struct net_link *wanted)
{
	const char *name = rtnl_link_get_name(found);
	struct nl_addr *mac = rtnl_link_get_addr(found);

	if (wanted->name[0])
		return name && strcmp(name, wanted->name) == 0;
	return mac && nl_addr_get_len(mac) == sizeof(wanted->mac) &&
	       memcmp(nl_addr_get_binary_addr(mac), wanted->mac,
		      sizeof(wanted->mac)) == 0;
}

/* Return: how many; @index: of the last one; < 0: of libnl */
static int count(struct rtnl *rt, const struct net_link *wanted, int *index)
{
	struct nl_cache *all;
	int r = rtnl_link_alloc_cache(rt->sock, AF_UNSPEC, &all);
	int n = 0;

	if (r < 0)
		return r;
	for (struct nl_object *o = nl_cache_get_first(all); o;
	     o = nl_cache_get_next(o)) {
		struct rtnl_link *link = (struct rtnl_link *)o;

		if (!is(link, wanted))
			continue;
		*index = rtnl_link_get_ifindex(link);
		n++;
	}
	nl_cache_free(all);
	return n;
}

static const char *called(const struct net_link *l, char buf[static 24])
{
	if (l->name[0])
		return l->name;
	snprintf(buf, 24, "%02x:%02x:%02x:%02x:%02x:%02x", l->mac[0], l->mac[1],
		 l->mac[2], l->mac[3], l->mac[4], l->mac[5]);
	return buf;
}

int rtnl_find(struct rtnl *rt, const struct net_link *link, uint32_t wait_ms)
{
	const struct timespec again = { .tv_nsec = LOOK_AGAIN_MS * 1000000 };
	uint64_t until = clock_ms() + wait_ms;
	char buf[24];
	int index = 0;
	int n;

	while ((n = count(rt, link, &index)) == 0 && clock_ms() < until)
		nanosleep(&again, NULL);
	if (n == 1)
		return index;
	if (n < 0)
		return told(n, "look for link", called(link, buf));
	say("network: link %s: %s", called(link, buf),
	    n ? "there are several, tell them by name"
	      : "there is none, see the machine's devices");
	return n ? -EEXIST : -ENODEV;
}

int rtnl_differ(struct rtnl *rt, int index, int other)
{
	char name[IF_NAMESIZE] = "?";

	(void)rt;
	if (index != other)
		return 0;
	if_indextoname((unsigned int)index, name);
	say("network: two lines of init.conf mean link %s", name);
	return -EEXIST;
}

int rtnl_up(struct rtnl *rt, int index, uint32_t mtu)
{
	char name[IF_NAMESIZE] = "?";

	if_indextoname((unsigned int)index, name);
	return told(change(rt, index, mtu), "up, with its mtu, link", name);
}

static struct nl_addr *address_of(const struct net_address *a)
{
	struct nl_addr *n = nl_addr_build(a->family, a->bytes,
					  a->family == AF_INET ? 4 : 16);

	if (n)
		nl_addr_set_prefixlen(n, a->prefix);
	return n;
}

int rtnl_address(struct rtnl *rt, int index, const struct net_address *at)
{
	struct rtnl_addr *a = rtnl_addr_alloc();
	struct nl_addr *local = address_of(at);
	char text[64];

	if (!a || !local)
		return -ENOMEM;
	rtnl_addr_set_ifindex(a, index);
	rtnl_addr_set_local(a, local);
	if (at->family == AF_INET6)
		rtnl_addr_set_flags(a, IFA_F_NODAD);
	return told(rtnl_addr_add(rt->sock, a, NLM_F_REPLACE), "address",
		    nl_addr2str(local, text, sizeof(text)));
}

int rtnl_route(struct rtnl *rt, int index, const struct net_address *to,
	       const struct net_address *via)
{
	struct rtnl_route *r = rtnl_route_alloc();
	struct rtnl_nexthop *hop = rtnl_route_nh_alloc();
	struct nl_addr *dst = address_of(to);
	char text[64];

	if (!r || !hop || !dst)
		return -ENOMEM;
	rtnl_route_set_family(r, to->family);
	rtnl_route_set_dst(r, dst);
	rtnl_route_set_scope(r,
			     via->family ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK);
	if (index)
		rtnl_route_nh_set_ifindex(hop, index);
	if (via->family)
		rtnl_route_nh_set_gateway(hop, address_of(via));
	rtnl_route_add_nexthop(r, hop);
	return told(rtnl_route_add(rt->sock, r, NLM_F_REPLACE), "route",
		    nl_addr2str(dst, text, sizeof(text)));
}
