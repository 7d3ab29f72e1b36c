/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guest/config/box_conf.h - what the payload may be and use, as init.conf says
 */
#ifndef GUEST_CONFIG_BOX_CONF_H
#define GUEST_CONFIG_BOX_CONF_H

#include <stdbool.h>
#include <stdint.h>

enum { BOX_NAME_MAX = 33, BOX_PATH_MAX = 128, BOX_LIMITS = 16 };

struct box_conf {
	char user[BOX_NAME_MAX];      /* name or number; "": root */
	char group[BOX_NAME_MAX];     /* likewise; "": the user's own */
	char directory[BOX_PATH_MAX]; /* "": / */
	uint32_t umask;
	struct {
		bool given;
		uint64_t value; /* UINT64_MAX: unlimited */
	} limit[BOX_LIMITS];	/* by RLIMIT_ number */
	bool no_new_privileges;
	bool capabilities_given; /* else: root all, others none */
	uint64_t capabilities;	 /* bit: CAP_ number */
	bool read_only_root;
	uint64_t memory_max; /* bytes; 0: no limit */
	uint32_t pids_max;   /* 0: no limit */
};

/* For the schema: Return: NULL, or what should have been written (static) */
const char *box_add_directory(struct box_conf *box, const char *value);
const char *box_add_umask(struct box_conf *box, const char *value);
const char *box_add_limit(struct box_conf *box, const char *value);
const char *box_add_capabilities(struct box_conf *box, const char *value);

#endif
