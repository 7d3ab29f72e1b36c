/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/integration/rig.h - one appliance under test, from run to nothing left
 *
 * What is tested where, each on x86_64 and s390x:
 *
 *   test_example   the example image: page, console, second run, reboots in
 *                  place and in full, memory back, stop
 *   test_guest     ends that the guest begins: reboot, power-off, payload's
 *                  exit, reset and halt without intent, panic
 *   test_payload   its user, limits and rights; restarts, memory, giving up
 *   test_notify    its signs of life: readiness, watchdog, longer to end
 *   test_ends      what its exit status means; DHCP
 *   test_devices   the guest's network, disks and watchdog
 *   test_hang      a boot step or a payload that hangs
 *   test_port      its agent's port when shims die: cut, taken again
 *   test_tiny      the guest without any of them
 *   test_adopt     the shim is killed in one phase after the other
 *   test_release   the shim is killed, and all is ended without it
 *   test_handover  another program takes its place
 *   test_service   what a service manager hears
 *   test_rights    who QEMU and its helper are
 *   test_v2_host   a host with cgroup v2: leaves, limits, OOM kills; a guest
 *                  with tests of its own (tests/v2host), on the stand-in
 *   test_history   the history and the plans made from it
 *   test_policy    crash loops, a panic kept, stop --now, a stopped shim, bad
 *                  options, the kernel's OOM killer
 *   test_operator  ends from outside: stop before HELLO, SIGTERM, QEMU killed
 *                  or told to end, restart = never
 *   test_watch     events, console, lists
 *   test_help      help, and what bash and zsh complete
 *   test_next      that QEMU of Debian's next release is what runs (ON_NEXT)
 *   test_machines  microvm and q35; test_tap: a bridge; test_secure_line: a
 *                  Secure Execution guest's command line, without its object
 *   test_teardown  every end of QEMU: its memory comes back after it
 *   test_memory    two appliances and room for one; overlap or drain first
 *   test_random    three, restarted at random in a space that is too small
 *   test_pressure  the kernel says that memory is scarce beside a drain
 *   test_refused   what never starts: bad files, bad images, bad QEMUs
 *
 * On the stand-in (tests/pvmodel):
 *
 *   test_model_adopt   the shim is killed in each phase
 *   test_model_full    a runtime directory that is full, or read-only
 *   test_model_port    the port: garbage, half frames, old epochs
 *   test_model_handover  what a handover answers, and whom
 *   test_draining      what is seen of a generation that drains
 *   test_model_gate    a QEMU that is deaf, refuses, repeats itself
 *   test_model_qmp     a peer that floods, stalls, or is no QEMU
 *   test_model_secure  a Secure Execution guest's resets
 *   test_model_uv      secure = yes and auto, on a host that is none
 *   test_model_promise  there: what is promised, when shims die in a reset
 *   test_varlinkctl    the control socket, by a client that is not ours
 *
 * Theory of operation: `reprise run` is a child whose readiness comes by a
 * descriptor, one byte for each READY, and whose every word is kept. The test
 * program is a subreaper: whatever its children leave behind becomes its own
 * child and is seen, and killed, at the end. No wait is longer than
 * CHILD_DEADLINE_MS; one that fails prints what shim, status and console say.
 */
#ifndef TESTS_INTEGRATION_RIG_H
#define TESTS_INTEGRATION_RIG_H

#include <jansson.h>
#include <stdint.h>

#include "tests/integration/child.h"

struct rig {
	struct child shim;
	struct child console; /* its viewer */
	char dir[64];	      /* scratch, private */
	char runtime[80];     /* REPRISE_RUNTIME_DIR, in it */
	char state[80];	      /* REPRISE_STATE_DIR, likewise */
	char name[64];	      /* of the appliance */
	int ready;	      /* one byte for each READY */
	unsigned int ready_seen;
};

/* rig_program() - the path of `reprise`, built for this machine */
const char *rig_program(void);

/* rig_image() - the directory of an image that make has built; static */
const char *rig_image(const char *arch, const char *image);

