/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/doctor/need.h - would the appliance find the memory that it needs?
 */
#ifndef HOST_DOCTOR_NEED_H
#define HOST_DOCTOR_NEED_H

#include "host/core/admission.h"
#include "host/core/need.h"
#include "host/doctor/doctor.h"
#include "host/sentence.h"

struct weighing {
	struct need need;
	struct decision decision;  /* if it started now, the last who waits */
	char text[ADMISSION_TEXT]; /* and its numbers */
	bool runs;		   /* so a second one is what was weighed */
};

/*
 * need_weigh() - of the appliance of @p against what can be promised now
 *
 * Cgroups around a shim of it are not known here, and not looked at.
 * Return: 0; else -errno (@error)
 */
int need_weigh(const struct patient *p, struct weighing *w, char *error);

#endif
