/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/integration/stub_image.h - an image that no machine could boot
 *
 * Whole and true to its manifest all the same: enough for the stand-in, and
 * small enough to be spoilt in every way.
 */
#ifndef TESTS_INTEGRATION_STUB_IMAGE_H
#define TESTS_INTEGRATION_STUB_IMAGE_H

struct rig;

/*
 * stub_image() - write one into the rig's scratch directory
 * @arch:	what its manifest says
 * Return: its directory; static
 */
const char *stub_image(const struct rig *r, const char *arch);

/*
 * stub_model() - rig_file() of a stub image on the stand-in
 * @arch:	what its manifest says
 * @script:	of tests/pvmodel/script.h, "" for none
 * @lines:	of the appliance file, after [appliance] image and qemu
 * Return: its path; static
 */
const char *stub_model(const struct rig *r, const char *arch,
		       const char *script, const char *lines);

/* rig_run_model() - rig_run() of it */
void rig_run_model(struct rig *r, const char *script, const char *lines);

#endif
