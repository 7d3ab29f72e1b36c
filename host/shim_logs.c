// SPDX-License-Identifier: Apache-2.0
/*
 * host/shim_logs.c - one appliance: what QEMU writes may not fill the disk
 */
#include "host/shim_impl.h"

#include <sys/epoll.h>
#include <unistd.h>

#include "common/log.h"

#include "host/config/appliance.h"
#include "host/config/runtime.h"
#include "host/qemu/logs.h"

void shim_logs_bound(struct shim *s)
{
	const struct runtime *rt = s->opt->runtime;
	const bool qemu = logs_bound(rt->qemu_log);

	if (!logs_bound(rt->qmp_log) && !qemu)
		return;
	if (!s->logs_told)
		log_line(STDERR_FILENO, s->opt->appliance->name,
			 "QEMU writes a lot into %s/%s.log: only the last %d "
			 "KiB of it are kept",
			 rt->dir, qemu ? "qemu" : "qmp", LOGS_KEPT >> 10);
	s->logs_told = true;
}

static void on_logs(void *ctx, uint32_t events)
{
	struct shim *s = ctx;

	(void)events;
	logs_heed(s->logs_fd);
	shim_logs_bound(s);
}

int shim_logs_watch(struct shim *s)
{
	const struct runtime *rt = s->opt->runtime;
	const int logs[] = { rt->qemu_log, rt->qmp_log };

	s->logs_fd = logs_watch(logs);
	return s->logs_fd < 0
		       ? 0
		       : loop_add(&s->loop, s->logs_fd, EPOLLIN, on_logs, s);
}

void shim_logs_close(struct shim *s)
{
	if (s->logs_fd >= 0)
		close(s->logs_fd);
	if (s->log_fd >= 0)
		close(s->log_fd);
}
