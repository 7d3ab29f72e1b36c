/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guest/control/control.h - how the payload asks PID 1 for an end
 *
 * Theory of operation: a SOCK_SEQPACKET socket that only root may connect to.
 * One packet asks ("reboot", "poweroff" or "update"), one packet answers: a
 * '+' (accepted) or '-' and a sentence. `reprise-init VERB` is the client.
 */
#ifndef GUEST_CONTROL_CONTROL_H
#define GUEST_CONTROL_CONTROL_H

#include "common/msg.h"

#define CONTROL_PATH "/run/reprise/init"

enum { CONTROL_ANSWER_MAX = 128 };

/* control_verb() - what a word asks for. Return: INTENT_NONE if nothing */
enum intent control_verb(const char *word);

/* control_listen() - Return: a non-blocking descriptor; -errno */
int control_listen(void);

/*
 * control_read() - what the client at @fd asks for
 * Return: an intent; INTENT_NONE: nonsense; -EAGAIN: nothing yet; -errno
 */
int control_read(int fd);

/* control_answer() - lost if the client is gone */
void control_answer(int fd, bool accepted, const char *sentence);

/*
 * control_ask() - the client: send @verb to PID 1, wait for its answer
 * @answer:	CONTROL_ANSWER_MAX bytes: the sentence
 * Return: 0: accepted; 1: not accepted, or PID 1 cannot be reached
 */
int control_ask(const char *verb, char *answer);

#endif
