/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/integration/uv_host.h - a host of secure guests, which it is not
 *
 * There is no such host to test on. So a test program is its own shim, with two
 * answers exchanged: that the machine's processor may run the guest, and that
 * there is an ultravisor, which destroys fast if the environment says so. QEMU,
 * guest and what KVM refuses are the stand-in's (tests/pvmodel), a model.
 */
#ifndef TESTS_INTEGRATION_UV_HOST_H
#define TESTS_INTEGRATION_UV_HOST_H

#include <stdbool.h>

struct rig;

/*
 * uv_host_is_shim() - was this program run as `reprise run`?
 * @code:	its exit status, if it was and has ended
 * For main(), before its tests.
 */
bool uv_host_is_shim(int argc, char **argv, int *code);

/* uv_host_fast() - does the ultravisor of shims run from now on destroy fast? */
void uv_host_fast(bool fast);

/*
 * uv_host_run() - "under-test", of 2100 MiB
 * @script:	of tests/pvmodel/script.h, begins with a comma; "" for none
 * @secure:	what its file has under that key
 * @memory:	its last section; "" for none
 */
void uv_host_run(struct rig *r, const char *script, const char *secure,
		 const char *memory);

/* uv_host_run_again() - a shim for what the one before has left */
void uv_host_run_again(struct rig *r);

#endif
