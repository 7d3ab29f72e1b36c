// SPDX-License-Identifier: Apache-2.0
/*
 * guest/net/net_conf.c - [network] of init.conf
 *
 * Theory of operation: a value is words; the first names a link or a
 * destination, the others come in pairs of a word and its value. A gateway is
 * a route to everywhere. Links, addresses and routes are kept in three flat
 * arrays, so that there is no bound per link but one for all.
 */
#include "guest/net/net_conf.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/array.h"
#include "guest/config/words.h"

static bool read_number(const char *word, uint32_t min, uint32_t max,
			uint32_t *ret)
{
	const struct conf_key rule = { .type = CONF_NUMBER,
				       .min = min,
				       .max = max };
	char why[CONF_ERROR_MAX];

	return conf_value(&rule, word, ret, why) == 0;
}

static uint8_t width(const struct net_address *a)
{
	return a->family == AF_INET ? 32 : 128;
}

static bool read_address(const char *word, struct net_address *ret)
{
	struct net_address a = { .family = AF_INET };

	if (inet_pton(AF_INET, word, a.bytes) != 1) {
		a.family = AF_INET6;
		if (inet_pton(AF_INET6, word, a.bytes) != 1)
			return false;
	}
	a.prefix = width(&a);
	*ret = a;
	return true;
}

