// SPDX-License-Identifier: Apache-2.0
/*
 * common/start.c - what musl 1.2.3 leaves undone as a static PIE starts
 *
 * Theory of operation: a program that may lie anywhere has its pointers
 * relocated before its first statement. Where they are the linker writes down
 * in 24 bytes each (DT_RELA), or packed (DT_RELR, on x86): an address, and
 * bitmaps of the 63 words that follow it and each other. musl reads those from
 * 1.2.4 on; until then they are read here, in place of the first function that
 * its start file calls (-Wl,--wrap). As yet there is no thread, so neither
 * errno nor a stack protector, and no pointer in a table may be used.
 *
 * What is constant once it was relocated (PT_GNU_RELRO) is then made read-only:
 * musl does so for programs with shared libraries alone.
 */
#include <elf.h>
#include <link.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

#ifndef DT_RELR
#define DT_RELRSZ 35
#define DT_RELR 36
#endif

enum { PAGE = 4096 }; /* on both architectures */

/* The linker's; hidden, so that they are found from where the code is. */
extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));
extern ElfW(Dyn) _DYNAMIC[] __attribute__((visibility("hidden")));

/* Points to itself as soon as somebody has relocated this program. */
static const volatile uintptr_t relocated = (uintptr_t)&relocated;

static uintptr_t dynamic_value(ElfW(Sxword) tag)
{
	const ElfW(Dyn) *d = _DYNAMIC;

	while (d->d_tag != DT_NULL && d->d_tag != tag)
		d++;
	return d->d_tag == tag ? d->d_un.d_val : 0;
}

static void relocate(uintptr_t base)
{
	const uintptr_t *entry = (uintptr_t *)(base + dynamic_value(DT_RELR));
	const uintptr_t *end = entry + dynamic_value(DT_RELRSZ) / sizeof(*end);
	uintptr_t *word = NULL;

	for (; entry < end; entry++) {
		if ((*entry & 1) == 0) {
			word = (uintptr_t *)(base + *entry);
			*word++ += base;
			continue;
		}
		for (size_t i = 0; *entry >> 1 >> i; i++)
			if (*entry >> 1 >> i & 1)
				word[i] += base;
		word += 8 * sizeof(*entry) - 1;
	}
}

typedef int main_fn(int argc, char **argv, char **env);
typedef void hook_fn(void);

int __real___libc_start_main(main_fn *entry, int argc, char **argv,
			     hook_fn *init, hook_fn *fini, hook_fn *ldso);
int __wrap___libc_start_main(main_fn *entry, int argc, char **argv,
			     hook_fn *init, hook_fn *fini, hook_fn *ldso)
	__attribute__((used));

int __wrap___libc_start_main(main_fn *entry, int argc, char **argv,
			     hook_fn *init, hook_fn *fini, hook_fn *ldso)
{
	if (relocated != (uintptr_t)&relocated)
		relocate((uintptr_t)&__ehdr_start);
	return __real___libc_start_main(entry, argc, argv, init, fini, ldso);
}

/* What is to be constant ends with a page; no other data is in its first. */
__attribute__((constructor)) static void protect_constants(void)
{
	uintptr_t base = (uintptr_t)&__ehdr_start;
	const ElfW(Phdr) *p = (ElfW(Phdr) *)(base + __ehdr_start.e_phoff);

	for (int i = 0; i < __ehdr_start.e_phnum; i++)
		if (p[i].p_type == PT_GNU_RELRO) {
			uintptr_t start =
				(base + p[i].p_vaddr) & ~(uintptr_t)(PAGE - 1);
			uintptr_t end = base + p[i].p_vaddr + p[i].p_memsz;

			(void)mprotect((void *)start, end - start, PROT_READ);
		}
}
