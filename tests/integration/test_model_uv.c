// SPDX-License-Identifier: Apache-2.0
/*
 * tests/integration/test_model_uv.c - `secure = yes` on a host that is none
 *
 * On a host that is none (tests/integration/uv_host.h).
 */
#include "tests/integration/both.h"

#include <string.h>

#include "tests/integration/stub_image.h"
#include "tests/integration/uv_host.h"

static const char under_test[] = "under-test";

static void run(struct rig *r, const char *script, const char *secure)
{
	uv_host_run(r, script, secure, "");
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

/* Of the program itself, on this machine: whose ultravisor there is not. */
static void doctor_has_each_term_of_the_need(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;
	json_int_t guest, qemu, image, donated, all, spare;
	struct child c;
	json_t *said;

	rig_verb(r, &c,
		 (const char *const[]){ "doctor", "--json",
					stub_model(r, "s390x", "arch=s390x",
						   "accel = kvm\nsecure = no\n"
						   "memory = 64 MiB\n"),
					NULL });
	said = json_loads(c.text[CHILD_OUT], 0, NULL);
	child_close(&c);
	assert_int_equal(json_unpack(said, "{s:{s:I, s:I, s:I, s:I, s:I, s:I}}",
				     "need", "guest_bytes", &guest,
				     "qemu_bytes", &qemu, "image_bytes", &image,
				     "donated_bytes", &donated, "need_bytes",
				     &all, "spare_bytes", &spare),
			 0);
	json_decref(said);
	assert_int_equal(guest, 64 << 20);
	assert_true(qemu > 0 && image > 0);
	assert_int_equal(donated, 0);
	assert_int_equal(all, guest + qemu + image);
	assert_true(spare > 0);
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

/* It starts anyway, and whoever asks for more memory from then on is refused. */
static const char no_room[] = "[memory]\nreserve = 16 TiB\n"
			      "admission-timeout = 0 s\n"
			      "admission-late = start-anyway\n";

static void reboot_secure(struct rig *r, const char *script, const char *memory)
{
	uv_host_run(r, script, "yes", memory);
	uv_host_fast(false);
	rig_await_ready(r);
	RIG_DO(r, "reboot", under_test, "--wait");
	rig_await_ready(r);
}

/* facts 1.6: what PREPARE gives back the next guest takes. */
static void reset_that_destroys_fast_needs_no_memory(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;

	uv_host_fast(true);
	reboot_secure(r, ",secure,donated=64", no_room);
	assert_string_equal(rig_last(r, "strategy"), "in place");
	stop(r);
}

static void reset_takes_a_second_set_of_donations_where_it_fits(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;

	reboot_secure(r, ",secure,no-destroy-fast,donated=64,donatable=128",
		      "[memory]\ndonation = 64 MiB\n");
	assert_string_equal(rig_last(r, "strategy"), "in place");
	stop(r);
}

/* It would end as a guest that cannot become secure: 96. */
static void reset_is_a_restart_where_a_second_set_does_not_fit(void **state)
{
	struct rig *r = &((struct both *)*state)->rig;
	struct child plan;

	reboot_secure(r, ",secure,no-destroy-fast,donated=64,donatable=100",
		      no_room);
	assert_int_equal(rig_number(r, "generation"), 2);
	assert_string_equal(rig_last(r, "cause"), "clean reboot");
	assert_string_equal(rig_last(r, "reason"),
			    "the host has no memory for the donations of a "
			    "second secure guest");
	rig_verb(r, &plan, (const char *const[]){ "plan", under_test, NULL });
	if (!strstr(plan.text[CHILD_OUT], "an ultravisor that destroys fast"))
		print_error("plan: %s", plan.text[CHILD_OUT]);
	assert_non_null(strstr(plan.text[CHILD_OUT],
			       "an ultravisor that destroys fast, or memory"));
	child_close(&plan);
	stop(r);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		ON_MODEL(guest_that_says_it_is_secure_serves),
		ON_MODEL(guest_that_is_not_secure_has_failed),
		ON_MODEL(doctor_has_each_term_of_the_need),
		ON_MODEL(guest_that_may_be_secure_need_not_be),
		ON_MODEL(guest_that_cannot_become_secure_has_its_cause),
		ON_MODEL(reset_that_destroys_fast_needs_no_memory),
		ON_MODEL(reset_takes_a_second_set_of_donations_where_it_fits),
		ON_MODEL(reset_is_a_restart_where_a_second_set_does_not_fit),
	};
	int code;

	return uv_host_is_shim(argc, argv, &code)
		       ? code
		       : cmocka_run_group_tests(tests, NULL, NULL);
}
