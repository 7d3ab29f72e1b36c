/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_ARRAY_H
#define COMMON_ARRAY_H

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#endif
