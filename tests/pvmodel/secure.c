// SPDX-License-Identifier: Apache-2.0
/*
 * tests/pvmodel/secure.c - time and threads for the rules of tests/pvmodel/pv.h
 *
 * The main thread works, and so hears nothing, while a rule says that it is
 * busy; PERFORM has a thread of its own with QEMU's name for it. Memory is
 * touched for real as far as the script says, and its return takes what the
 * kernel takes; a helper that is killed cannot pretend to need longer.
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

static void complain(int command, const char *name, int error)
{
	fprintf(stderr,
		"pvmodel: KVM PV command %d (%s) failed: header rc 0 rrc 0 "
		"IOCTL rc: %d\n",
		command, name, error);
}

static void *perform(void *ctx)
{
	struct model *m = ctx;
	struct pv_cost c;

	prctl(PR_SET_NAME, "async_cleanup");
	pthread_mutex_lock(&kvm_lock);
	c = pv_perform(&m->pv);
	pthread_mutex_unlock(&kvm_lock);
	if (c.error) {
		complain(10, "KVM_PV_ASYNC_CLEANUP_PERFORM", c.error);
		exit(1); /* s390_pv_cmd_exit() */
	}
	nanosleep(&(struct timespec){ (time_t)(c.us / 1000000),
				      (long)(c.us % 1000000) * 1000 },
		  NULL);
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

	m->pv = (struct pv){
		.host = s->host,
		.memory = (uint64_t)s->memory_mib << 20,
	};
	m->pv.host.donated = (uint64_t)s->donated_mib << 20;
	m->pv.host.qemu = s->version_major * 100 + s->version_minor;
	return touch((uint64_t)s->touch_mib << 20);
}

void secure_boot(struct model *m)
{
	pthread_mutex_lock(&kvm_lock);
	if (m->script.secure)
		pv_enter(&m->pv);
	pthread_mutex_unlock(&kvm_lock);
}

void secure_reset(struct model *m)
{
	struct pv_reset r;

	pthread_mutex_lock(&kvm_lock);
	r = pv_reset(&m->pv);
	pthread_mutex_unlock(&kvm_lock);
	if (r.prepare_failed)
		complain(9, "KVM_PV_ASYNC_CLEANUP_PREPARE", -EINVAL);
	work(r.deaf_us);
	if (r.exits) {
		complain(1, "KVM_PV_DISABLE", -EIO);
		exit(1);
	}
	if (r.thread)
		start_perform(m);
}

/* With a helper the memory, and the work with it, is the helper's. */
void secure_exit(struct model *m)
{
	if (!m->line.async_teardown || m->script.no_helper)
		work(pv_exit(&m->pv).us);
}
