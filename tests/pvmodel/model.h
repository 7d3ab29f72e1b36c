/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/pvmodel/model.h - a stand-in for QEMU: its parts and who calls whom
 *
 *	main       signals, loop          -> all
 *	monitor    QMP, as a server       -> machine
 *	machine    run state, resets      -> monitor (events), guest (boot, end)
 *	guest      the agent's side       -> machine (its end)
 *	nameless   an end without a command line
 *	secure     what a protected VM costs, by the rules of pv
 *	helper     cleanup/<pid>
 *	rogue      what else a monitor may say
 *	script     what shall go wrong
 *
 * Each part has its struct here; none looks into another's.
 */
#ifndef TESTS_PVMODEL_MODEL_H
#define TESTS_PVMODEL_MODEL_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/msg.h"
#include "common/wire.h"
#include "host/loop.h"
#include "tests/pvmodel/command_line.h"
#include "tests/pvmodel/pv.h"
#include "tests/pvmodel/script.h"

enum { MONITOR_LINE = 8192 };

struct monitor {
	int in, out; /* the client; -1: none */
	int slot;
	bool negotiated;
	unsigned int clients; /* that have come so far */
	size_t len;
	char line[MONITOR_LINE];
};

enum run_state {
	PRELAUNCH,
	RUNNING,
	PAUSED,
	STOPPED /* "shutdown" */,
	PANICKED
};

struct machine {
	enum run_state state;
	bool reboot_resets;	      /* set-action reboot=reset */
	bool reset_waits;	      /* until the client leaves */
	unsigned int resets;	      /* that QEMU was told to do */
	unsigned int firmware_resets; /* since the last of them */
	int timer_fd; /* from cont to the guest's first instruction */
};

struct guest {
	int fd; /* the port's client; -1: none */
	int slot;
	bool up;
	bool ready;
	uint8_t phase; /* enum guest_phase */
	uint64_t epoch, epoch_before;
	uint32_t seq;
	uint8_t intent;
	uint32_t grace_ms; /* of the REQUEST */
	struct wire_reader reader;
};

struct model {
	struct script script;
	struct command_line line;
	struct loop loop;
	struct monitor monitor;
	struct machine machine;
	struct guest guest;
	struct pv pv; /* behind secure.c's lock */
};

/* monitor.c */
/* monitor_waits() - is that to wait for a second shim, which is not there? */
bool monitor_waits(const struct model *m, enum model_wait what);
int monitor_listen(struct model *m);
void monitor_attach(struct model *m, int in, int out);
/* monitor_event() - @data: stolen, or NULL */
void monitor_event(struct model *m, const char *name, json_t *data);

/* machine.c; those that return bool: false: refused */
int machine_open(struct model *m);
bool machine_cont(struct model *m);
void machine_stop(struct model *m); /* QMP's `stop` */
bool machine_reset(struct model *m);
void machine_alone(struct model *m); /* QMP's client has left */
void machine_set_reboot(struct model *m, const char *action);
const char *machine_state(const struct model *m);
/* machine_guest_ends() - the guest has reset (or powered off) the machine */
void machine_guest_ends(struct model *m, bool reset);
/* machine_guest_panics() - into a disabled wait */
void machine_guest_panics(struct model *m);
_Noreturn void machine_quit(struct model *m, const char *reason);

/* nameless.c */
_Noreturn void nameless_end(void); /* no command line is left */

/* secure.c */
int secure_open(struct model *m);
/* secure_boot() - Return: false: it could not become secure, and stops */
bool secure_boot(struct model *m);
bool secure_is(struct model *m);
void secure_stop(const struct model *m); /* the guest has ended */
void secure_reset(struct model *m);	 /* takes as long as QEMU's does */
void secure_exit(struct model *m);

/* guest.c */
int guest_listen(struct model *m);
void guest_boot(struct model *m);
void guest_stop(struct model *m);

/* rogue.c: a monitor that is none, as script.qmp_* say */
bool rogue_greets(const struct model *m); /* true: it has, in its way */
void rogue_runs(struct model *m);	  /* the machine has begun to run */
json_int_t rogue_id(const struct model *m, json_int_t id); /* of a reply */

/* noise.c: bytes that must do nothing but be counted */
enum {
	NOISE_FRAMES = 2,    /* whole frames of another epoch, each time */
	NOISE_REFUSED = 133, /* bytes of no frame, and messages refused */
};
void noise_send(struct model *m);

#endif
