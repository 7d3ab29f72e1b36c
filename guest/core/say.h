/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guest/core/say.h - the messages of a session, made from its state
 *
 * Each adds one message to @out, with the next sequence number.
 */
#ifndef GUEST_CORE_SAY_H
#define GUEST_CORE_SAY_H

#include "guest/core/session.h"

void say_hello(struct session *s, struct session_out *out);
void say_ready(struct session *s, struct session_out *out);
void say_heartbeat(struct session *s, struct session_out *out, uint64_t now_ms);
void say_intent(struct session *s, struct session_out *out);
void say_quiesced(struct session *s, struct session_out *out);
void say_stage(struct session *s, struct session_out *out);
void say_refused(struct session *s, struct session_out *out, uint8_t intent,
		 enum refusal reason);

#endif
