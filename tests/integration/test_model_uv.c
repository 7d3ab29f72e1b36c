// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/test_model_uv.c - `secure = yes` on a host that is none
 *
 * There is no such host to test on. So this program is the shim of its own
 * tests, with two answers exchanged: that the machine's processor may run the
 * guest, and that there is an ultravisor. QEMU, guest and what KVM refuses are
 * the stand-in's (tests/pvmodel), a model.
 */
#include "tests/integration/both.h"

#include <stdio.h>
#include <string.h>

#include "host/launch/accel.h"
#include "host/qemu/uv.h"
#include "host/verbs/verbs.h"
#include "tests/integration/stub_image.h"

static const char under_test[] = "under-test";

int accel_check(const struct appliance *a, const struct identity *who,
		char *error)
{
	(void)a;
	(void)who;
	(void)error;
	return 0;
}

struct uv_host uv_look(void)
{
	return (struct uv_host){ .hosts = true, .async = true };
}

int verb_refuse(const char *error) /* main.c's, whose place this takes */
{
	fprintf(stderr, "%s\n", error);
	return VERB_REFUSED;
}

static void run(struct rig *r, const char *script, const char *secure)
{
	char words[128], lines[256];

	snprintf(words, sizeof(words), "version=10.2,arch=s390x%s", script);
	snprintf(lines, sizeof(lines),
		 "accel = kvm\nsecure = %s\nmemory = 2100 MiB\n"
		 "[restart]\npolicy = never\n",
		 secure);
	rig_run_program(r, "/proc/self/exe",
			stub_model(r, "s390x", words, lines), under_test);
}

static void stop(struct rig *r)
{
	RIG_DO(r, "stop", under_test);
	rig_assert_end(r, 0);
	rig_assert_nothing_left(r);
}

static void guest_that_says_it_is_secure_serves(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;

	run(r, ",secure", "yes");
	rig_await_ready(r);
	assert_string_equal(rig_word(r, "secure"), "yes");
	stop(r);
}

static void guest_that_is_not_secure_has_failed(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;

	run(r, "", "yes");
	rig_assert_end(r, 90);
	rig_assert_nothing_left(r);
}

static void guest_that_may_be_secure_need_not_be(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;

	run(r, "", "auto");
	rig_await_ready(r);
	assert_string_equal(rig_word(r, "secure"), "no");
	stop(r);
}

/* What KVM refuses is known from QEMU's stderr alone. */
static void guest_that_cannot_become_secure_has_its_cause(void **state)
{
	static const struct {
		const char *script;
		int code;
		const char *says;
	} rows[] = {
		{ ",secure,no-key", 95, "KVM_PV_SET_SEC_PARMS failed" },
		{ ",secure,donated=64,donatable=32", 96,
		  "KVM_PV_ENABLE failed" },
		{ ",secure,huge-pages", 90, "KVM_PV_UNPACK failed" },
	};
	struct rig *r = &((struct both *)*state)->rig;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		run(r, rows[i].script, "yes");
		rig_assert_end(r, rows[i].code);
		assert_non_null(strstr(r->shim.text[CHILD_ERR], rows[i].says));
		rig_assert_nothing_left(r);
		both_close(state);
		both_open(state);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		ON_MODEL(guest_that_says_it_is_secure_serves),
		ON_MODEL(guest_that_is_not_secure_has_failed),
		ON_MODEL(guest_that_may_be_secure_need_not_be),
		ON_MODEL(guest_that_cannot_become_secure_has_its_cause),
	};
	const struct verb shim = { .name = "run" };

	if (argc > 1 && strcmp(argv[1], shim.name) == 0)
		return verb_run(&shim, argc - 2, argv + 2);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
