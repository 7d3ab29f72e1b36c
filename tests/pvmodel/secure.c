// SPDX-License-Identifier: Apache-2.0
/*
 * tests/pvmodel/secure.c - time and threads for the rules of tests/pvmodel/pv.h
 *
 * Whoever a rule says is busy works: the main thread, which hears nothing
 * meanwhile, or one for PERFORM, which has QEMU's name for it where QEMU would
 * give it one. Memory is touched for real as far as the script says, and its
 * return takes what the kernel takes; a helper that is killed cannot pretend
 * to need longer.
 */
#include "tests/pvmodel/model.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "host/core/verdict.h"

enum { THREADS_HAVE_NAMES = 1100 }; /* of QEMU's versions: 2.3 */

static pthread_mutex_t kvm_lock = PTHREAD_MUTEX_INITIALIZER;

static uint64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

/* As the kernel's loop over the pages does: CPU time, and no answer. */
static void work(uint64_t us)
{
	uint64_t until = now_us() + us;

	while (now_us() < until)
		;
}

/* In the words of QEMU's __s390_pv_cmd(), for host/qemu/complaint.h. */
static void complain(const struct pv_refusal *r)
{
	static const char *const names[PV_COMMANDS] = {
		[PV_ENABLE] = "KVM_PV_ENABLE",
		[PV_DISABLE] = "KVM_PV_DISABLE",
		[PV_SET_SEC_PARMS] = "KVM_PV_SET_SEC_PARMS",
		[PV_UNPACK] = "KVM_PV_UNPACK",
		[PV_PREPARE] = "KVM_PV_ASYNC_CLEANUP_PREPARE",
		[PV_PERFORM] = "KVM_PV_ASYNC_CLEANUP_PERFORM",
	};

	fprintf(stderr,
		"pvmodel: KVM PV command %d (%s) failed: header rc %x rrc 0 "
		"IOCTL rc: %d\n",
		r->command, names[r->command], r->rc, r->error);
}

static _Noreturn void cmd_exit(int command, int error)
{
	complain(&(struct pv_refusal){ command, 0, error });
	_exit(1); /* s390_pv_cmd_exit() */
}

/* By which a test, or the next end of the guest, lets PERFORM begin. All threads
 * block it, so that one which comes first is not lost. */
static sigset_t go_ahead(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	return set;
}

static void *perform(void *ctx)
{
	const sigset_t go = go_ahead();
	struct model *m = ctx;
	struct pv_cost c;
	int sig;

	if (m->line.debug_threads || m->pv.host.qemu >= THREADS_HAVE_NAMES)
		prctl(PR_SET_NAME, "async_cleanup");
	if (m->script.perform_waits || m->script.perform_late_ms)
		sigwait(&go, &sig);
	usleep(m->script.perform_late_ms * 1000);
	pthread_mutex_lock(&kvm_lock);
	c = pv_perform(&m->pv);
	pthread_mutex_unlock(&kvm_lock);
	work(c.us);
	if (c.error)
		cmd_exit(PV_PERFORM, c.error);
	pthread_mutex_lock(&kvm_lock);
	pv_performed(&m->pv, false);
	pthread_mutex_unlock(&kvm_lock);
	return NULL;
}

static void start_perform(struct model *m)
{
	sigset_t all, before;
	pthread_t thread;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	if (pthread_create(&thread, NULL, perform, m) == 0)
		pthread_detach(thread);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* Return: 0; -ENOMEM */
static int touch(uint64_t bytes)
{
	void *at;

	if (!bytes)
		return 0;
	at = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (at == MAP_FAILED)
		return -ENOMEM;
	memset(at, 1, bytes);
	return 0;
}

int secure_open(struct model *m)
{
	const struct script *s = &m->script;
	const sigset_t go = go_ahead();
	const unsigned int mib =
		s->memory_mib ? s->memory_mib : m->line.memory_mib;

	sigprocmask(SIG_BLOCK, &go, NULL);
	m->pv = (struct pv){
		.host = s->host,
		.memory = (uint64_t)mib << 20,
	};
	m->pv.host.donated = (uint64_t)s->donated_mib << 20;
	m->pv.host.donatable = (uint64_t)s->donatable_mib << 20;
	m->pv.host.qemu = s->version_major * 100 + s->version_minor;
	return touch((uint64_t)s->touch_mib << 20);
}

bool secure_boot(struct model *m)
{
	struct pv_refusal r = { 0 };

	pthread_mutex_lock(&kvm_lock);
	if (m->script.secure)
		r = pv_enter(&m->pv);
	pthread_mutex_unlock(&kvm_lock);
	if (r.error)
		complain(&r);
	return !r.error;
}

bool secure_is(struct model *m)
{
	bool is;

	pthread_mutex_lock(&kvm_lock);
	is = m->pv.secure;
	pthread_mutex_unlock(&kvm_lock);
	return is;
}

void secure_stop(const struct model *m)
{
	if (m->script.perform_late_ms && m->machine.resets)
		kill(getpid(), SIGUSR1);
}

void secure_reset(struct model *m)
{
	struct pv_reset r;

	pthread_mutex_lock(&kvm_lock);
	r = pv_reset(&m->pv);
	pthread_mutex_unlock(&kvm_lock);
	if (r.prepare_error)
		complain(
			&(struct pv_refusal){ PV_PREPARE, 0, r.prepare_error });
	work(r.deaf_us);
	if (r.disable_error)
		cmd_exit(PV_DISABLE, r.disable_error);
	if (r.thread)
		start_perform(m);
}

/* With a helper the memory, and the work with it, is the helper's. */
void secure_exit(struct model *m)
{
	if (!m->line.async_teardown || m->script.no_helper)
		work(pv_exit(&m->pv).us);
}
