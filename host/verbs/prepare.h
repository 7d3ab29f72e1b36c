/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/verbs/prepare.h - all that can be refused before anything starts
 */
#ifndef HOST_VERBS_PREPARE_H
#define HOST_VERBS_PREPARE_H

#include <stdbool.h>

#include "host/config/appliance.h"
#include "host/config/image.h"
#include "host/launch/identity.h"
#include "host/qemu/probe.h"
#include "host/qemu/uv.h"

struct prepared {
	struct appliance appliance; /* complete, but for free ports */
	struct image image;
	struct qemu_caps caps;
	struct uv_host uv;
	struct identity who; /* runs QEMU */
	bool who_settled;    /* by a start before: it is not looked for */
};

/*
 * prepare_config() - read and check appliance and image
 * @file:	as a person says it: place_file()
 * @p:		the caller's until prepare_end()
 * Return: 0; else -errno, the sentence in @error, nothing to end
 */
int prepare_config(const char *file, struct prepared *p, char *error);

/*
 * prepare_qemu() - look at QEMU and the accelerator
 * @anew:	ask QEMU even if it was asked before
 * Return: likewise, but prepare_end() is still due
 */
int prepare_qemu(struct prepared *p, bool anew, char *error);

/*
 * prepare_warning() - what runs, but perhaps not as it was meant
 * @p:		of prepare_qemu()
 * @i:		0, 1, ... until there is no more
 * Return: a static sentence; NULL
 */
const char *prepare_warning(const struct prepared *p, unsigned int i);

void prepare_end(struct prepared *p);

#endif
