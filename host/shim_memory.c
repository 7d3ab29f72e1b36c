// SPDX-License-Identifier: Apache-2.0
/*
 * host/shim_memory.c - one appliance: its share of the host's memory
 *
 * Theory of operation: a start takes a slot of the ledger and asks until it is
 * admitted (the lifecycle says when). The slot is then the generation's: QEMU
 * inherits it, the teardown takes it over when QEMU has ended, and when the
 * memory is back it is free. Where the ledger cannot be used nobody is
 * admitted, and the sentence says why: it is waited for like memory.
 *
 * What the ultravisor was given for a guest is in nobody's resident memory, and
 * no longer available: once a guest is secure and serves its promise is less by
 * that, and what a reset in place takes of it again is claimed before the reset.
 *
 * A generation that boots beside one that drains is to be the first that the
 * kernel kills, should it come to that, until it serves.
 */
#include "host/shim_impl.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "common/log.h"

#include "host/clock.h"
#include "host/config/appliance.h"
#include "host/config/place.h"
#include "host/config/size.h"
#include "host/handover.h"
#include "host/memory/host.h"
#include "host/memory/victim.h"
#include "host/prospect.h"

static char root[] = ""; /* that of this process */

static const struct ledger_ops sizes = {
	.room = domains_room,
	.resident = host_resident,
	.ctx = root,
};

/* Without cgroups there is the host alone. */
static void find_domains(struct shim *s)
{
	char error[SENTENCE_MAX];
	struct cgroup c;

	s->domains.reserve = s->opt->appliance->admission.reserve;
	if (cgroup_find_memory_v1(&c, "", error) == 0 ||
	    cgroup_find(&c, "", error) == 0)
		domains_find(&s->domains, c.mount, c.base);
}

/* Without the right to it this shim is as likely to be killed as any. */
static void stand_as_shim(void)
{
	int fd = victim_open(0);

	if (fd < 0)
		return;
	victim_stand(fd, STANDING_SHIM);
	close(fd);
}

int shim_memory_open(struct shim *s, char *error)
{
	char dir[PLACE_SIZE];
	int r = place_root(dir, error);

	if (r < 0)
		return r;
	if ((size_t)snprintf(s->ledger, sizeof(s->ledger), "%s/%s", dir,
			     LEDGER_NAME) >= sizeof(s->ledger))
		return sentence(error, -ENAMETOOLONG,
				"%s: its path is too long for a ledger", dir);
	find_domains(s);
	stand_as_shim();
	return ledger_make(s->ledger, error);
}

static struct machine_size size_of(const struct shim *s)
{
	return appliance_size(s->opt->appliance, s->opt->image);
}

static struct application application(const struct shim *s)
{
	const struct appliance *a = s->opt->appliance;
	const struct machine_size size = size_of(s);

	return (struct application){
		.name = a->name,
		.need = need_bytes(&size),
		.priority = a->admission.priority,
		.domains = &s->domains,
	};
}

/* A start that waited keeps its place over a handover. */
static int join(struct shim *s, char *error)
{
	const struct application a = application(s);
	int r = -ESRCH;

	if (s->opt->before->promises)
		r = ledger_rejoin(s->ledger, &a, &s->promise, error);
	return r == -ESRCH ? ledger_join(s->ledger, &a, &s->promise, error) : r;
}

/* Return: what the ledger says, with its numbers or what stood in its way */
static enum admission ask(struct shim *s)
{
	char error[SENTENCE_MAX];
	struct decision d;
	int r = 0;

	if (s->promise.fd >= 0 && s->promise.mine.state == PROMISE_LIVES)
		return ADMIT; /* it was, and memory came back meanwhile */
	if (s->promise.fd < 0)
		r = join(s, error);
	if (r == 0)
		r = ledger_ask(&s->promise, &sizes, &d, s->memory_said, error);
	if (r == 0 && d.what == NEVER) /* it is not to hold others up */
		ledger_leave(&s->promise);
	if (r == 0)
		return d.what;
	snprintf(s->memory_said, sizeof(s->memory_said), "%.*s",
		 (int)sizeof(s->memory_said) - 1, error);
	return WAIT_FOR_TURN;
}

void shim_admit(struct shim *s)
{
	struct lc_event ev = { .type = EV_ADMISSION,
			       .said = s->memory_said,
			       .full = s->teardowns == SHIM_TEARDOWNS };

	if (s->teardowns < SHIM_DRAINS) {
		ev.admission = ask(s);
	} else {
		ev.admission = WAIT_FOR_DRAIN;
		snprintf(s->memory_said, sizeof(s->memory_said),
			 "%zu generations of it drain already", s->teardowns);
	}
	shim_later(s, &ev);
}

/* It was not admitted, and counts all the same: never as one who waits. */
static int promise_anyway(struct shim *s, pid_t qemu, char *error)
{
	struct application a = application(s);
	int r = 0;

	a.need = s->stake.need;
	if (s->promise.fd < 0)
		r = ledger_join(s->ledger, &a, &s->promise, error);
	if (r == 0)
		r = ledger_lives(&s->promise, qemu, error);
	if (r < 0 && s->promise.mine.state == PROMISE_WAITS)
		ledger_leave(&s->promise);
	return r;
}

