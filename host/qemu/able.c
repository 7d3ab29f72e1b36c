// SPDX-License-Identifier: Apache-2.0
/*
 * host/qemu/able.c - can this QEMU do what the appliance wants? (pure)
 *
 * Theory of operation: the file was looked at without any QEMU
 * (host/config/fit.c); what is left is a machine or an object that this binary
 * was built without. Better one sentence here than QEMU's own after the start.
 */
#include "host/qemu/able.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "common/array.h"

enum { QEMU_ASYNC_RESET = 8 }; /* its major version */

static const uint64_t prepare_refuses = 2ULL << 30; /* bytes, and less */

enum qemu_machine able_machine(const struct appliance *a)
{
	if (strcmp(a->architecture, "s390x") == 0)
		return QEMU_CCW;
	return a->machine == MACHINE_MICROVM ? QEMU_MICROVM : QEMU_Q35;
}

void able_settle(struct appliance *a, const struct qemu_caps *caps,
		 const struct uv_host *uv)
{
	const bool can = uv->hosts && a->accel == ACCEL_KVM && caps->pv_guest &&
			 able_machine(a) == QEMU_CCW;

	a->may_be_secure =
		a->secure == SECURE_YES || (a->secure == SECURE_AUTO && can);
	a->donates_again =
		a->may_be_secure && !uv->fast && !able_hindrance(a, caps, uv);
}

static int check_machine(const struct appliance *a,
			 const struct qemu_caps *caps, char *error)
{
	enum qemu_machine m = able_machine(a);

	if (caps->machine[m])
		return 0;
	sentence(error, -ENOTSUP,
		 "%s: QEMU %d.%d.%d was built without the machine %s: %s",
		 caps->path, caps->major, caps->minor, caps->micro,
		 qemu_machine_names[m],
		 m == QEMU_MICROVM ? "write machine = default"
				   : "write qemu = PATH of another one in "
				     "[appliance]");
	return appliance_blame(a,
			       a->line.machine ? a->line.machine : a->line.qemu,
			       -ENOTSUP, error);
}

int able_check(const struct appliance *a, const struct qemu_caps *caps,
	       const struct uv_host *uv, char *error)
{
	int r = check_machine(a, caps, error);

	if (r < 0 || a->secure != SECURE_YES)
		return r;
	if (!caps->pv_guest)
		r = sentence(error, -ENOTSUP,
			     "secure = yes, but %s was built without "
			     "s390-pv-guest: install one for KVM on s390x, or "
			     "write secure = no",
			     caps->path);
	else if (!uv->hosts)
		r = sentence(error, -ENOTSUP,
			     "secure = yes, but this machine hosts no secure "
			     "guests: boot it with prot_virt=1, or write "
			     "secure = no");
	return r < 0 ? appliance_blame(a, a->line.secure, r, error) : 0;
}

/* What was known of the three; by it a hindrance is one. */
struct site {
	const struct appliance *a;
	const struct qemu_caps *caps;
	const struct uv_host *uv;
};

static bool kvm_waits(const struct site *s)
{
	return s->uv->hosts && !s->uv->async;
}

static bool qemu_waits(const struct site *s)
{
	return s->caps && s->caps->major < QEMU_ASYNC_RESET;
}

static bool is_small(const struct site *s)
{
	return s->a->memory <= prepare_refuses;
}

#define HINDRANCE(holds, found, advice)                                        \
	{                                                                      \
		holds, { found, advice },                                      \
			"a reboot in place will wait until the old guest's "   \
			"memory is destroyed: " found ": " advice              \
	}

static const struct {
	bool (*holds)(const struct site *s);
	struct hindrance what;
	const char *warning;
} hindrances[] = {
	HINDRANCE(kvm_waits,
		  "KVM does not destroy a secure guest in the background",
		  "run Linux 6.2 or newer, without kvm.async_destroy=0"),
	HINDRANCE(qemu_waits,
		  "QEMU before 8.0 does not let KVM destroy a secure guest in "
		  "the background",
		  "install QEMU 8.0 or newer"),
	HINDRANCE(is_small,
		  "the guest has 2 GiB or less, which KVM destroys at once",
		  "give it more than 2 GiB, or use full restarts"),
};

const struct hindrance *able_hindrance(const struct appliance *a,
				       const struct qemu_caps *caps,
				       const struct uv_host *uv)
{
	const struct site s = { a, caps, uv };

	for (size_t i = 0; i < ARRAY_SIZE(hindrances); i++)
		if (hindrances[i].holds(&s))
			return &hindrances[i].what;
	return NULL;
}

static bool has_no_teardown(const struct site *s)
{
	return s->caps->teardown == TEARDOWN_NONE;
}

static bool has_no_sandbox(const struct site *s)
{
	return !s->caps->sandbox;
}

/* hugetlbfs pages can never become secure: docs/facts.md, 1.7 */
static bool has_huge_pages(const struct site *s)
{
	for (uint32_t i = 0; s->a->may_be_secure && i < s->a->arguments; i++)
		if (strstr(s->a->argument[i], "hugetlb") ||
		    strstr(s->a->argument[i], "mem-path"))
			return true;
	return false;
}

static bool is_not_protected(const struct site *s)
{
	return s->a->secure == SECURE_AUTO && !s->a->may_be_secure;
}

const char *able_warning(const struct appliance *a,
			 const struct qemu_caps *caps, const struct uv_host *uv,
			 unsigned int i)
{
	static const struct {
		bool (*holds)(const struct site *s);
		const char *sentence;
	} all[] = {
		{ has_no_teardown,
		  "this QEMU has no async teardown: its end takes as long as "
		  "its memory takes to free" },
		{ has_no_sandbox, "this QEMU was built without seccomp: it "
				  "runs without a sandbox" },
		{ is_not_protected,
		  "secure = auto, and the guest runs without protection: that "
		  "takes s390x, accel = kvm, a QEMU with s390-pv-guest and a "
		  "machine booted with prot_virt=1" },
		{ has_huge_pages,
		  "a secure guest cannot be in huge pages, and an argument of "
		  "[unsupported] may ask for them: it will not start" },
	};
	const struct site s = { a, caps, uv };

	for (size_t k = 0; k < ARRAY_SIZE(all); k++)
		if (all[k].holds(&s) && i-- == 0)
			return all[k].sentence;
	for (size_t k = 0; a->may_be_secure && k < ARRAY_SIZE(hindrances); k++)
		if (hindrances[k].holds(&s) && i-- == 0)
			return hindrances[k].warning;
	return NULL;
}
