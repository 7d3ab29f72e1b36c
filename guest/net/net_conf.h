/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guest/net/net_conf.h - [network] of init.conf
 *
 *	link = eth0 address 10.0.2.15/24 gateway 10.0.2.2 mtu 1400
 *	link = 52:54:00:12:34:56 address 192.168.7.2/24 address fd00::2/64
 *	route = 10.1.0.0/16 via 192.168.7.1
 *	route = 10.2.0.0/16 link eth0
 *	dns = 10.0.2.3			may repeat; then /etc/resolv.conf
 *	search = example.org example.com
 *	from-host = yes			the host's words take the place of ours
 *	wait = 2 s			for links, and for the host, to appear
 *	timeout = 30 s			for all of it; then the boot ends
 *
 * All but the last three may come from the host as well, where from-host allows
 * it: the same words, read by the same functions, in the step's child. Pure.
 */
#ifndef GUEST_NET_NET_CONF_H
#define GUEST_NET_NET_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/conf.h"
#include "common/msg.h"

enum {
	NET_LINKS = 8,
	NET_ADDRESSES = 16,
	NET_ROUTES = 16,
	NET_DNS = 3, /* as resolv.conf(5) has it */
	NET_NAME_SIZE = 16,
	NET_SEARCH_SIZE = 256,
	NET_ANY_LINK = 255,
};

struct net_link {
	char name[NET_NAME_SIZE]; /* "": known by its MAC */
	uint8_t mac[6];
	uint32_t mtu; /* 0: as it is */
};

struct net_address {
	uint8_t family;	   /* AF_INET or AF_INET6; 0: none */
	uint8_t prefix;	   /* bits */
	uint8_t bytes[16]; /* network order; the first 4 of AF_INET */
};

struct net_conf {
	struct net_link link[NET_LINKS];
	struct {
		struct net_address at;
		uint8_t link; /* index */
	} address[NET_ADDRESSES];
	struct {
		struct net_address to;	/* prefix 0: everything */
		struct net_address via; /* family 0: directly on the link */
		uint8_t link;		/* index, or NET_ANY_LINK */
	} route[NET_ROUTES];
	struct net_address dns[NET_DNS];
	char search[NET_SEARCH_SIZE];
	unsigned int links, addresses, routes, dns_count;
	bool from_host;
	uint32_t wait_ms;
	uint32_t timeout_ms;	  /* for all of it; 0: see net_limit_ms() */
	char host[MSG_PARAM_MAX]; /* what the host said, not yet read */
	size_t host_len;
};

/* As struct conf_key wants them; @into is a struct net_conf */
const char *net_add_link(void *into, const char *value);
const char *net_add_route(void *into, const char *value);
const char *net_add_dns(void *into, const char *value);
const char *net_add_search(void *into, const char *value);

#ifdef CONFIG_GUEST_NET
/* The rows of [network]; @start: where the struct net_conf is in the target */
#define NET_KEYS_OF_HOST(start)                                                \
	{ "network",	 "link",	  CONF_CALL,                           \
	  .at = (start), .repeats = true, .add = net_add_link },               \
		{ "network",	 "route",	  CONF_CALL,                   \
		  .at = (start), .repeats = true, .add = net_add_route },      \
		{ "network",	 "dns",		  CONF_CALL,                   \
		  .at = (start), .repeats = true, .add = net_add_dns },        \
	{                                                                      \
		"network", "search", CONF_CALL, .at = (start),                 \
						.add = net_add_search          \
	}
#define NET_KEYS(start)                                                        \
	NET_KEYS_OF_HOST(start),                                               \
		{ "network", "from-host", CONF_FLAG,                           \
		  .at = (start) + offsetof(struct net_conf, from_host) },      \
		{ "network", "wait", CONF_MS,                                  \
		  .at = (start) + offsetof(struct net_conf, wait_ms),          \
		  .max = 600000 },                                             \
		{ "network",                                                   \
		  "timeout",                                                   \
		  CONF_MS,                                                     \
		  .at = (start) + offsetof(struct net_conf, timeout_ms),       \
		  .min = 1,                                                    \
		  .max = 86400000 },
#else
#define NET_KEYS(start)
#endif

/*
 * net_conf_of_host() - what the host said, as a configuration of its own
 * @error:	CONF_ERROR_MAX bytes; the sentence, or ""
 * Return: 0: *@ret is written; -ENODATA: it said nothing; -EINVAL
 */
int net_conf_of_host(const struct net_conf *conf, struct net_conf *ret,
		     char *error);

#endif
