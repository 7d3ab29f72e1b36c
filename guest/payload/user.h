/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guest/payload/user.h - a user's and a group's number, from /etc
 */
#ifndef GUEST_PAYLOAD_USER_H
#define GUEST_PAYLOAD_USER_H

#include <sys/types.h>

struct user {
	uid_t uid;
	gid_t gid;
};

/*
 * user_find() - numbers stand for themselves, names are looked up
 * @root:	"" but in tests
 * @name:	"": root
 * @group:	"": the user's own, or the user's number
 * Return: 0; -ENOENT: no such user or group; -errno of reading the file
 */
int user_find(const char *root, const char *name, const char *group,
	      struct user *ret);

#endif
