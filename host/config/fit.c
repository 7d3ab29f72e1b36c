// SPDX-License-Identifier: Apache-2.0
/*
 * host/config/fit.c - do the values of an appliance go together? (pure)
 *
 * Theory of operation: common/conf.c has looked at each value for itself; here
 * is one function for each thing that several values say together. The line to
 * blame is that of the value which means nothing, or something impossible,
 * next to the others.
 *
 * What a machine lacks: s390-ccw-virtio and microvm have no dies, s390x no
 * threads (QEMU refuses them), and microvm no PCI for the i6300esb.
 */
#include "host/config/fit.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "common/array.h"

enum { TRANSPORTS = 8 };

static int refuse(const struct appliance *a, unsigned int line, char *error,
		  const char *what)
{
	return appliance_blame(a, line, sentence(error, -EINVAL, "%s", what),
			       error);
}

static bool is_s390x(const struct appliance *a)
{
	return strcmp(a->architecture, "s390x") == 0;
}

static int fit_architecture(struct appliance *a, char *error)
{
	if (is_s390x(a) || strcmp(a->architecture, "x86_64") == 0)
		return 0;
	sentence(error, -EINVAL,
		 "%s: the image is for %s, of which nothing is known: take one "
		 "for x86_64 or s390x",
		 a->image, a->architecture);
	return appliance_blame(a, a->line.image, -EINVAL, error);
}

/* virtio-mmio of a microvm without ACPI, which is one without KVM. */
static int fit_transports(struct appliance *a, char *error)
{
	const uint32_t others = a->network == NETWORK_NONE ? 2 : 3;

	if (a->accel == ACCEL_KVM || a->disks + others <= TRANSPORTS)
		return 0;
	sentence(error, -EINVAL,
		 "machine = microvm has room for %u disks unless accel = kvm: "
		 "leave this one out, or write machine = default",
		 TRANSPORTS - others);
	return appliance_blame(a, a->line.disk[TRANSPORTS - others], -EINVAL,
			       error);
}

static int fit_machine(struct appliance *a, char *error)
{
	if (a->machine != MACHINE_MICROVM)
		return 0;
	if (is_s390x(a))
		return refuse(a, a->line.machine, error,
			      "machine = microvm, but the image is for s390x, "
			      "which has none: write machine = default");
	if (a->watchdog && a->line.watchdog)
		return refuse(a, a->line.watchdog, error,
			      "watchdog = yes, but machine = microvm has no "
			      "place for one: write watchdog = no, or machine "
			      "= default");
	a->watchdog = false;
	return fit_transports(a, error);
}

static int fit_network(struct appliance *a, char *error)
{
	if (a->network != NETWORK_USER && a->forwards) {
		sentence(error, -EINVAL,
			 "a forward needs QEMU's own network, but line %u says "
			 "mode = %s: write mode = user there, or leave the "
			 "forward out",
			 a->line.mode,
			 a->network == NETWORK_TAP ? "tap" : "none");
		return appliance_blame(a, a->line.forward[0], -EINVAL, error);
	}
	if (a->network == NETWORK_TAP && !a->bridge[0])
		return refuse(a, a->line.mode, error,
			      "mode = tap needs a bridge: write bridge = NAME "
			      "of one of this machine, as in bridge = br0");
	if (a->network != NETWORK_TAP && a->bridge[0])
		return refuse(a, a->line.bridge, error,
			      "a bridge is for mode = tap: write that in "
			      "[network], or leave the bridge out");
	return 0;
}

static int fit_secure(struct appliance *a, char *error)
{
	if (a->secure != SECURE_YES)
		return 0;
	if (!is_s390x(a))
		return refuse(a, a->line.secure, error,
			      "secure = yes, but Secure Execution is for s390x "
			      "alone: write secure = no, or take an image for "
			      "s390x");
	if (a->accel != ACCEL_KVM)
		return refuse(a, a->line.secure, error,
			      "secure = yes, but emulation cannot do it: write "
			      "accel = kvm in [appliance] as well");
	return 0;
}

