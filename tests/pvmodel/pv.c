// SPDX-License-Identifier: Apache-2.0
/*
 * tests/pvmodel/pv.c - a protected VM, as KVM and QEMU treat it: the rules
 */
#include "tests/pvmodel/pv.h"

#include <errno.h>

#include "host/core/verdict.h"

#define GIB (UINT64_C(1) << 30)

enum {
	PAGE = 4096,
	QEMU_ASYNC_RESET = 800, /* 8.0: PREPARE and PERFORM */
	QEMU_LOOKS_AT_SIZE = 801,
};

static const uint64_t small = 2 * GIB; /* a segment table maps it */

static uint64_t destroy_us(const struct pv *v, uint64_t bytes)
{
	return bytes / PAGE * v->host.page_ns / 1000;
}

static uint64_t at_most(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

struct pv_refusal pv_enter(struct pv *v)
{
	const struct pv_host *h = &v->host;

	if (h->donatable && pv_donated(v) + h->donated > h->donatable)
		return (struct pv_refusal){ PV_ENABLE, 0, -ENOMEM };
	if (h->no_key)
		return (struct pv_refusal){ PV_SET_SEC_PARMS, 0x108, -EINVAL };
	if (h->huge_pages)
		return (struct pv_refusal){ PV_UNPACK, 0, -EFAULT };
	v->secure = true;
	return (struct pv_refusal){ 0 };
}

struct pv_cost pv_prepare(struct pv *v)
{
	struct pv_cost c = { 0 };

	if (!v->secure || v->host.no_async || v->aside || v->memory <= small)
		c.error = -EINVAL;
	else if (v->host.prepare_fails)
		c.error = -EIO;
	if (c.error)
		return c;
	c.us = destroy_us(v, small);
	if (!v->host.no_fast)
		c.returned = v->host.donated;
	v->secure = false;
	v->aside = true;
	return c;
}

struct pv_cost pv_perform(struct pv *v)
{
	struct pv_cost c = { 0 };

	if (!v->aside || v->host.no_async) {
		c.error = -EINVAL;
		return c;
	}
	v->aside = false;
	v->performing++;
	c.us = destroy_us(v, v->memory - at_most(v->memory, small));
	if (v->host.perform_fails)
		c.error = -EIO;
	return c;
}

void pv_performed(struct pv *v, bool killed)
{
	v->performing--;
	v->left += killed;
}

/* All of it, whatever was set aside or left: each page once. */
struct pv_cost pv_disable(struct pv *v)
{
	struct pv_cost c = { 0 };

	if (!v->secure || v->host.disable_fails) {
		c.error = v->secure ? -EIO : -EINVAL;
		return c;
	}
	c.us = destroy_us(v, v->memory);
	c.returned = pv_donated(v);
	v->secure = v->aside = false;
	v->left = 0;
	c.returned -= pv_donated(v);
	return c;
}

struct pv_cost pv_exit(struct pv *v)
{
	struct pv_cost c = { .returned = pv_donated(v) };

	if (v->secure || v->aside || v->left || v->performing)
		c.us = destroy_us(v, v->memory);
	v->secure = v->aside = false;
	v->left = v->performing = 0;
	return c;
}

/* With "destroy fast" PREPARE has returned what an old one had. */
uint64_t pv_donated(const struct pv *v)
{
	uint64_t old = v->host.no_fast ? v->aside + v->performing + v->left : 0;

	return (v->secure + old) * v->host.donated;
}

static bool tries_async(const struct pv *v)
{
	return v->host.qemu >= QEMU_ASYNC_RESET && !v->host.no_async &&
	       (v->host.qemu < QEMU_LOOKS_AT_SIZE || v->memory > small);
}

struct pv_reset pv_reset(struct pv *v)
{
	struct pv_reset r = { 0 };
	struct pv_cost c;

	if (!v->secure)
		return r;
	if (tries_async(v)) {
		c = pv_prepare(v);
		r.deaf_us = c.us;
		r.thread = c.error == 0;
		r.prepare_error = c.error;
	}
	if (r.thread)
		return r;
	c = pv_disable(v);
	r.deaf_us += c.us;
	r.disable_error = c.error;
	return r;
}
