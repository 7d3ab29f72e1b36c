/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guest/init.h - PID 1: the loop around the session
 *
 * guest/init.c is the loop, guest/action.c does what the session decides,
 * guest/steps.c is the boot, guest/child.c hears of children, guest/hear.c of
 * the payload, guest/talk.c of the host.
 */
#ifndef GUEST_INIT_H
#define GUEST_INIT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "guest/config/init_conf.h"
#include "guest/core/session.h"
#include "guest/payload/output.h"
#include "guest/payload/payload.h"
#include "guest/port/port.h"

enum {
	INIT_CLIENTS = 4, /* of the control socket, at a time */
	INIT_AWAIT_MS = 50,
};

enum fd_kind {
	FD_SIGNAL,
	FD_TIMER,
	FD_PORT,
	FD_STARTED, /* of the payload */
	FD_READY,   /* of the payload */
	FD_NOTICE,  /* sd_notify */
	FD_OUTPUT,  /* what the payload prints */
	FD_CONSOLE, /* watched while output waits */
	FD_CONTROL,
	FD_CLIENT,
	FD_KINDS = FD_CLIENT + INIT_CLIENTS,
};

struct init {
	int epfd;
	int fd[FD_KINDS];     /* -1: closed */
	unsigned int clients; /* counted for ever */
	struct session session;
	/* boot clock, ms; boot_due: of the host's word, or of the step's child
	 */
	uint64_t session_due, port_due, boot_due, watchdog_due, control_due;
	struct port port;
	struct init_conf conf;
	struct payload payload;
	struct output output;
	unsigned int notices_lost; /* they were too long */
	bool reaping;		   /* more children may have ended */
	bool time_up;		   /* a deadline may have passed */
	bool port_signals;	   /* its news come by SIGIO; else by epoll */
	bool port_news;		   /* they may have come */
	bool port_room;		   /* epoll tells when there is room in it */
	pid_t health_pid;	   /* 0: no health command runs */
	unsigned int step; /* of the boot: the next, or the one under way */
	pid_t step_pid;	   /* who does it; 0: nobody */
	uint64_t step_ms;  /* since when, boot clock */
	bool settled;	   /* the boot's memory was given back */
	bool awaited;	   /* for the host's word, which is needed once */
	bool host_spoke;
	const struct msg *heard;     /* of the host, while it is acted on */
	pid_t quiet_pid, reboot_pid; /* helpers; 0: none */
};

/*
 * init_begin() - the loop without what no payload needs
 * Return: 0; -errno: PID 1 cannot do its work, and no payload may start
 */
int init_begin(struct init *in);

/* init_open() - the rest of it, which can be done without */
void init_open(struct init *in);

/* init_run() - the loop of PID 1, for ever */
_Noreturn void init_run(struct init *in);

/* init_feed() - tell the session, and do all that comes of it */
void init_feed_event(struct init *in, struct session_event ev);
void init_feed(struct init *in, enum session_event_kind kind);

/* init_wish() - the same for SEV_WISH. Return: what the session says to it */
enum session_answer init_wish(struct init *in, enum intent intent,
			      enum intent_cause cause);

/*
 * init_watch() - put @fd under epoll as @kind; -1 is ignored
 * Return: 0; -errno: PID 1 would never hear of @fd, and it is closed
 */
int init_watch(struct init *in, unsigned int kind, int fd, uint32_t events);

/* init_unwatch() - take it out and close it; harmless when it is closed */
void init_unwatch(struct init *in, unsigned int kind);

/* init_act() - carry out one action. Return: true: @next follows from it */
bool init_act(struct init *in, enum session_action action,
	      struct session_event *next);

/* init_started() - FD_STARTED has news, or the child is gone */
void init_started(struct init *in);

/* init_open_port() - and if it is not there, try again later */
void init_open_port(struct init *in);

/* init_port_news() - look what has come, and whether a host is there */
void init_port_news(struct init *in);

/* init_port_room() - something was sent: does some of it wait? */
void init_port_room(struct init *in);

/* init_open_ears() - the descriptors by which the payload is heard */
void init_open_ears(struct init *in);

/* init_open_control() - and the socket at which it may ask for an end */
void init_open_control(struct init *in);

/*
 * init_await_payload() - until it is executed, if it was started
 *
 * For INIT_AWAIT_MS at most: the loop hears of it as well. What PID 1 does
 * before its loop takes as long as the start, and is not needed for it.
 */
void init_await_payload(struct init *in);

/* init_forget_notices() - what a payload said that is no more */
void init_forget_notices(struct init *in);

/* init_print() - what the payload printed, as far as the console takes it */
void init_print(struct init *in);

/* One handler per descriptor. @events: as epoll_wait(2) gives them */
void init_on_port(struct init *in, uint32_t kind, uint32_t events);
void init_on_started(struct init *in, uint32_t kind, uint32_t events);
void init_on_ready(struct init *in, uint32_t kind, uint32_t events);
void init_on_notice(struct init *in, uint32_t kind, uint32_t events);
void init_on_output(struct init *in, uint32_t kind, uint32_t events);
void init_on_control(struct init *in, uint32_t kind, uint32_t events);
void init_on_client(struct init *in, uint32_t kind, uint32_t events);

/* init_boot() - the boot steps from in->step on, then the payload */
void init_boot(struct init *in);

/* init_boot_due() - the host did not speak in time, or a step takes too long */
void init_boot_due(struct init *in);

/* init_host_word() - the host's first WELCOME: what it says of the boot */
void init_host_word(struct init *in, const struct msg_welcome *w);

/* init_step_gone() - the child that did one has ended */
void init_step_gone(struct init *in, int status);

/* init_reached() - the boot has come to @stage: tell session and host */
void init_reached(struct init *in, enum boot_stage stage);

/* init_failed() - and no further, because of errno @error: power off */
void init_failed(struct init *in, enum boot_stage stage, unsigned int error);

/*
 * init_reap() - children that ended, a bounded number
 * Return: true: there may be more
 */
bool init_reap(struct init *in);

#endif
