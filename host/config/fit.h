/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/config/fit.h - do the values of an appliance go together? (pure)
 */
#ifndef HOST_CONFIG_FIT_H
#define HOST_CONFIG_FIT_H

#include "host/config/appliance.h"

/*
 * appliance_fit() - look at what each value means for the others
 * @a:		its architecture known; from the topology it gets what was left
 *		out of cpus and sockets, and a machine without a watchdog's
 *		place has none
 * Return: 0; -EINVAL, and @error says which line is to be changed how
 */
int appliance_fit(struct appliance *a, char *error);

/*
 * appliance_warning() - what will run, but perhaps not as it was meant
 * @a:		of appliance_complete()
 * @i:		0, 1, ... until there is no more
 * Return: a static sentence, without the appliance's name; NULL
 */
const char *appliance_warning(const struct appliance *a, unsigned int i);

#endif
