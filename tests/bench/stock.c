// SPDX-License-Identifier: Apache-2.0
/*
 * tests/bench/stock.c - Debian's own kernel
 *
 * Theory of operation: the script beside this file fetches the package into
 * the cache and says where its kernel is.
 */
#include "tests/bench/stock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host/verbs/prepare.h"

static const char script[] = "tests/bench/stock";

static int find(const char *arch, char path[static SITE_PATH], char *error)
{
	char command[64];
	FILE *f;
	int status;

	snprintf(command, sizeof(command), "%s %s", script, arch);
	f = popen(command, "re");
	if (!f)
		return sentence(error, -errno, "%s: %s", command,
				strerror(errno));
	if (!fgets(path, SITE_PATH, f))
		path[0] = '\0';
	status = pclose(f);
	path[strcspn(path, "\n")] = '\0';
	if (status != 0 || path[0] != '/')
		return sentence(error, -ENOENT,
				"`%s` has no kernel for us: see above; it runs "
				"from the top of the tree",
				command);
	return 0;
}

int stock_replace(const char *arch, struct prepared *p, char *release,
		  char *error)
{
	char path[SITE_PATH];
	int r = find(arch, path, error);
	int fd;

	if (r < 0)
		return r;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return sentence(error, -errno, "%s: %s", path, strerror(errno));
	close(p->image.kernel_fd);
	p->image.kernel_fd = fd;
	snprintf(release, 64, "%.63s", strrchr(path, '/') + 1);
	return 0;
}
