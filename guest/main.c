// SPDX-License-Identifier: Apache-2.0
/*
 * guest/main.c - reprise-init, PID 1 of an appliance
 *
 * Theory of operation: as PID 1 it boots (each step says on the console what
 * it could not do, and goes on) and enters the loop, which it never leaves.
 * Started by anybody else, `reprise-init VERB` asks PID 1 for an end.
 */
#include <linux/sched.h>
#include <linux/sched/types.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/log.h"
#include "common/version.h"
#include "guest/boot/clock.h"
#include "guest/boot/console.h"
#include "guest/boot/facts.h"
#include "guest/boot/mount.h"
#include "guest/boot/stage.h"
#include "guest/control/control.h"
#include "guest/file/file.h"
#include "guest/init.h"
#include "guest/power/reboot.h"

static const char conf_path[] = "/etc/reprise/init.conf";

/* Return: 0; -errno, and the console knows why */
static int read_conf(struct init_conf *conf)
{
	/* NUL, and one byte more than allowed: file_read() cuts */
	char text[INIT_CONF_BYTES_MAX + 2], error[CONF_ERROR_MAX];
	ssize_t n = file_read(conf_path, text, sizeof(text));
	int r;

	if (n < 0) {
		say("%s: %s", conf_path, strerror((int)-n));
		return (int)n;
	}
	r = init_conf_parse(text, (size_t)n, conf_path, conf, error);
	if (r < 0)
		say("%s", error);
	return r;
}

static enum intent end_intent(int end)
{
	return end == END_REBOOT ? INTENT_REBOOT : INTENT_POWEROFF;
}

static struct session_rules rules_of(const struct init_conf *c)
{
	struct session_rules r = {
		.grace_ms = c->grace_ms,
		.grace_max_ms = c->grace_max_ms,
		.ready_at_start = c->ready == READY_STARTED,
		.host_may_reboot = c->host_may_reboot,
		.host_may_poweroff = c->host_may_poweroff,
		.ready_within_ms = c->ready_within_ms,
		.watchdog_ms = c->watchdog_ms,
		.health_ms = c->health.count ? c->health_ms : 0,
		.health_timeout_ms = c->health_timeout_ms,
		.health_failures = c->health_failures,
		.restart = c->restart_rules,
	};

	r.restart.when = (enum restart_when)c->restart;
	r.restart.on_exit = end_intent(c->on_exit);
	r.restart.on_failure = end_intent(c->on_failure);
	r.restart.on_give_up = end_intent(c->on_give_up);
	return r;
}

/*
 * PID 1 first, where a payload wants all there is: it hears of an execve(2)
 * when that is done and not at the next tick, and never works for long. Its
 * children are as the kernel has them.
 */
static void priority_raise(void)
{
	struct sched_attr a = {
		.size = SCHED_ATTR_SIZE_VER0,
		.sched_policy = SCHED_NORMAL,
		.sched_flags = SCHED_FLAG_RESET_ON_FORK,
		.sched_nice = PRIO_MIN,
	};

	syscall(SYS_sched_setattr, 0, &a, 0);
}

/* What no payload waits for, and the host not before the port is open. */
static void identify(struct session_id *id)
{
	facts_image(id->image, sizeof(id->image));
	id->secure = facts_secure();
	id->epoch = facts_epoch();
	say("this is %s", id->image);
}

static _Noreturn void boot(struct init *in)
{
	struct session_id id = { .init_ms = (uint32_t)clock_ms() };
	struct session_rules rules;
	int conf, r;

	power_ctrl_alt_del_off();
	priority_raise();
	console_open();
	boot_stage_say(BOOT_FIRST);
	mount_all();
	console_open();
	boot_stage_say(BOOT_CONSOLE);
	boot_stage_say(BOOT_MOUNTS);
	mkdir("/run/reprise", 0755);
	conf = read_conf(&in->conf);
	rules = rules_of(&in->conf);
	session_init(&in->session, &rules, &id);
	r = init_begin(in);
	if (r < 0) {
		say("no epoll, signalfd or timerfd: %s: power-off",
		    strerror(-r));
		power_end_at_last(INTENT_POWEROFF);
	}
	if (conf == 0) {
		init_reached(in, BOOT_CONF);
		init_boot(in);
		init_await_payload(in);
	}
	identify(&in->session.id);
	init_open(in);
	if (conf < 0)
		init_failed(in, BOOT_CONF, (unsigned int)-conf);
	init_run(in);
}

static void tell(int fd, const char *text)
{
	(void)!write(fd, text, strlen(text));
}

static int ask(const char *verb)
{
	char answer[CONTROL_ANSWER_MAX];
	int r = control_ask(verb, answer);

	log_line(r ? STDERR_FILENO : STDOUT_FILENO, "reprise-init", "%s",
		 answer);
	return r;
}

int main(int argc, char **argv)
{
	static struct init init;
	const char *word = argc == 2 ? argv[1] : "";

	if (getpid() == 1)
		boot(&init);
	if (strcmp(word, "--version") == 0) {
		tell(STDOUT_FILENO, "reprise-init " REPRISE_VERSION "\n");
		return 0;
	}
	if (control_verb(word) != INTENT_NONE)
		return ask(word);
	tell(STDERR_FILENO,
	     "usage: reprise-init reboot|poweroff|update|--version\n");
	return 2;
}
