// SPDX-License-Identifier: Apache-2.0
/*
 * host/net/tap.c - the guest's link on a bridge of this machine
 *
 * The device itself is made with an ioctl, the only way there is; the rest is
 * one message of rtnetlink: on the bridge, of the bridge's MTU (a smaller port
 * would shrink the bridge's), with an address higher than any (a bridge takes
 * the lowest of its ports', and all its neighbours would have to learn it
 * anew), and up.
 */
#include "host/net/tap.h"

#include <net/if.h> /* before any of linux/: musl's trap */

#include <linux/capability.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/crc32c.h"

#include "host/launch/rights.h"

static_assert(LINK_NAME_SIZE == IFNAMSIZ, "the kernel's bound");

enum { MAC_BYTES = 6, BEGINNING = 4 };

void tap_name(const char *appliance, char name[static LINK_NAME_SIZE])
{
	size_t n = strlen(appliance);

	if (n + strlen("rp-") < LINK_NAME_SIZE)
		snprintf(name, LINK_NAME_SIZE, "rp-%s", appliance);
	else
		snprintf(name, LINK_NAME_SIZE, "rp-%.*s%08x", BEGINNING,
			 appliance,
			 (unsigned int)crc32c((const uint8_t *)appliance, n));
}

void tap_mac(const char *machine, const char *appliance,
	     char mac[static MAC_SIZE])
{
	unsigned char hash[crypto_hash_sha256_BYTES];
	crypto_hash_sha256_state state;

	crypto_hash_sha256_init(&state);
	crypto_hash_sha256_update(&state, (const unsigned char *)machine,
				  strlen(machine) + 1);
	crypto_hash_sha256_update(&state, (const unsigned char *)appliance,
				  strlen(appliance));
	crypto_hash_sha256_final(&state, hash);
	snprintf(mac, MAC_SIZE, "52:%02x:%02x:%02x:%02x:%02x", hash[0], hash[1],
		 hash[2], hash[3], hash[4]); /* 0x52: one station, local */
}

static const char *why_no_device(int r)
{
	if (r == -EPERM || r == -EACCES)
		return "only who may administer the network (CAP_NET_ADMIN) "
		       "makes one: run as root, or write mode = user";
	if (r == -EBUSY)
		return "somebody has a link of that name: end it, or give this "
		       "appliance another name";
	if (r == -ENOENT || r == -ENODEV || r == -ENXIO)
		return "this machine's kernel has no /dev/net/tun: load its "
		       "module tun, or write mode = user";
	return strerror(-r);
}

static int no_device(const struct appliance *a, int r, char *error)
{
	char name[LINK_NAME_SIZE];

	tap_name(a->name, name);
	sentence(error, r, "mode = tap: the link %s: %s", name,
		 why_no_device(r));
	return appliance_blame(a, a->line.mode, r, error);
}

int tap_check(const struct appliance *a, char *error)
{
	if (a->network != NETWORK_TAP)
		return 0;
	if (!if_nametoindex(a->bridge)) {
		sentence(error, -ENODEV,
			 "bridge %s: this machine has no such link: make it "
			 "(ip link add %s type bridge), or write the name of a "
			 "bridge that is there",
			 a->bridge, a->bridge);
		return appliance_blame(a, a->line.bridge, -ENODEV, error);
	}
	if (!(rights_now() & RIGHT(CAP_NET_ADMIN)))
		return no_device(a, -EPERM, error);
	return 0;
}

/* Return: the descriptor; -errno */
static int make_device(const char *name)
{
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR |
					  (short)IFF_TUN_EXCL };
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
	int r;

	if (fd < 0)
		return -errno;
	memcpy(ifr.ifr_name, name, LINK_NAME_SIZE);
	if (ioctl(fd, TUNSETIFF, &ifr) == 0)
		return fd;
	r = -errno;
	close(fd);
	return r;
}

static uint32_t mtu_of(const char *link)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq ifr = { .ifr_mtu = 0 };
	uint32_t mtu = 0;

	if (fd < 0)
		return 0;
	memcpy(ifr.ifr_name, link, LINK_NAME_SIZE);
	if (ioctl(fd, SIOCGIFMTU, &ifr) == 0)
		mtu = (uint32_t)ifr.ifr_mtu;
	close(fd);
	return mtu;
}