void shim_promise(struct shim *s)
{
	const struct machine_size m = size_of(s);
	char error[SENTENCE_MAX];

	s->stake = need_stake(&m);
	if (s->promise.fd < 0 || s->promise.mine.state == PROMISE_WAITS)
		promise_anyway(s, 0, error);
}

/* Until it is told others take it for one that holds nothing yet. */
static void tell_pid(struct shim *s, pid_t qemu)
{
	char error[SENTENCE_MAX];

	if (s->promise.fd >= 0 && s->promise.mine.pid != qemu)
		ledger_lives(&s->promise, qemu, error);
}

void shim_promised(struct shim *s)
{
	tell_pid(s, s->process.pid);
	if (s->teardowns && s->process.score_fd > 0)
		victim_stand(s->process.score_fd, STANDING_BOOTS);
}

/* A slot that others keep from us is not made a second time. */
static int retake(struct shim *s, pid_t qemu, char *error)
{
	const struct application a = application(s);
	const struct machine_size m = size_of(s);
	int r = 0;

	if (!s->stake.need) /* no record: it may have been as it would be now */
		s->stake = need_stake(&m);
	if (s->promise.fd < 0)
		r = ledger_retake(s->ledger, &a, qemu, &s->promise, error);
	if (r == -ESRCH)
		r = promise_anyway(s, qemu, error);
	tell_pid(s, qemu);
	return r;
}

void shim_retake(struct shim *s, pid_t qemu)
{
	char error[SENTENCE_MAX];

	retake(s, qemu, error);
}

static bool donates(const struct shim *s)
{
	return s->lc.epoch.secure == GUEST_IS_SECURE && s->stake.donated;
}

/* Is its guest secure, and its promise less by so much than at its start? */
static bool is_less(const struct shim *s, uint64_t bytes)
{
	return donates(s) && s->promise.fd >= 0 &&
	       s->promise.mine.bytes == s->stake.need - bytes;
}

void shim_serves(struct shim *s)
{
	char error[SENTENCE_MAX];

	retake(s, s->process.pid, error);
	if (is_less(s, 0))
		ledger_keeps(&s->promise, s->stake.need - s->stake.donated,
			     error);
	if (s->process.score_fd > 0)
		victim_stand(s->process.score_fd, STANDING_SERVES);
}

void shim_retake_drain(struct shim *s, pid_t qemu, struct promise_slot *p)
{
	const struct application a = application(s);
	char error[SENTENCE_MAX];

	if (ledger_retake(s->ledger, &a, qemu, p, error) < 0)
		p->fd = -1;
}

/* Would a reset in place find no memory for what it takes? */
static bool is_cramped(const struct shim *s)
{
	char text[ADMISSION_TEXT], error[SENTENCE_MAX];
	struct decision d;

	return s->stake.again && is_less(s, s->stake.donated) &&
	       ledger_could_grow(&s->promise, s->stake.need, &sizes, &d, text,
				 error) == 0 &&
	       d.what != ADMIT;
}

/*
 * What a second generation beside this one would be told; the lifecycle hears
 * it, too. Return: false: it cannot be known
 */
static bool peek(struct shim *s, struct decision *d, char *text)
{
	const struct application a = application(s);
	const struct promise_slot *mine =
		s->promise.fd >= 0 ? &s->promise : NULL;
	struct lc_event ev = { .type = EV_ROOM };
	char error[SENTENCE_MAX];
	int r = ledger_peek(s->ledger, &a, mine, &sizes, d, text, error);

	ev.fits_twice =
		r == 0 && d->what == ADMIT && s->teardowns + 1 < SHIM_DRAINS;
	ev.cramped = is_cramped(s);
	lifecycle_step(&s->lc, &ev, clock_us());
	return r == 0;
}

void shim_room(struct shim *s)
{
	char text[ADMISSION_TEXT];
	struct decision d;

	peek(s, &d, text);
}

/* Of an ultravisor that destroys fast the old donations are back first. */
void shim_claim(struct shim *s, const struct lc_event *ev)
{
	const struct lc_event cramped = { .type = EV_ROOM,
					  .fits_twice = s->lc.fits_twice,
					  .cramped = true };
	const uint64_t all = s->stake.need;
	char error[SENTENCE_MAX], text[ADMISSION_TEXT];
	struct decision d = { .what = ADMIT };
	int r;

	if (!donates(s) || !lifecycle_will_reset(&s->lc, ev, clock_us()))
		return;
	r = retake(s, s->process.pid, error);
	if (r == 0 && is_less(s, s->stake.donated))
		r = s->stake.again ? ledger_grow(&s->promise, all, &sizes, &d,
						 text, error)
				   : ledger_keeps(&s->promise, all, error);
	if (r < 0)
		log_line(STDERR_FILENO, s->opt->appliance->name,
			 "the reset goes on, but what the ultravisor takes for "
			 "it is not promised: %s",
			 error);
	else if (d.what != ADMIT)
		lifecycle_step(&s->lc, &cramped, clock_us());
}

json_t *shim_spare(struct shim *s)
{
	char text[ADMISSION_TEXT];
	struct decision d;

	return peek(s, &d, text) ? prospect_spare(&d, text) : NULL;
}

void shim_leave_queue(struct shim *s)
{
	if (s->promise.fd >= 0 && s->promise.mine.state == PROMISE_WAITS)
		ledger_leave(&s->promise);
}