static uint64_t product(const struct topology *t)
{
	const uint32_t of[] = { t->sockets, t->dies, t->cores, t->threads };
	uint64_t n = 1;

	for (size_t i = 0; i < ARRAY_SIZE(of); i++)
		n *= of[i] ? of[i] : 1;
	return n;
}

/* Levels that the machine does not have. */
static int fit_levels(struct appliance *a, char *error)
{
	if (a->topology.dies > 1 &&
	    (is_s390x(a) || a->machine == MACHINE_MICROVM))
		return refuse(a, a->line.dies, error,
			      "this machine's CPUs have no dies: leave dies "
			      "out, and write sockets and cores");
	if (a->topology.threads > 1 && is_s390x(a))
		return refuse(a, a->line.threads, error,
			      "QEMU has no threads for s390x: leave threads "
			      "out, and write sockets and cores");
	return 0;
}

static unsigned int topology_line(const struct appliance *a)
{
	const unsigned int line[] = { a->line.sockets, a->line.dies,
				      a->line.cores, a->line.threads };
	unsigned int last = 0;

	for (size_t i = 0; i < ARRAY_SIZE(line); i++)
		last = line[i] > last ? line[i] : last;
	return last;
}

/* Sockets are what is left out where it can be. */
static int fit_topology(struct appliance *a, char *error)
{
	struct topology *t = &a->topology;
	uint64_t n = product(t);
	unsigned int line = topology_line(a);
	int r = line ? fit_levels(a, error) : 0;

	if (!line || r < 0)
		return r;
	if (!a->line.cpus && n <= CPUS_MAX)
		a->cpus = (uint32_t)n;
	if (!t->sockets && a->cpus % n == 0) {
		t->sockets = (uint32_t)(a->cpus / n);
		n = product(t);
	}
	if (n == a->cpus)
		return 0;
	sentence(error, -EINVAL,
		 "sockets, dies, cores and threads make %llu CPUs, but there "
		 "are %u%s: write numbers whose product is cpus, at most %d",
		 (unsigned long long)n, a->cpus,
		 a->line.cpus ? "" : " unless cpus says more", CPUS_MAX);
	return appliance_blame(a, line, -EINVAL, error);
}

int appliance_fit(struct appliance *a, char *error)
{
	static int (*const all[])(struct appliance * a, char *error) = {
		fit_architecture, fit_machine,	fit_network,
		fit_secure,	  fit_topology,
	};
	int r = 0;

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(all); i++)
		r = all[i](a, error);
	return r;
}

static bool has_arguments(const struct appliance *a)
{
	return a->arguments;
}

static bool risks_disks(const struct appliance *a)
{
	for (uint32_t i = 0; i < a->disks; i++)
		if (a->disk[i].cache == CACHE_UNSAFE && !a->disk[i].read_only)
			return true;
	return false;
}

static bool starts_anyway(const struct appliance *a)
{
	return a->admission.late == LATE_START_ANYWAY;
}

const char *appliance_warning(const struct appliance *a, unsigned int i)
{
	static const struct {
		bool (*applies)(const struct appliance *a);
		const char *sentence;
	} all[] = {
		{ has_arguments,
		  "QEMU gets arguments of [unsupported]: what they break is "
		  "not known to anybody" },
		{ starts_anyway,
		  "with admission-late = start-anyway it may start where "
		  "memory does not suffice, and the kernel may then kill any "
		  "of this machine's appliances" },
		{ risks_disks,
		  "a disk with cache unsafe is lost when this machine loses "
		  "its power" },
	};
	unsigned int found = 0;

	for (size_t k = 0; k < ARRAY_SIZE(all); k++)
		if (all[k].applies(a) && found++ == i)
			return all[k].sentence;
	return NULL;
}
