/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/core/wait_status.h - how a process ended, in words
 */
#ifndef HOST_CORE_WAIT_STATUS_H
#define HOST_CORE_WAIT_STATUS_H

enum { WAIT_STATUS_TEXT = 24 };

/*
 * wait_status_text() - "SIGKILL", "exit status 1"
 * @status:	as of waitpid(2)
 * Return: @text
 */
const char *wait_status_text(int status, char text[static WAIT_STATUS_TEXT]);

#endif
