// SPDX-License-Identifier: Apache-2.0
/*
 * host/doctor/virt.c - probes: QEMU, KVM
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/array.h"

#include "host/config/appliance.h"
#include "host/doctor/command.h"
#include "host/doctor/doctor.h"
#include "host/qemu/probe.h"

static const char install[] =
	"install QEMU 7.2 or newer, or write qemu = PATH in [appliance]";

void look_qemu(const struct patient *p, struct finding *f)
{
	const char *arch =
		p->appliance ? p->appliance->architecture : p->machine;
	char name[PATH_MAX], error[SENTENCE_MAX];
	struct qemu_caps caps;

	if (p->appliance && p->appliance->qemu[0])
		snprintf(name, sizeof(name), "%s", p->appliance->qemu);
	else
		snprintf(name, sizeof(name), "qemu-system-%s", arch);
	if (probe_qemu(name, arch, PROBE_MS, &caps, error) < 0)
		finding_set(f, LEVEL_FAIL, install, "%s", error);
	else
		finding_set(f, LEVEL_OK, "", "%d.%d.%d for %s (%s)", caps.major,
			    caps.minor, caps.micro, arch, caps.path);
}

/* Without an appliance that wants it, no KVM is no failure. */
static enum level weight(const struct patient *p)
{
	return p->appliance && p->appliance->accel == ACCEL_KVM ? LEVEL_FAIL
								: LEVEL_WARN;
}

static const char use_tcg[] =
	"write accel = tcg in [appliance], or mend this machine's KVM";

/* A machine whose firmware says something when its first instructions ran. */
static const struct firmware {
	const char *machine; /* of uname() */
	const char *type, *device, *says;
} firmwares[] = {
	{ "x86_64", "q35", "isa-debugcon,iobase=0x402,chardev=said",
	  "SeaBIOS" },
	{ "s390x", "s390-ccw-virtio", "sclpconsole,chardev=said", "LOADPARM" },
};

static void last_line(const char *text, char *line, size_t size)
{
	size_t len = strlen(text), from;

	while (len && text[len - 1] == '\n')
		len--;
	for (from = len; from && text[from - 1] != '\n'; from--)
		;
	snprintf(line, size, "%.*s", (int)(len - from), text + from);
}

/* What three instructions may, a machine with all its registers may not. */
static void look_at_firmware(const struct patient *p, const char *qemu,
			     const struct firmware *w, struct finding *f)
{
	const char *const argv[] = {
		qemu,
		"-machine",
		w->type,
		"-accel",
		"kvm",
		"-cpu",
		"host",
		"-m",
		"64",
		"-nodefaults",
		"-no-user-config",
		"-display",
		"none",
		"-chardev",
		"stdio,id=said",
		"-device",
		w->device,
		NULL,
	};
	char text[2048], line[FINDING_TEXT / 2];
	int r = command_read(argv, w->says, text, sizeof(text));

	last_line(text, line, sizeof(line));
	if (r == 0)
		finding_set(f, LEVEL_OK, "",
			    "it runs a guest, and QEMU's "
			    "firmware");
	else if (r == -ENOENT)
		finding_set(f, LEVEL_OK, "", "it runs a guest (%s: not found)",
			    qemu);
	else if (r == -ETIMEDOUT)
		finding_set(f, weight(p), use_tcg,
			    "it runs instructions, but QEMU's firmware hangs");
	else
		finding_set(f, weight(p), use_tcg,
			    "it runs instructions, but not under %s: %s", qemu,
			    line[0] ? line : strerror(-r));
}

static void look_at_qemu(const struct patient *p, struct finding *f)
{
	const struct appliance *a = p->appliance;
	char name[PATH_MAX];

	snprintf(name, sizeof(name), "qemu-system-%s", p->machine);
	if (a && strcmp(a->architecture, p->machine) == 0 && a->qemu[0])
		snprintf(name, sizeof(name), "%s", a->qemu);
	for (size_t i = 0; i < ARRAY_SIZE(firmwares); i++)
		if (strcmp(firmwares[i].machine, p->machine) == 0)
			look_at_firmware(p, name, &firmwares[i], f);
}

static void look_inside(const struct patient *p, const char *device,
			struct finding *f)
{
	char why[FINDING_TEXT];

	switch (p->try_kvm(device, why)) {
	case KVM_RUNS:
		look_at_qemu(p, f);
		break;
	case KVM_HANGS:
		finding_set(f, weight(p), use_tcg,
			    "%s opens, but a guest of three instructions does "
			    "not end",
			    device);
		break;
	case KVM_FAILS:
		finding_set(f, weight(p), use_tcg, "%s: %s", device, why);
		break;
	}
}

void look_kvm(const struct patient *p, struct finding *f)
{
	char device[PATH_MAX];

	snprintf(device, sizeof(device), "%s/dev/kvm", p->root);
	if (access(device, R_OK | W_OK) == 0)
		look_inside(p, device, f);
	else if (errno == EACCES)
		finding_set(f, weight(p),
			    "add this user to the group of /dev/kvm", "%s: %s",
			    device, strerror(errno));
	else
		finding_set(f, weight(p),
			    "load kvm, switch virtualization on in the "
			    "machine's firmware, or write accel = tcg",
			    "%s: %s", device, strerror(errno));
}
