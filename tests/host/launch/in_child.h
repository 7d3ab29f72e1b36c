/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/host/launch/in_child.h - for rights that are given up are gone
 */
#ifndef TESTS_HOST_LAUNCH_IN_CHILD_H
#define TESTS_HOST_LAUNCH_IN_CHILD_H

/* in_child() - Return: what @child returned in a child, 0 to 255 */
int in_child(int (*child)(void));

#endif