/*
 * rig_open() - scratch and runtime directory; no process
 *
 * The functions of host/link/client.h find the appliance from now on.
 */
void rig_open(struct rig *r);

/* rig_write() - a file in the scratch directory. Return: its path; static */
const char *rig_write(const struct rig *r, const char *name, const char *text);

/* rig_run() - reprise run @what; @name: what the appliance will be called */
void rig_run(struct rig *r, const char *what, const char *name);

/* rig_run_program() - the same, with another `reprise` */
void rig_run_program(struct rig *r, const char *program, const char *what,
		     const char *name);

/*
 * rig_file() - write an appliance file, "under-test"
 * @lines:	of the file, after image = @image; "" for none
 * Return: its path; static
 */
const char *rig_file(const struct rig *r, const char *image, const char *lines);

/* rig_under_test() - the path of the file that was written last. Static */
const char *rig_under_test(const struct rig *r);

/* rig_run_file() - rig_run() of it */
void rig_run_file(struct rig *r, const char *image, const char *lines);

/* rig_hear_ready() - what came on the descriptor of readiness; waits for nothing
 */
void rig_hear_ready(struct rig *r);

/* rig_await_*() - each fails the test when it does not come */
void rig_await_ready(struct rig *r); /* the next READY not awaited before */
void rig_await_said(struct rig *r, const char *text); /* on shim's stderr */
int rig_await_end(struct rig *r); /* Return: its exit code */
void rig_assert_end(struct rig *r, int code);

/* rig_verb() - reprise ARGS..., to its end. @c: to be closed by the caller */
void rig_verb(struct rig *r, struct child *c, const char *const args[]);

/* rig_do() - a verb that must succeed, its output not looked at */
void rig_do(struct rig *r, const char *const args[]);
#define RIG_DO(r, ...) rig_do((r), (const char *const[]){ __VA_ARGS__, NULL })

/* rig_said() - a program that ends with @code. Return: its output; static */
const char *rig_said(struct rig *r, int code, const char *const argv[]);
#define RIG_SAID(r, code, ...)                                                 \
	rig_said((r), (code), (const char *const[]){ __VA_ARGS__, NULL })

/* rig_status() - a new reference; fails the test if there is none */
json_t *rig_status(struct rig *r);

/* rig_word(), rig_number() - a member of the status, or of its "last" passage;
 * rig_word() gives a static copy */
const char *rig_word(struct rig *r, const char *key);
json_int_t rig_number(struct rig *r, const char *key);
const char *rig_last(struct rig *r, const char *key);

/* rig_ledger() - call @each for everybody whom the ledger counts */
struct promised;
void rig_ledger(const struct rig *r,
		void (*each)(void *ctx, const struct promised *m), void *ctx);

/* rig_last_has_phase() - was it one of those of the last passage? */
bool rig_last_has_phase(struct rig *r, const char *wanted);

/* rig_get() - a page of the guest's that must come; static */
const char *rig_get(struct rig *r, const char *path);

/* rig_peek() - the same, while nobody may serve. Return: NULL: nobody does */
const char *rig_peek(struct rig *r, const char *path);

/* rig_poke() - a page whose answer nobody needs */
void rig_poke(struct rig *r, const char *path);

/* rig_ask() - one whose answer may never come. Return: its connection */
int rig_ask(struct rig *r, const char *path);

/* rig_watch_console() - from now on, by a viewer of it: what it said, then live
 */
void rig_watch_console(struct rig *r);

/* rig_await_console() - fails the test when @text does not come */
void rig_await_console(struct rig *r, const char *text);

/* rig_end_console() - the shim has ended: so has the viewer, if there was one
 */
void rig_end_console(struct rig *r);

/*
 * rig_assert_nothing_left() - the shim has ended: no child, nor child's child,
 *	no file, socket, lock or directory of it
 */
void rig_assert_nothing_left(struct rig *r);

/* rig_fail() - fail the test, telling all that may explain it */
_Noreturn void rig_fail(struct rig *r, const char *what);

/* rig_close() - end whatever is left, however the test went; takes a closed
 * one */
void rig_close(struct rig *r);

#endif
