// SPDX-License-Identifier: Apache-2.0
/*
 * host/doctor/kvm.c - does a guest run under KVM?
 *
 * Theory of operation: each architecture brings a guest: its memory and first
 * state, its instructions, and what its exit must look like. The x86 one is in
 * real mode and writes 42 to a port; the s390x one gives a diagnose that nobody
 * knows, which KVM hands to us (Linux Documentation/virt/kvm/api.rst).
 *
 * A child that hangs in the kernel may not even die of SIGKILL: then it is left
 * to init.
 */
#include "host/doctor/kvm.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "host/launch/child.h"

enum { MEMORY = 1 << 20 };

struct guest {
	int kvm, vm, cpu;
	uint8_t *memory;
	struct kvm_run *run;
};

/* Steps, so that a child can say by its exit status which one failed. */
enum step {
	STEP_OPEN,
	STEP_VM,
	STEP_MEMORY,
	STEP_CPU,
	STEP_STATE,
	STEP_RUN,
	STEP_EXIT,
	STEPS,
};

static const char *const step_names[STEPS] = {
	[STEP_OPEN] = "open",
	[STEP_VM] = "KVM_CREATE_VM",
	[STEP_MEMORY] = "KVM_SET_USER_MEMORY_REGION",
	[STEP_CPU] = "KVM_CREATE_VCPU",
	[STEP_STATE] = "the first state of its CPU",
	[STEP_RUN] = "KVM_RUN",
	[STEP_EXIT] = "its exit was not the one that was written",
};

#if defined(__x86_64__)
static int set_state(struct guest *g)
{
	static const uint8_t code[] = {
		0xb0, 0x2a, /* mov $42, %al */
		0xe6, 0x10, /* out %al, $0x10 */
		0xf4,	    /* hlt */
	};
	struct kvm_regs regs = { .rip = 0, .rflags = 2 };
	struct kvm_sregs sregs;

	memcpy(g->memory, code, sizeof(code));
	if (ioctl(g->cpu, KVM_GET_SREGS, &sregs) < 0)
		return -1;
	sregs.cs.base = 0;
	sregs.cs.selector = 0;
	if (ioctl(g->cpu, KVM_SET_SREGS, &sregs) < 0)
		return -1;
	return ioctl(g->cpu, KVM_SET_REGS, &regs);
}

static bool is_expected(const struct guest *g)
{
	const struct kvm_run *r = g->run;

	return r->exit_reason == KVM_EXIT_IO && r->io.port == 0x10 &&
	       ((const uint8_t *)r)[r->io.data_offset] == 42;
}
#elif defined(__s390x__)
enum { CODE = 0x1000, INTERCEPTED_INSTRUCTION = 4 };

static int set_state(struct guest *g)
{
	static const uint8_t code[] = { 0x83, 0x24, 0x0f, 0xff }; /* diag */

	memcpy(g->memory + CODE, code, sizeof(code));
	g->run->psw_mask = 0x0000000180000000; /* 64-bit addresses */
	g->run->psw_addr = CODE;
	return 0;
}

static bool is_expected(const struct guest *g)
{
	const struct kvm_run *r = g->run;

	return r->exit_reason == KVM_EXIT_S390_SIEIC &&
	       r->s390_sieic.icptcode == INTERCEPTED_INSTRUCTION &&
	       r->s390_sieic.ipa == 0x8324;
}
#else
#error "no guest for this architecture: write one"
#endif

static int map_memory(struct guest *g)
{
	struct kvm_userspace_memory_region m = { .memory_size = MEMORY };

	/* s390 wants it aligned to 1 MiB */
	g->memory = mmap(NULL, 2 * MEMORY, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (g->memory == MAP_FAILED)
		return -1;
	g->memory += MEMORY - (uintptr_t)g->memory % MEMORY;
	m.userspace_addr = (uintptr_t)g->memory;
	return ioctl(g->vm, KVM_SET_USER_MEMORY_REGION, &m);
}

static int make_cpu(struct guest *g)
{
	int size = ioctl(g->kvm, KVM_GET_VCPU_MMAP_SIZE, 0);

	g->cpu = ioctl(g->vm, KVM_CREATE_VCPU, 0);
	if (g->cpu < 0 || size < (int)sizeof(*g->run))
		return -1;
	g->run = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED,
		      g->cpu, 0);
	return g->run == MAP_FAILED ? -1 : 0;
}

static int run_cpu(struct guest *g)
{
	int r;

	do
		r = ioctl(g->cpu, KVM_RUN, 0);
	while (r < 0 && errno == EINTR);
	return r;
}

/* Return: STEPS: it ran; else the step that failed, with errno */
static int run_guest(const char *device)
{
	struct guest g = { .kvm = open(device, O_RDWR | O_CLOEXEC) };

	if (g.kvm < 0)
		return STEP_OPEN;
	g.vm = ioctl(g.kvm, KVM_CREATE_VM, 0);
	if (g.vm < 0)
		return STEP_VM;
	if (map_memory(&g) < 0)
		return STEP_MEMORY;
	if (make_cpu(&g) < 0)
		return STEP_CPU;
	if (set_state(&g) < 0)
		return STEP_STATE;
	if (run_cpu(&g) < 0)
		return STEP_RUN;
	errno = EPROTO;
	return is_expected(&g) ? STEPS : STEP_EXIT;
}

struct outcome {
	int step;
	int error;
};

_Noreturn static void child(kvm_guest_fn *run, const char *device, int report)
{
	struct outcome o = { .step = run(device) };

	o.error = errno;
	(void)!write(report, &o, sizeof(o));
	_exit(0);
}

static enum kvm_try judge(const struct outcome *o, char *why)
{
	if (o->step == STEPS)
		return KVM_RUNS;
	snprintf(why, KVM_WHY, "%s: %s", step_names[o->step],
		 strerror(o->error));
	return KVM_FAILS;
}

/* Return: where its outcome is to be read; -1: it was not born, see errno */
static int start(kvm_guest_fn *run, const char *device, pid_t *pid)
{
	int report[2];

	if (pipe2(report, O_CLOEXEC) < 0)
		return -1;
	*pid = fork();
	if (*pid == 0)
		child(run, device, report[1]);
	close(report[1]);
	if (*pid > 0)
		return report[0];
	close(report[0]);
	return -1;
}

enum kvm_try kvm_bounded(kvm_guest_fn *run, const char *device, char *why)
{
	struct outcome o = { .step = STEP_OPEN };
	struct pollfd p = { .events = POLLIN };
	ssize_t n = 0;
	pid_t pid;

	why[0] = '\0';
	p.fd = start(run, device, &pid);
	if (p.fd < 0) {
		snprintf(why, KVM_WHY, "%s", strerror(errno));
		return KVM_FAILS;
	}
	if (poll(&p, 1, KVM_TRY_MS) > 0)
		n = read(p.fd, &o, sizeof(o));
	close(p.fd);
	child_kill(pid); /* it has said all, or hangs */
	return n == (ssize_t)sizeof(o) ? judge(&o, why) : KVM_HANGS;
}

enum kvm_try kvm_try(const char *device, char *why)
{
	return kvm_bounded(run_guest, device, why);
}

int kvm_capability(const char *device, int capability)
{
	int fd = open(device, O_RDWR | O_CLOEXEC);
	int r;

	if (fd < 0)
		return -errno;
	r = ioctl(fd, KVM_CHECK_EXTENSION, capability);
	if (r < 0)
		r = -errno;
	close(fd);
	return r;
}
