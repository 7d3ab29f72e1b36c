/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/trim.h - give back the memory that only a start needs
 */
#ifndef HOST_TRIM_H
#define HOST_TRIM_H

/*
 * trim_memory() - drop pages that will most likely not be needed again
 *
 * Those of the program's code and constants, which come back from the page
 * cache where they are wanted; and of the main thread's stack those below the
 * caller, and those of zeros.
 */
void trim_memory(void);

#endif
