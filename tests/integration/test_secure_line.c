// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/test_secure_line.c - the line of a secure guest, emulated
 *
 * There is no Secure Execution where this runs. But all of its command line
 * except the object can be booted: every virtio device behind the IOMMU, with
 * the guest's own drivers. So the line is built as for KVM, the object and the
 * accelerator are exchanged, and a guest must come up on it with its port, its
 * network and its disk. A shim would refuse, so this is its own host.
 */
#include "tests/integration/both.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/array.h"
#include "common/msg.h"
#include "common/wire.h"
#include "host/config/appliance.h"
#include "host/config/image.h"
#include "host/launch/spawn.h"
#include "host/qemu/able.h"
#include "host/qemu/argv.h"
#include "host/qemu/disks.h"
#include "host/qemu/probe.h"
#include "host/qemu/process.h"
#include "tests/integration/http.h"

enum { DISK_BYTES = 16 << 20 };

struct own_host {
	struct appliance a;
	struct image image;
	struct qemu_caps caps;
	struct argv line;
	struct process process;
	int qmp, agent;
	struct wire_reader reader;
};

static struct own_host m; /* large */

static void prepare(struct rig *r)
{
	const struct uv_host uv = { .hosts = true, .async = true };
	char text[1024], cwd[512], error[SENTENCE_MAX];

	assert_int_equal(truncate(rig_write(r, "one.img", ""), DISK_BYTES), 0);
	assert_non_null(getcwd(cwd, sizeof(cwd)));
	snprintf(text, sizeof(text),
		 "[appliance]\nimage = %s/%s\naccel = kvm\nsecure = yes\n"
		 "[network]\nforward = 80\n[storage]\ndisk = data-1 one.img\n",
		 cwd, rig_image("s390x", "devices"));
	if (appliance_load(rig_write(r, "secure.conf", text), &m.a, error) ||
	    image_open(m.a.image, "s390x", &m.image, error) ||
	    appliance_complete(&m.a, &m.image, error) ||
	    appliance_pick_ports(&m.a, error) ||
	    probe_qemu(m.a.qemu, "s390x", PROBE_MS, &m.caps, error))
		fail_msg("%s", error);
	able_settle(&m.a, &m.caps, &uv);
}

/* A socket that listens at @name, and @connected to it. */
static int listen_at(const struct rig *r, const char *name, int *connected)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s/%s", r->dir, name);
	assert_int_equal(bind(fd, (struct sockaddr *)&sun, sizeof(sun)), 0);
	assert_int_equal(listen(fd, 1), 0);
	*connected = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(
		connect(*connected, (struct sockaddr *)&sun, sizeof(sun)), 0);
	return fd;
}

/* Take the object away. Return: how many places were changed */
static int without_object(struct argv *line)
{
	static const char guest[] = ",confidential-guest-support=pv0";
	int changed = 0;
	size_t to = 0;

	for (size_t i = 0; i < line->count; i++) {
		char *at = strstr(line->v[i], guest);

		if (strcmp(line->v[i], "-object") == 0) {
			i++; /* and its argument */
			changed++;
			continue;
		}
		if (at) {
			*at = '\0';
			changed++;
		}
		if (strcmp(line->v[i], "kvm") == 0) {
			memcpy(line->v[i], "tcg", sizeof("tcg"));
			changed++;
		}
		line->v[to++] = line->v[i];
	}
	line->v[to] = NULL;
	return changed;
}

