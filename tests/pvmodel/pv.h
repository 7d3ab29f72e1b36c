/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/pvmodel/pv.h - a protected VM, as KVM and QEMU treat it: the rules
 *
 * Theory of operation: nothing here waits or destroys. Each rule says what
 * would come of a command and what it would cost; whoever asks spends the
 * time. A VM has at most one configuration that is protected, one that is set
 * aside, any number under destruction (PERFORM has begun), and a list of left
 * ones that its end will destroy. The numbers behind the rules are those of
 * docs/facts.md; each function names its section.
 */
#ifndef TESTS_PVMODEL_PV_H
#define TESTS_PVMODEL_PV_H

#include <stdbool.h>
#include <stdint.h>

/* What a host and its QEMU are like. */
struct pv_host {
	unsigned int qemu;  /* its version: major * 100 + minor */
	bool no_async;	    /* kvm.async_destroy=0 */
	bool no_fast;	    /* the UV has no "destroy fast" (bit 23) */
	bool prepare_fails; /* EIO, as when a secure CPU is not destroyed */
	bool perform_fails; /* EIO */
	bool disable_fails; /* EIO */
	bool no_key;	    /* the image has none for this host */
	bool huge_pages;    /* its memory is in them */
	uint32_t page_ns;   /* to destroy a page */
	uint64_t donated;   /* bytes that a configuration takes of the host */
	uint64_t donatable; /* bytes that the host has to give; 0: no end */
};

struct pv {
	struct pv_host host;
	uint64_t memory; /* end of the highest memory slot, bytes */
	bool secure;
	bool aside;	     /* set aside, its PERFORM not begun */
	uint32_t performing; /* PERFORM has begun and not ended */
	uint32_t left;	     /* need_cleanup */
};

/* What a command came to. */
struct pv_cost {
	int error;	   /* 0; -errno as the ioctl gives it */
	uint64_t us;	   /* that its caller is busy */
	uint64_t returned; /* bytes of donations that came back with it */
};

/* A KVM PV command that failed, in the words of QEMU's stderr (2.4). */
struct pv_refusal {
	int command; /* enum pv_command, host/core/verdict.h */
	uint32_t rc; /* the ultravisor's */
	int error;   /* 0: none failed */
};

/*
 * pv_enter() - diag308 subcode 10: the guest goes secure (1.6, 1.7, 2.4), or
 *	goes on as it is
 */
struct pv_refusal pv_enter(struct pv *v);

/* pv_prepare() - KVM_PV_ASYNC_CLEANUP_PREPARE (1.2) */
struct pv_cost pv_prepare(struct pv *v);

/* pv_perform() - PERFORM begins; us: how long it will take (1.3) */
struct pv_cost pv_perform(struct pv *v);

/* pv_performed() - and has ended, @killed: by a fatal signal (1.3) */
void pv_performed(struct pv *v, bool killed);

/* pv_disable() - KVM_PV_DISABLE (1.4) */
struct pv_cost pv_disable(struct pv *v);

/* pv_exit() - the last user of the memory goes (1.4). us: how long it takes */
struct pv_cost pv_exit(struct pv *v);

/* pv_donated() - bytes that the ultravisor holds for this VM (1.6) */
uint64_t pv_donated(const struct pv *v);

/* What QEMU's reset of a secure guest does (2.3). */
struct pv_reset {
	uint64_t deaf_us;  /* the main loop, and QMP with it, waits so long */
	bool thread;	   /* async_cleanup is to run PERFORM */
	int prepare_error; /* 0; else it says so on stderr, and goes on */
	int disable_error; /* 0; else it says so, and exits with 1 */
};

/* pv_reset() - a guest that is not secure costs nothing */
struct pv_reset pv_reset(struct pv *v);

#endif
