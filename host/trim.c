// SPDX-License-Identifier: Apache-2.0
/*
 * host/trim.c - give back the memory that only a start needs
 *
 * Theory of operation: a shim waits for years, and there may be hundreds. The
 * kernel maps code around each fault, in 64 KiB, so that after a start nearly
 * all of it is mapped; what is used from then on is far less. A page that was
 * never written can be dropped and is read again; what only a start and the
 * verbs need lies together (host/cold.ld) and stays away; of the stack what
 * lies below the deepest frame holds nothing; and a page of zeros is one of
 * zeros again.
 */
#include "host/trim.h"

#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/* Of host/cold.ld; a test is linked without. */
extern const char cold_start[] __attribute__((weak, visibility("hidden")));
extern const char cold_end[] __attribute__((weak, visibility("hidden")));

enum { STACK_KEEP = 4096, STACK_STEP = 65536, STACK_STEPS = 128 };

static uintptr_t page_down(uintptr_t at)
{
	return at & ~((uintptr_t)sysconf(_SC_PAGESIZE) - 1);
}

/*
 * Of each object: what it has no right to write it has not written. From the
 * last on: its headers are in the first, and read again would bring 64 KiB
 * back.
 */
static int drop_constants(struct dl_phdr_info *info, size_t size, void *ctx)
{
	(void)size;
	(void)ctx;
	for (int i = info->dlpi_phnum - 1; i >= 0; i--) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];
		uintptr_t start = page_down(info->dlpi_addr + p->p_vaddr);
		uintptr_t end =
			page_down(info->dlpi_addr + p->p_vaddr + p->p_memsz);

		if (p->p_type == PT_LOAD && !(p->p_flags & PF_W))
			(void)madvise((char *)start, end - start,
				      MADV_DONTNEED);
	}
	return 0;
}

/* A mapping of its own: no fault beside it brings any of it back. */
static void set_cold_apart(void)
{
	uintptr_t start = page_down((uintptr_t)cold_start);
	uintptr_t end = page_down((uintptr_t)cold_end);

	if (start < end)
		(void)madvise((char *)start, end - start, MADV_RANDOM);
}

/* Down to where nothing is mapped, which madvise() tells. */
static void drop_stack(void)
{
	uintptr_t top =
		page_down((uintptr_t)__builtin_frame_address(0) - STACK_KEEP);

	for (int i = 0; i < STACK_STEPS; i++) {
		top -= STACK_STEP;
		if (madvise((char *)top, STACK_STEP, MADV_DONTNEED) < 0)
			return;
	}
}

/* Reads whatever is there, which is not for a checker of accesses to judge. */
__attribute__((no_sanitize("address"))) static bool is_zero(uintptr_t at,
							    size_t size)
{
	const volatile uint64_t *word = (const volatile uint64_t *)at;

	for (size_t i = 0; i < size / sizeof(*word); i++)
		if (word[i])
			return false;
	return true;
}

/* Of tables that are mostly empty, from the deepest frame to the environment.
 */
static void drop_zeros(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	uintptr_t end = page_down((uintptr_t)environ);
	uintptr_t at = page_down((uintptr_t)__builtin_frame_address(0)) + page;

	for (; at < end; at += page)
		if (is_zero(at, page))
			(void)madvise((char *)at, page, MADV_DONTNEED);
}

void trim_memory(void)
{
	set_cold_apart();
	dl_iterate_phdr(drop_constants, NULL);
	drop_stack();
	drop_zeros();
}
