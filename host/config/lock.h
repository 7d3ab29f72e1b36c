/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host/config/lock.h - who holds the lock of an appliance
 *
 * Theory of operation: two bytes of one file, each with a lock of an open file
 * description (F_OFD_SETLK; fcntl(2)), because two things are asked:
 *
 *	LOCK_LIFE  does a QEMU live? QEMU inherits the description and keeps
 *		   the lock when its shim dies; its teardown helper has closed
 *		   it. Who cannot take it does not launch.
 *	LOCK_SHIM  is somebody in charge? Never inherited by QEMU.
 *
 * A pid says nothing here, and nothing has to be cleared away: a lock is gone
 * with the last process that had it.
 */
#ifndef HOST_CONFIG_LOCK_H
#define HOST_CONFIG_LOCK_H

enum lock_part { LOCK_LIFE, LOCK_SHIM };

enum holder {
	HOLDER_NOBODY,
	HOLDER_QEMU, /* alone: its shim has died */
	HOLDER_SHIM, /* with or without a QEMU */
};

/*
 * lock_take() - take a part for the description of @fd, opened for writing
 * Return: 0, also if it has it already; -EAGAIN: another description has it;
 *	else -errno
 */
int lock_take(int fd, enum lock_part part);

/* lock_holder() - who holds it, other than the description of @fd itself */
enum holder lock_holder(int fd);

/*
 * lock_await() - wait until nobody else holds any part
 * @fd:		opened for reading
 * @ms:		no longer than about this, milliseconds
 * Return: 0; -ETIMEDOUT: somebody still does; else -errno
 */
int lock_await(int fd, unsigned int ms);

#endif
