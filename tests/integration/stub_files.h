/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/integration/stub_files.h - the files of an image that nothing boots
 *
 * Kernel and initrd hold a few words; the manifest is true to them.
 */
#ifndef TESTS_INTEGRATION_STUB_FILES_H
#define TESTS_INTEGRATION_STUB_FILES_H

/*
 * stub_files() - write them
 * @dir:	is there
 * @arch:	what the manifest says
 * Return: 0; -EIO
 */
int stub_files(const char *dir, const char *arch);

#endif
