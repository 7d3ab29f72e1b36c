/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/guest/tree.h - a small file tree that stands for / in a test
 */
#ifndef TESTS_GUEST_TREE_H
#define TESTS_GUEST_TREE_H

/* tree_setup(), tree_teardown() - for cmocka: *state is the tree's path */
int tree_setup(void **state);
int tree_teardown(void **state);

/* tree_file() - a file below @root, and the folders above it */
void tree_file(const char *root, const char *path, const char *text);

/* tree_link() - the same for a symbolic link */
void tree_link(const char *root, const char *path, const char *target);

/* tree_folder() - and for a folder, to end with '/' */
void tree_folder(const char *root, const char *path);

#endif
