// SPDX-License-Identifier: Apache-2.0
/*
 * host/verbs/top.c - reprise top: who has the memory of this host
 *
 * Theory of operation: once a second, and soon after an event of any
 * appliance, the ledger is looked at and every shim is asked, and what there is
 * to say is drawn over what was said before, on the other screen of the
 * terminal, cut to its size. Signals are read like keys, so every way out leads
 * past the end of live(), which gives the terminal back; so does a stop, for as
 * long as it lasts. A shim that takes its time delays the next look, not a key
 * for longer than ANSWER_MS.
 *
 * Where nobody looks, since either end is no terminal or it runs in the
 * background, it is said once.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include "common/array.h"
#include "common/utf8.h"
#include "host/clock.h"
#include "host/config/place.h"
#include "host/link/watch.h"
#include "host/memory/glance.h"
#include "host/verbs/args.h"
#include "host/verbs/show.h"
#include "host/verbs/show_top.h"
#include "host/verbs/survey.h"
#include "host/verbs/terminal.h"
#include "host/verbs/verbs.h"

enum {
	ANSWER_MS = 1000, /* while it is shown, again and again */
	REFRESH_MS = 1000,
	CALM_MS = 200, /* events that come together are one look */
	CTRL_C = 3,
	CTRL_Z = 26,
};

/* No cursor, and no line goes on in the next: a character may be two wide. */
#define OTHER_SCREEN "\033[?1049h\033[?25l\033[?7l"
#define FIRST_SCREEN "\033[?7h\033[?25h\033[?1049l"
#define HOME "\033[H"
#define END_LINE "\033[K\n"
#define END_SCREEN "\033[K\033[J"

static json_t *part(const struct glance *g, enum promise p)
{
	return json_pack("{s:i, s:I}", "count", (int)g->of[p].count, "bytes",
			 (json_int_t)g->of[p].bytes);
}

/* What cannot be known of the host is no reason not to tell of the rest. */
static json_t *look_at_host(void)
{
	char path[PLACE_SIZE + sizeof(LEDGER_NAME) + 1], error[SENTENCE_MAX];
	char dir[PLACE_SIZE], root[] = "";
	struct glance g;
	int r = place_root(dir, error);

	if (r == 0) {
		snprintf(path, sizeof(path), "%s/" LEDGER_NAME, dir);
		r = glance_take(&g, path, root, error);
	}
	if (r < 0) {
		utf8_mend(error); /* there is a path in it */
		return json_pack("{s:s}", "error", error);
	}
	return json_pack(
		"{s:I, s:I, s:o, s:o, s:o}", "total_bytes", (json_int_t)g.total,
		"headroom_bytes", (json_int_t)g.headroom, "live",
		part(&g, PROMISE_LIVES), "draining", part(&g, PROMISE_DRAINS),
		"waiting", part(&g, PROMISE_WAITS));
}

/* Return: a new reference; NULL: @error */
static json_t *look(int timeout_ms, char *error)
{
	json_t *all = survey_take(timeout_ms, error);

	return all ? json_pack("{s:o, s:o}", "host", look_at_host(),
			       "appliances", all)
		   : NULL;
}

static int once(bool as_json)
{
	char error[SENTENCE_MAX];
	json_t *top = look(SURVEY_MS, error);

	if (!top)
		return verb_refuse(error);
	if (as_json) {
		show_json(stdout, top, JSON_INDENT(2));
	} else {
		show_top(stdout, top);
	}
	json_decref(top);
	return VERB_DONE;
}

/* As many lines as there is room for, each as long as there is. */
static void draw(const char *text)
{
	struct terminal_size size = terminal_size(STDOUT_FILENO);

	fputs(HOME, stdout);
	for (size_t row = 1; *text && row < size.rows; row++) {
		size_t len = strcspn(text, "\n");

		printf("%.*s" END_LINE,
		       (int)terminal_fit(text, len, size.columns), text);
		text += len + (text[len] != '\0');
	}
	fputs("q ends" END_SCREEN, stdout);
	fflush(stdout);
}

struct view {
	struct termios before, raw;
	int signals;
	struct watch watch;
	int64_t followed_ms;
};

/* Once a second, or one that refuses to be watched would be an event at once. */
static void follow(struct view *v, const json_t *top)
{
	const json_t *entry;
	size_t i;

	if (v->followed_ms && clock_ms() < v->followed_ms + REFRESH_MS)
		return;
	v->followed_ms = clock_ms();
	watch_places(&v->watch);
	json_array_foreach(json_object_get(top, "appliances"), i, entry)
		watch_add(&v->watch, json_string_value(json_object_get(
					     entry, "directory")));
}

