/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/pvmodel/helper.h - the teardown helper: cleanup/<pid>
 */
#ifndef TESTS_PVMODEL_HELPER_H
#define TESTS_PVMODEL_HELPER_H

/*
 * helper_start() - as system/async-teardown.c of QEMU does it: a process that
 *	shares our memory, has no exit signal and no descriptors, listens to
 *	SIGHUP alone, and looks once a second whether we are gone
 *
 * A failure is silent, as there.
 */
void helper_start(void);

#endif
