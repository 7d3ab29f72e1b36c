// SPDX-License-Identifier: Apache-2.0
/*
 * guest/net/net.c - the boot step that makes the network
 *
 * Theory of operation: lo and every link named in init.conf are set up by
 * rtnetlink, then the addresses, then the routes; resolv.conf last. It runs in
 * a child of PID 1, so it may allocate, wait for a link, and leave things
 * unfreed. The first thing that does not work is said in one sentence and ends
 * it: an appliance with half a network is of no use.
 */
#include "guest/net/net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "guest/boot/console.h"
#include "guest/file/file.h"
#include "guest/net/rtnl.h"

enum { NET_STEP_MS = 10000 }; /* with every link in its place */

static const char resolv_path[] = "/etc/resolv.conf";

bool net_wanted(const struct init_conf *conf)
{
	const struct net_conf *n = &conf->net;

	return n->links || n->dns_count || n->search[0] || n->from_host;
}

uint32_t net_limit_ms(const struct init_conf *conf)
{
	const struct net_conf *n = &conf->net;

	return n->timeout_ms ? n->timeout_ms
			     : NET_STEP_MS + NET_LINKS * n->wait_ms;
}

uint32_t net_awaits(const struct init_conf *conf)
{
	return conf->net.from_host ? conf->net.wait_ms : 0;
}

void net_hear(struct init_conf *conf, const uint8_t *text, size_t len)
{
	struct net_conf *n = &conf->net;

	if (!n->from_host || len > sizeof(n->host))
		return;
	memcpy(n->host, text, len);
	n->host_len = len;
}

/* resolv.conf(5). Return: 0; -errno */
static int write_resolv(const struct net_conf *n)
{
	char text[NET_SEARCH_SIZE + NET_DNS * 64 + 16] = "", address[64];
	size_t used = 0;
	int r;

	if (!n->dns_count && !n->search[0])
		return 0;
	if (n->search[0])
		used = (size_t)snprintf(text, sizeof(text), "search %s\n",
					n->search);
	for (unsigned int i = 0; i < n->dns_count; i++) {
		inet_ntop(n->dns[i].family, n->dns[i].bytes, address,
			  sizeof(address));
		used += (size_t)snprintf(text + used, sizeof(text) - used,
					 "nameserver %s\n", address);
	}
	mkdir("/etc", 0755); /* may well be there */
	r = file_replace(resolv_path, text, used);
	if (r < 0)
		say("network: write %s: %s", resolv_path, strerror(-r));
	return r;
}

static int set_up(struct rtnl *rt, const struct net_conf *n)
{
	int index[NET_LINKS];
	int r = rtnl_loopback(rt);

	for (unsigned int i = 0; r == 0 && i < n->links; i++) {
		index[i] = rtnl_find(rt, &n->link[i], n->wait_ms);
		r = index[i] < 0 ? index[i] : 0;
		for (unsigned int j = 0; r == 0 && j < i; j++)
			r = rtnl_differ(rt, index[i], index[j]);
		if (r == 0)
			r = rtnl_up(rt, index[i], n->link[i].mtu);
	}
	for (unsigned int i = 0; r == 0 && i < n->addresses; i++)
		r = rtnl_address(rt, index[n->address[i].link],
				 &n->address[i].at);
	for (unsigned int i = 0; r == 0 && i < n->routes; i++)
		r = rtnl_route(rt,
			       n->route[i].link == NET_ANY_LINK
				       ? 0
				       : index[n->route[i].link],
			       &n->route[i].to, &n->route[i].via);
	return r;
}

int net_run(const struct init_conf *conf)
{
	static struct net_conf host; /* of this process alone */
	const struct net_conf *n = &conf->net;
	char error[CONF_ERROR_MAX];
	struct rtnl rt;
	int r = net_conf_of_host(n, &host, error);

	if (r == -EINVAL) {
		say("network: %s", error);
		return r;
	}
	if (r == 0)
		n = &host;
	r = rtnl_open(&rt);
	if (r == 0)
		r = set_up(&rt, n);
	return r ? r : write_resolv(n);
}
