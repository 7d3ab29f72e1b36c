// SPDX-License-Identifier: Apache-2.0
/*
 * guest/boot/forget.c - memory that only the boot needed
 *
 * Theory of operation: the loop uses a third of the program and a page or two
 * of the stack. What else was touched until here stays PID 1's for good,
 * because nothing in a small guest ever takes it back: the parser's pages, the
 * relocations, libnl's constructors. The kernel maps sixteen pages around the
 * one that is wanted, so that what comes back is more than what is used.
 */
#include "guest/boot/forget.h"

#include <stdint.h>
#include <sys/mman.h>

enum { PAGE = 4096, STACK_BYTES = 64 << 10 };

/* of ld's own script, and of guest/cold.ld, which tests are linked without */
extern const char __executable_start[];
extern const char cold_end[] __attribute__((weak));

static void forget(uintptr_t from, uintptr_t to)
{
	from = (from + PAGE - 1) & ~(uintptr_t)(PAGE - 1);
	to &= ~(uintptr_t)(PAGE - 1);
	if (from < to)
		madvise((void *)from, to - from, MADV_DONTNEED);
}

/* Inlined, the frame would be the loop's own, with all that it still needs. */
__attribute__((noinline)) void boot_forget(void)
{
	/* its own frame, and that of madvise(), end within a page */
	uintptr_t used = (uintptr_t)__builtin_frame_address(0) - PAGE;

	forget(used - STACK_BYTES, used);
	forget((uintptr_t)__executable_start, (uintptr_t)cold_end);
}