/* Return: 0; -errno, @error */
static int refresh(struct view *v, char *error)
{
	json_t *top = look(ANSWER_MS, error);
	char *text = NULL;
	size_t len;
	FILE *out = top ? open_memstream(&text, &len) : NULL;

	if (out) {
		follow(v, top);
		show_top(out, top);
		fclose(out);
	}
	json_decref(top);
	if (!top)
		return -EIO;
	if (!text)
		return sentence(error, -ENOMEM, "out of memory");
	draw(text);
	free(text);
	return 0;
}

enum { KEYS, SIGNALS, EVENTS };

static void enter(const struct view *v)
{
	tcsetattr(STDIN_FILENO, TCSADRAIN, &v->raw);
	fputs(OTHER_SCREEN, stdout);
}

static void leave(const struct view *v)
{
	fputs(FIRST_SCREEN, stdout);
	fflush(stdout);
	tcsetattr(STDIN_FILENO, TCSADRAIN, &v->before);
}

/* Until somebody lets it go on; at once where there is nobody who could. */
static void pause_here(const struct view *v)
{
	sigset_t set;

	leave(v);
	sigemptyset(&set);
	sigaddset(&set, SIGTSTP);
	sigaddset(&set, SIGCONT);
	raise(SIGTSTP);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	sigprocmask(SIG_BLOCK, &set, NULL);
	enter(v);
}

/* Return: whoever sends it has had enough */
static bool heed_signal(const struct view *v, uint32_t signal)
{
	if (signal == SIGTSTP)
		pause_here(v);
	if (signal == SIGCONT) /* nobody had asked for that stop */
		enter(v);
	return signal != SIGTSTP && signal != SIGCONT && signal != SIGWINCH;
}

/* Return: the operator, or whoever sends signals, has had enough */
static bool wants_end(const struct view *v, const struct pollfd *fd)
{
	struct signalfd_siginfo info;
	char key = 'q'; /* the end of the input is one, too */

	if (fd[SIGNALS].revents && read(v->signals, &info, sizeof(info)) > 0)
		return heed_signal(v, info.ssi_signo);
	if (fd[KEYS].revents && read(STDIN_FILENO, &key, 1) < 0)
		return true;
	if (fd[KEYS].revents && key == CTRL_Z)
		pause_here(v);
	return fd[KEYS].revents && (key == 'q' || key == CTRL_C);
}

/* Until it is to be drawn anew. Return: as wants_end() */
static bool wait_for_end(struct view *v)
{
	int64_t now_ms = clock_ms(), until_ms = now_ms + REFRESH_MS;
	int64_t soon_ms = now_ms + CALM_MS;
	struct pollfd fd[EVENTS + WATCH_FDS] = {
		[KEYS] = { .fd = STDIN_FILENO, .events = POLLIN },
		[SIGNALS] = { .fd = v->signals, .events = POLLIN },
	};

	for (; now_ms < until_ms; now_ms = clock_ms()) {
		size_t n = EVENTS + watch_poll(&v->watch, fd + EVENTS);

		if (poll(fd, n, (int)(until_ms - now_ms)) <= 0)
			return false;
		if (fd[KEYS].revents || fd[SIGNALS].revents)
			return wants_end(v, fd);
		if (watch_heard(&v->watch))
			until_ms = soon_ms;
	}
	return false;
}

static int watch_signals(void)
{
	static const int signals[] = { SIGHUP,	SIGINT,	  SIGQUIT, SIGTERM,
				       SIGPIPE, SIGWINCH, SIGTSTP, SIGCONT };
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		sigaddset(&set, signals[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int live(const struct termios *before)
{
	struct view v = { .before = *before,
			  .raw = *before,
			  .signals = watch_signals() };
	char error[SENTENCE_MAX];
	int r;

	if (v.signals < 0)
		return once(false);
	v.raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG);
	watch_open(&v.watch);
	enter(&v);
	do
		r = refresh(&v, error);
	while (r == 0 && !wait_for_end(&v));
	leave(&v);
	close(v.signals);
	watch_close(&v.watch);
	return r < 0 ? verb_refuse(error) : VERB_DONE;
}

/* The terminal is somebody else's now: who touched it would be stopped. */
static bool is_behind(void)
{
	pid_t front = tcgetpgrp(STDIN_FILENO);

	return front >= 0 && front != getpgrp();
}

int verb_top(const struct verb *self, int argc, char **argv)
{
	bool as_json = false, only_once = false;
	const struct flag flags[] = {
		{ .name = "--json", .set = &as_json },
		{ .name = "--once", .set = &only_once },
	};
	struct termios before;

	if (!args_parse(self, argc, argv, flags, ARRAY_SIZE(flags), NULL))
		return VERB_USAGE;
	if (as_json || only_once || !isatty(STDOUT_FILENO) ||
	    tcgetattr(STDIN_FILENO, &before) < 0 || is_behind())
		return once(as_json);
	return live(&before);
}
