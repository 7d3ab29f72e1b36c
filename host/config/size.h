/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/config/size.h - what an appliance's machine is, for those who measure
 */
#ifndef HOST_CONFIG_SIZE_H
#define HOST_CONFIG_SIZE_H

#include "host/core/need.h"

struct appliance;
struct image;

/*
 * appliance_size() - as need_bytes() and predict() want it (pure)
 * @a:		of appliance_complete() with @image, and able_settle()
 */
struct machine_size appliance_size(const struct appliance *a,
				   const struct image *image);

#endif
