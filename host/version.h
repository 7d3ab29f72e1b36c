/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HOST_VERSION_H
#define HOST_VERSION_H

#define REPRISE_VERSION "0.1"

#endif