static void start(struct rig *r)
{
	int serial, log = open(rig_write(r, "qmp.log", ""),
			       O_WRONLY | O_APPEND | O_CLOEXEC);
	struct qemu_fds fds = {
		.mark = "lock-8-99",
		.qmp = listen_at(r, "qmp", &m.qmp),
		.agent = listen_at(r, "agent", &m.agent),
		.serial = listen_at(r, "serial", &serial),
		.qmp_log = log,
		.kernel = m.image.kernel_fd,
		.initrd = m.image.initrd_fd,
		.tap = -1,
		.vhost = -1,
	};
	int keep[6 + APPLIANCE_DISKS] = { fds.qmp,     fds.agent,  fds.serial,
					  fds.qmp_log, fds.kernel, fds.initrd };
	char error[SENTENCE_MAX];
	const struct spawn what = { .argv = m.line.v,
				    .keep = keep,
				    .keep_count = 6 + m.a.disks,
				    .output = STDERR_FILENO,
				    .cgroup = -1 };

	assert_int_equal(disks_open(&m.a, fds.disk, error), 0);
	memcpy(&keep[6], fds.disk, m.a.disks * sizeof(int));
	assert_int_equal(argv_build(&m.a, &m.image, &m.caps, &fds, &m.line), 0);
	assert_int_equal(without_object(&m.line), 3);
	assert_int_equal(process_spawn(&m.process, NULL, &what), 0);
	for (size_t i = 0; i < 3; i++)
		close(keep[i]);
	close(serial);
	close(log);
	dprintf(m.qmp, "{\"execute\":\"qmp_capabilities\"}\n"
		       "{\"execute\":\"cont\"}\n");
}

static void welcome(uint64_t epoch)
{
	struct msg w = { .type = MSG_WELCOME, .epoch = epoch, .seq = 1 };
	uint8_t buf[WIRE_FRAME_MAX];

	w.welcome.heartbeat_ms = 5000;
	w.welcome.generation = w.welcome.boot = 1;
	assert_true(write(m.agent, buf, msg_write(&w, buf)) > 0);
}

/* The next message of the guest's. */
static void hear(struct msg *said, int64_t end_ms)
{
	struct pollfd p = { .fd = m.agent, .events = POLLIN };
	struct frame f;

	for (;;) {
		size_t room;
		uint8_t *at;
		ssize_t n;

		while (wire_next(&m.reader, &f))
			if (msg_parse(&f, said) == 0)
				return;
		if (poll(&p, 1, child_left(end_ms)) == 0)
			fail_msg("the guest says nothing more");
		at = wire_room(&m.reader, &room);
		n = read(m.agent, at, room);
		if (n <= 0)
			fail_msg("the port was closed");
		wire_filled(&m.reader, (size_t)n);
	}
}

static void await_ready(void)
{
	int64_t end_ms = child_deadline();
	struct msg said;

	do {
		hear(&said, end_ms);
		if (said.type == MSG_HELLO)
			welcome(said.epoch);
	} while (said.type != MSG_READY);
}

static void assert_page(const char *page, const char *part)
{
	char text[4096];

	if (http_get(m.a.forward[0].port, page, text, sizeof(text),
		     child_deadline()) <= 0 ||
	    !strstr(text, part))
		fail_msg("%s: %s", page, text);
}

static int end(void **state)
{
	if (m.process.pidfd >= 0) {
		struct pollfd p = { .fd = m.process.pidfd, .events = POLLIN };

		process_signal(&m.process, SIGKILL);
		poll(&p, 1, CHILD_DEADLINE_MS);
		process_reap(&m.process);
	}
	image_close(&m.image);
	return both_close(state);
}

static int begin(void **state)
{
	m.process.pidfd = m.process.helper_pidfd = -1;
	m.image.kernel_fd = m.image.initrd_fd = -1;
	return both_open(state);
}

static void secure_line_without_its_object_boots_every_device(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;

	prepare(r);
	start(r);
	await_ready();
	assert_page("/cgi-bin/do?net", " 10.0.2.15/24 ");
	assert_page("/cgi-bin/do?mounts", "/data ext4 rw");
	assert_page("/cgi-bin/do?write", "\r\n\r\n1\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "secure_line_without_its_object_boots_every_device@s390x",
		  secure_line_without_its_object_boots_every_device, begin, end,
		  &both_s390x },
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
