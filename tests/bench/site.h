/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/bench/site.h - where a run of the bench works, and with what
 *
 * Theory of operation: a scratch directory of its own in /tmp holds the
 * runtime directories and the appliance files; programs and images come from
 * build/, logs go to build/log. The bench is a subreaper: whatever it started,
 * and whatever that left behind, is its child in the end and is ended by it.
 */
#ifndef TESTS_BENCH_SITE_H
#define TESTS_BENCH_SITE_H

#include "host/sentence.h"

struct prepared;

enum { SITE_PATH = 512 };

struct site {
	char build[SITE_PATH];	 /* build */
	char program[SITE_PATH]; /* build/ARCH/reprise */
	char dir[64];		 /* the scratch directory */
};

/* site_open() - Return: 0; else -errno and the sentence in @error */
int site_open(struct site *s, char *error);

/*
 * site_appliance() - write the appliance file of one image
 * @path:	SITE_PATH bytes: the file
 * Return: 0; else -errno (@error)
 */
int site_appliance(const struct site *s, const char *name, const char *arch,
		   const char *image, char *path, char *error);

/*
 * site_prepare() - all that starting a QEMU by hand needs
 *
 * An appliance file of its own is written and read as `reprise run` does.
 * Return: 0; else -errno (@error); if 0 prepare_end() is due
 */
int site_prepare(const struct site *s, const char *name, const char *arch,
		 const char *image, struct prepared *p, char *error);

/*
 * site_end_children() - end by pid what is still there, wait for its end
 * Return: how many there were
 */
unsigned int site_end_children(void);

/* site_close() - remove the scratch directory */
void site_close(struct site *s);

#endif
