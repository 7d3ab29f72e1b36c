/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/config/place.h - where the directories of an appliance are
 */
#ifndef HOST_CONFIG_PLACE_H
#define HOST_CONFIG_PLACE_H

#include <stdbool.h>
#include <stddef.h>

#include "host/config/runtime.h"

struct sockaddr_un;

enum { PLACE_SIZE = PATH_MAX / 2 };

/*
 * place_root() - the directory of all appliances' directories
 * Return: 0; -ENOENT, -EINVAL: the environment does not say (@error)
 */
int place_root(char root[static PLACE_SIZE], char *error);

/*
 * place_state() - the directory of what is kept between runs
 * Return: 0; -EINVAL: the environment does not say (@error)
 */
int place_state(char root[static PLACE_SIZE], char *error);

/*
 * place_file() - what a person means who asks for an appliance to be run
 * @word:	a path; or, where no file here is called so, a name: its file in
 *		/etc/reprise, or in REPRISE_CONFIG_DIR
 * Return: 0; -EINVAL, -ENAMETOOLONG (@error)
 */
int place_file(const char *word, char path[static PATH_MAX], char *error);

/*
 * place_each() - the places of this host, our own first, until @each has enough
 *
 * Root sees those of all users, others that of root besides their own; where
 * REPRISE_RUNTIME_DIR is set there is no other.
 * Return: 0; else as place_root()
 */
int place_each(bool (*each)(void *ctx, const char *root), void *ctx,
	       char *error);

/* place_socket() - @dir/NAME.sock. Return: 0; -ENAMETOOLONG */
int place_socket(const char *dir, enum runtime_socket which,
		 struct sockaddr_un *sun);

/* place_name() - "qmp.sock" and so on */
const char *place_name(enum runtime_socket which);

/* place_connect() - @flags: of socket(). Return: a descriptor; -errno */
int place_connect(const char *dir, enum runtime_socket which, int flags);

#endif
