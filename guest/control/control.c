// SPDX-License-Identifier: Apache-2.0
/*
 * guest/control/control.c - how the payload asks PID 1 for an end
 */
#include "guest/control/control.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/array.h"

enum {
	BACKLOG = 4,
	ANSWER_WAIT_S = 5,
	DIALS = 50,
	DIAL_PAUSE_MS = 20,
};

static const struct sockaddr_un address = {
	.sun_family = AF_UNIX,
	.sun_path = CONTROL_PATH,
};

enum intent control_verb(const char *word)
{
	static const struct {
		const char *word;
		enum intent intent;
	} verbs[] = {
		{ "reboot", INTENT_REBOOT },
		{ "poweroff", INTENT_POWEROFF },
		{ "update", INTENT_UPDATE },
	};

	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
		if (strcmp(verbs[i].word, word) == 0)
			return verbs[i].intent;
	return INTENT_NONE;
}

int control_listen(void)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK,
			0);
	mode_t before;
	int r = 0;

	if (fd < 0)
		return -errno;
	before = umask(0177);
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ||
	    listen(fd, BACKLOG) < 0)
		r = -errno;
	umask(before);
	if (r == 0)
		return fd;
	close(fd);
	return r;
}

int control_read(int fd)
{
	char word[16];
	ssize_t n = recv(fd, word, sizeof(word) - 1, MSG_DONTWAIT);

	if (n < 0)
		return -errno;
	word[n] = '\0';
	return (int)control_verb(word);
}

void control_answer(int fd, bool accepted, const char *sentence)
{
	char text[CONTROL_ANSWER_MAX];
	int n = snprintf(text, sizeof(text), "%c%s", accepted ? '+' : '-',
			 sentence);

	if (n > 0 && (size_t)n < sizeof(text))
		send(fd, text, (size_t)n, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* PID 1 executes the payload first, and then listens. Return: 0; -errno */
static int dial(int fd)
{
	int r = 0;

	for (int i = 0; i < DIALS; i++) {
		if (connect(fd, (const struct sockaddr *)&address,
			    sizeof(address)) == 0)
			return 0;
		r = -errno;
		if (r != -ENOENT && r != -ECONNREFUSED)
			return r;
		poll(NULL, 0, DIAL_PAUSE_MS);
	}
	return r;
}

static int ask(int fd, const char *verb, char *answer)
{
	const struct timeval wait = { .tv_sec = ANSWER_WAIT_S };
	int r = dial(fd);
	ssize_t n;

	if (r < 0)
		return r;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	n = send(fd, verb, strlen(verb), MSG_NOSIGNAL);
	if (n > 0)
		n = recv(fd, answer, CONTROL_ANSWER_MAX - 1, 0);
	if (n <= 0)
		return n < 0 ? -errno : -EPIPE;
	answer[n] = '\0';
	n = answer[0] == '+' ? 0 : 1;
	memmove(answer, answer + 1, strlen(answer));
	return (int)n;
}

int control_ask(const char *verb, char *answer)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	int r = fd < 0 ? -errno : ask(fd, verb, answer);

	if (fd >= 0)
		close(fd);
	if (r < 0) {
		snprintf(answer, CONTROL_ANSWER_MAX,
			 "PID 1 cannot be reached at %s: %s", CONTROL_PATH,
			 strerror(-r));
		r = 1;
	}
	return r;
}
