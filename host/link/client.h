/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/link/client.h - a Varlink client, for the verbs
 */
#ifndef HOST_LINK_CLIENT_H
#define HOST_LINK_CLIENT_H

#include <jansson.h>
#include <stdbool.h>

#include "host/sentence.h"

/*
 * client_call() - call a method of a running appliance, wait for its answer
 * @method:	"Status" becomes io.reprise.Status
 * @parameters:	stolen; NULL: none
 * @timeout_ms:	-1: as long as the shim lives
 * @reply:	a new reference: the parameters of the answer
 * Return: 0; -ENOENT: it is not running; -EREMOTEIO: the shim refused;
 *	-ECONNRESET: it went away; -ETIMEDOUT; -EPROTO; else -errno; @error
 *	has the sentence
 */
int client_call(const char *name, const char *method, json_t *parameters,
		int timeout_ms, json_t **reply, char *error);

/*
 * What client_watch() tells.
 * @parameters:	of an answer, borrowed; NULL: a second without any
 * Return: enough of it
 */
typedef bool client_fn(void *ctx, json_t *parameters);

/*
 * client_watch() - call a method with "more" set
 * @parameters:	stolen; NULL: none
 * @reader:	a pipe that somebody reads, who may leave; -1: none
 * Return: 0: @each had enough, or the last answer has come; -EPIPE: the
 *	reader has left; else as client_call()
 */
int client_watch(const char *name, const char *method, json_t *parameters,
		 client_fn *each, void *ctx, int reader, char *error);

#endif