/* ADDRESS/PREFIX; the prefix must be there. */
static bool read_prefixed(char *word, struct net_address *ret)
{
	char *slash = strchr(word, '/');
	uint32_t prefix;

	if (!slash)
		return false;
	*slash = '\0';
	if (!read_address(word, ret) ||
	    !read_number(slash + 1, 0, width(ret), &prefix))
		return false;
	ret->prefix = (uint8_t)prefix;
	return true;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* xx:xx:xx:xx:xx:xx */
static bool read_mac(const char *word, uint8_t mac[static 6])
{
	if (strlen(word) != 17)
		return false;
	for (int i = 0; i < 6; i++) {
		int high = hex_digit(word[3 * i]);
		int low = hex_digit(word[3 * i + 1]);

		if (high < 0 || low < 0 || (i < 5 && word[3 * i + 2] != ':'))
			return false;
		mac[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

/* As the kernel's dev_valid_name(). */
static bool read_name(const char *word, char name[static NET_NAME_SIZE])
{
	size_t n = strlen(word);

	if (!n || n >= NET_NAME_SIZE || strpbrk(word, "/:") || word[0] == '.')
		return false;
	memcpy(name, word, n + 1);
	return true;
}

static bool same_link(const struct net_link *a, const struct net_link *b)
{
	return strcmp(a->name, b->name) == 0 &&
	       memcmp(a->mac, b->mac, sizeof(a->mac)) == 0;
}

static const char *add_gateway(struct net_conf *c, const char *word)
{
	struct net_address via;

	if (!read_address(word, &via))
		return "after gateway, write an address, as in 10.0.2.2";
	if (c->routes == NET_ROUTES)
		return "sixteen routes are allowed, gateways included";
	c->route[c->routes].via = via;
	c->route[c->routes].to = (struct net_address){ .family = via.family };
	c->route[c->routes++].link = (uint8_t)(c->links - 1);
	return NULL;
}

static const char *add_address(struct net_conf *c, char *word)
{
	struct net_address at;

	if (!read_prefixed(word, &at))
		return "after address, write an address and its prefix, as in "
		       "10.0.2.15/24 or fd00::2/64";
	if (c->addresses == NET_ADDRESSES)
		return "sixteen addresses are allowed";
	c->address[c->addresses].at = at;
	c->address[c->addresses++].link = (uint8_t)(c->links - 1);
	return NULL;
}

static const char *add_pair(struct net_conf *c, const char *key, char *word)
{
	if (strcmp(key, "address") == 0)
		return add_address(c, word);
	if (strcmp(key, "gateway") == 0)
		return add_gateway(c, word);
	if (strcmp(key, "mtu") == 0 &&
	    read_number(word, 68, 65535, &c->link[c->links - 1].mtu))
		return NULL;
	return "after the link, write pairs of: address A/PREFIX, gateway A, "
	       "mtu 68..65535";
}

const char *net_add_link(void *into, const char *value)
{
	struct net_conf *c = into;
	char key[WORD_SIZE], word[WORD_SIZE];
	struct net_link link = { .mtu = 0 };
	const char *wrong = NULL;

	if (!word_next(&value, word) ||
	    (!read_mac(word, link.mac) && !read_name(word, link.name)))
		return "write a link's name or MAC first, as in eth0 address "
		       "10.0.2.15/24";
	for (unsigned int i = 0; i < c->links; i++)
		if (same_link(&c->link[i], &link))
			return "that link has a line already, write all of it "
			       "there";
	if (c->links == NET_LINKS)
		return "eight links are allowed";
	c->link[c->links++] = link;
	while (!wrong && word_at(&value)) {
		if (!word_next(&value, key) || !word_next(&value, word))
			return "the last word has no value, write pairs as in "
			       "address 10.0.2.15/24";
		wrong = add_pair(c, key, word);
	}
	return wrong;
}

/* Return: the index of the link called @name; -1 */
static int find_link(const struct net_conf *c, const char *name)
{
	for (unsigned int i = 0; i < c->links; i++)
		if (strcmp(c->link[i].name, name) == 0)
			return (int)i;
	return -1;
}

const char *net_add_route(void *into, const char *value)
{
	static const char usage[] = "write a destination, then via, link or "
				    "both, as in 10.1.0.0/16 via 10.0.2.2";
	char key[WORD_SIZE], word[WORD_SIZE];
	struct net_conf *c = into;
	struct net_address to, via = { .family = 0 };
	int link = NET_ANY_LINK;

	if (!word_next(&value, word) || !read_prefixed(word, &to) ||
	    !word_at(&value))
		return usage;
	while (word_at(&value)) {
		if (!word_next(&value, key) || !word_next(&value, word))
			return usage;
		if (strcmp(key, "link") == 0)
			link = find_link(c, word);
		else if (strcmp(key, "via") != 0 || !read_address(word, &via) ||
			 via.family != to.family)
			return usage;
		if (link < 0)
			return "that link has no line of its own above, write "
			       "link = NAME first";
	}
	if (c->routes == NET_ROUTES)
		return "sixteen routes are allowed, gateways included";
	c->route[c->routes].to = to;
	c->route[c->routes].via = via;
	c->route[c->routes++].link = (uint8_t)link;
	return NULL;
}

const char *net_add_dns(void *into, const char *value)
{
	struct net_conf *c = into;

	if (c->dns_count == NET_DNS)
		return "three are allowed, leave this one out";
	if (!read_address(value, &c->dns[c->dns_count]))
		return "write an address, as in 10.0.2.3";
	c->dns_count++;
	return NULL;
}

const char *net_add_search(void *into, const char *value)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789.-_ ";
	struct net_conf *c = into;

	if (!*value || strlen(value) >= sizeof(c->search) ||
	    value[strspn(value, allowed)])
		return "write domain names, 255 bytes at most";
	memcpy(c->search, value, strlen(value) + 1);
	return NULL;
}

#ifdef CONFIG_GUEST_NET
int net_conf_of_host(const struct net_conf *conf, struct net_conf *ret,
		     char *error)
{
	static const struct conf_key keys[] = { NET_KEYS_OF_HOST(0) };
	static const char head[] = "[network]";
	struct net_conf got = { .wait_ms = conf->wait_ms };
	struct conf c;
	int r;

	error[0] = '\0';
	if (conf->host_len == 0)
		return -ENODATA;
	conf_init(&c, keys, ARRAY_SIZE(keys), &got, "the host");
	r = conf_line(&c, head, strlen(head));
	c.line = 0; /* the host did not write that one */
	if (r == 0)
		r = conf_text(&c, conf->host, conf->host_len);
	if (r == 0)
		*ret = got;
	memcpy(error, c.error, CONF_ERROR_MAX);
	return r;
}
#endif
