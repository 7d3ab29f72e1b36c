/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/pvmodel/script.h - what the model shall do otherwise than QEMU does
 *
 * PVMODEL holds words separated by commas; without it the model behaves. A
 * word that nobody knows ends the model: a test must not pass by a typo.
 */
#ifndef TESTS_PVMODEL_SCRIPT_H
#define TESTS_PVMODEL_SCRIPT_H

#include <stdbool.h>

#include "tests/pvmodel/pv.h"

/* What waits until a second shim has connected to QMP. */
enum model_wait {
	WAIT_NEVER,
	WAIT_GREETING, /* of QMP */
	WAIT_GRANT,    /* what follows it: QUIESCED */
	WAIT_COMMIT,   /* likewise: the end of the guest */
	WAIT_STATUS,   /* of a stopped VM: an answer */
	WAIT_RESET,    /* but no longer than the first shim is there */
	WAIT_QUIT,     /* it is not heard */
};

struct script {
	/* version=7.2, arch=x86_64: what it says that it is */
	unsigned int version_major, version_minor;
	char arch[16];

	/* QEMU */
	bool ends_at_once; /* before QMP, with last words on stderr */
	bool deaf_at_stop; /* a stopped VM's query-status has no answer */
	bool ignores_quit;
	bool ignores_term;    /* SIGTERM */
	bool refuses_reset;   /* system_reset is an error */
	bool double_shutdown; /* two SHUTDOWN for one STOP */
	bool no_helper;	      /* async teardown is asked for and not done */
	bool nameless_end;    /* its helper has no command line then */

	/* waits-at=greeting, grant, commit, status, reset, quit */
	enum model_wait waits_at;

	/* its monitor: instead of the greeting, or once the guest runs */
	bool qmp_alien;	   /* another protocol */
	bool qmp_half;	   /* half a line, then nothing */
	bool qmp_wrong_id; /* replies to what was not asked */
	bool qmp_endless;  /* a line without an end */
	bool qmp_deep;	   /* brackets in brackets */
	bool qmp_flood;	   /* events without number */
	bool qmp_leaves;   /* it closes, and goes on */

	/* firmware-resets=N: so many resets of the firmware's own after each
	 * reset that QEMU was told to do */
	unsigned int firmware_resets;

	/* a protected VM; of its host: no-async, no-destroy-fast,
	 * prepare-fails, perform-fails, disable-fails, no-key, huge-pages,
	 * page-ns=N, donated=MIB, donatable=MIB; of QEMU perform-waits: its
	 * thread gets no CPU until SIGUSR1, perform-late=MS: until so long after
	 * the guest has ended again; memory=MIB, touch=MIB: the guest's, instead
	 * of that of -m, and what of it is really taken */
	bool secure, perform_waits;
	struct pv_host host;
	unsigned int memory_mib, touch_mib, donated_mib, donatable_mib;
	unsigned int perform_late_ms;

	/* the guest */
	unsigned int boot_ms; /* boot=MS: from cont to its first word */
	bool garbage;	      /* noise around every message, in every state */
	bool policy;	      /* REFUSED for every REQUEST */
	bool no_intent;	      /* REQUEST has no answer */
	bool no_hello;	      /* no agent at all */
	bool unclean;	      /* the proof says: a writable mount */
	bool stays;	      /* it does not end after COMMIT */
	bool other_image; /* it says that it is another one than was booted */
	bool fails;	  /* it resets without a word, once it is ready */
};

/*
 * script_read() - take the words of PVMODEL
 * Return: NULL; else the word that nobody knows, static
 */
const char *script_read(struct script *s, const char *words);

#endif