/* The guest's address with its first byte as high as it may be. */
static bool host_side(const char *mac, unsigned char bytes[static MAC_BYTES])
{
	unsigned int b[MAC_BYTES];

	if (sscanf(mac, "%x:%x:%x:%x:%x:%x", &b[0], &b[1], &b[2], &b[3], &b[4],
		   &b[5]) != MAC_BYTES)
		return false;
	for (int i = 0; i < MAC_BYTES; i++)
		bytes[i] = (unsigned char)b[i];
	bytes[0] = 0xfe;
	return true;
}

/* Return: the message; NULL: no memory. @port, @bridge: not 0, "no link" */
static struct nl_msg *port_message(const struct appliance *a, unsigned int port,
				   unsigned int bridge)
{
	struct ifinfomsg link = { .ifi_family = AF_UNSPEC,
				  .ifi_index = (int)port,
				  .ifi_flags = IFF_UP,
				  .ifi_change = IFF_UP };
	struct nl_msg *m =
		nlmsg_alloc_simple(RTM_SETLINK, NLM_F_REQUEST | NLM_F_ACK);
	unsigned char address[MAC_BYTES];
	uint32_t mtu = mtu_of(a->bridge);
	int r = m ? nlmsg_append(m, &link, sizeof(link), NLMSG_ALIGNTO) : 0;

	if (m && r >= 0 && mtu)
		r = nla_put_u32(m, IFLA_MTU, mtu);
	if (m && r >= 0 && host_side(a->mac, address))
		r = nla_put(m, IFLA_ADDRESS, sizeof(address), address);
	if (m && r >= 0)
		r = nla_put_u32(m, IFLA_MASTER, bridge);
	if (m && r < 0) {
		nlmsg_free(m);
		m = NULL;
	}
	return m;
}

/*
 * One message, one answer, which is there when the first has been sent: the
 * sockets of libnl, and all that they can print, would be 12 KiB for that.
 * Return: 0; -errno, the kernel's own
 */
static int ask_kernel(const struct nlmsghdr *message)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	struct {
		struct nlmsghdr head;
		struct nlmsgerr body; /* the rest of it is cut off */
	} answer;
	int r = 0;

	if (fd < 0)
		return -errno;
	if (send(fd, message, message->nlmsg_len, 0) < 0)
		r = -errno;
	else if (recv(fd, &answer, sizeof(answer), 0) != sizeof(answer) ||
		 answer.head.nlmsg_type != NLMSG_ERROR)
		r = -EBADMSG;
	else
		r = answer.body.error;
	close(fd);
	return r;
}

/* Return: 0; -errno */
static int put_on_bridge(const struct appliance *a, const char *name)
{
	unsigned int port = if_nametoindex(name);
	unsigned int bridge = if_nametoindex(a->bridge);
	struct nl_msg *m;
	int r;

	if (!port || !bridge)
		return -ENODEV;
	m = port_message(a, port, bridge);
	r = m ? ask_kernel(nlmsg_hdr(m)) : -ENOMEM;
	nlmsg_free(m);
	return r;
}

int tap_open(const struct appliance *a, char *error)
{
	char name[LINK_NAME_SIZE];
	int fd, r = tap_check(a, error);

	if (r < 0)
		return r;
	tap_name(a->name, name);
	fd = make_device(name);
	if (fd < 0)
		return no_device(a, fd, error);
	r = put_on_bridge(a, name);
	if (r == 0)
		return fd;
	close(fd);
	sentence(error, -EIO,
		 "the link %s does not go on bridge %s: %s: write the name of "
		 "a bridge (ip link show type bridge)",
		 name, a->bridge, strerror(-r));
	return appliance_blame(a, a->line.bridge, -EIO, error);
}

int tap_ready(const struct appliance *a, int *fd, char *error)
{
	int r;

	if (a->network != NETWORK_TAP || *fd >= 0)
		return 0;
	r = tap_open(a, error);
	if (r < 0)
		return r;
	*fd = r;
	return 0;
}

int tap_vhost(const struct appliance *a)
{
	if (a->network != NETWORK_TAP || a->accel != ACCEL_KVM)
		return -1;
	return open("/dev/vhost-net", O_RDWR | O_CLOEXEC);
}
