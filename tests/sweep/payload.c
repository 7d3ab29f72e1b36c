// SPDX-License-Identifier: Apache-2.0
/*
 * tests/sweep/payload.c - the payload of PID 1 on the stand
 *
 *	payload serve          ready at once, until TERM
 *	payload ask VERB       the same; once ready `/init VERB`
 *	payload exit STATUS    ready, then its own end
 *	payload orphans COUNT  COUNT children of dead parents; then ready
 *	payload notify         as serve, but by sd_notify, with signs of life
 *	payload healthy        a health command that finds nothing
 *	payload hold           until TERM, never ready; heeds nothing else
 *	payload stubborn       ready at once, until it is killed
 *	e2fsck, mkfs.ext4      whatever they are asked for is done
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { READY_FD = 3 };

static void ready(void)
{
	if (write(READY_FD, "\n", 1) != 1)
		_exit(10);
}

static int until_term(const sigset_t *term)
{
	int sig;

	do
		sigwait(term, &sig);
	while (sig != SIGTERM);
	return 0;
}

/* A child that ends at once, of a parent that has ended: PID 1's. */
static void orphan(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		pid = fork();
		_exit(pid < 0);
	}
	if (pid > 0)
		waitpid(pid, NULL, 0);
}

/* Return: its exit status */
static int ask(char *verb)
{
	char init[] = "/init";
	char *const argv[] = { init, verb, NULL };
	pid_t pid = fork();
	int status = -1;

	if (pid == 0) {
		execv(init, argv);
		_exit(11);
	}
	if (pid > 0)
		waitpid(pid, &status, 0);
	return status;
}

/* Twice a second, for as long as PID 1 lets us. */
static void signs_of_life(const sigset_t *term)
{
	static const char word[] = "WATCHDOG=1\nSTATUS=well",
			  ready[] = "READY=1";
	const struct timespec half = { .tv_nsec = 500000000 };
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	const char *path = getenv("NOTIFY_SOCKET");
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	snprintf(to.sun_path, sizeof(to.sun_path), "%s", path ? path : "");
	if (sendto(fd, ready, sizeof(ready) - 1, 0, (struct sockaddr *)&to,
		   sizeof(to)) < 0)
		_exit(13);
	while (sigtimedwait(term, NULL, &half) != SIGTERM)
		sendto(fd, word, sizeof(word) - 1, 0, (struct sockaddr *)&to,
		       sizeof(to));
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "serve";
	char *more = argc > 2 ? argv[2] : argv[0];
	sigset_t term;

	if (strncmp(argv[0], "/sbin/", 6) == 0)
		return 0;
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, NULL);
	if (strcmp(what, "orphans") == 0)
		for (long i = strtol(more, NULL, 10); i > 0; i--)
			orphan();
	if (strcmp(what, "healthy") == 0)
		return 0;
	if (strcmp(what, "notify") == 0) {
		signs_of_life(&term);
		return 0;
	}
	if (strcmp(what, "hold") == 0)
		return until_term(&term);
	ready();
	if (strcmp(what, "exit") == 0)
		return (int)strtol(more, NULL, 10);
	if (strcmp(what, "ask") == 0 && ask(more) != 0)
		return 12;
	while (strcmp(what, "stubborn") == 0)
		pause();
	return until_term(&term);
}
