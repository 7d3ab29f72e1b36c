# tests/: a mirror of the tree; every test_*.c is a program of its own, found by
# its name. What lies beside the tests of a folder (tests/host/fake_x.c) is an
# archive that each of them may take from. The code under test is an archive
# too, so that a test may bring its own version of a function.
#
#	tests/common/*       link common
#	tests/guest/*        link guest and common, without main
#	tests/host/*         link host and common, without main
#	tests/image/*        link the image tools and common, without their main
#	tests/sweep/*        link common; run build/ARCH/reprise-init in namespaces
#	tests/integration/*  link host and common; run against build/ARCH/*
#	tests/bench/*.c      one program, build/tests/bench (tests/NAME/*.c)
#	tests/pvmodel/*.c    one program, build/tests/pvmodel
#	tests/v2host/*.c     one program, with what is beside integration's tests;
#	                     runs in a guest, whose image make puts together
#	tests/peers/         programs that are not ours, which integration runs: make
#	                     takes them from Debian's next release
#
# All natively, with gcc: tests under ASan and UBSan in build/san/, bench and
# pvmodel without in build/native/.
test-folders := common guest host image integration pvmodel sweep
test-tools := bench pvmodel costs
CFLAGS_san := -O1 -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer -isystem /usr/include/libnl3
CFLAGS_native := -O2 -isystem /usr/include/libnl3
LIBS_native := -lcmocka -ljansson -lsodium -lz -lnl-route-3 -lnl-3 -lm

find-c = $(sort $(shell find $(1) -name '*.c' 2>/dev/null))
guest-lib-y = $(filter-out guest/main.c,$(guest-y))
host-lib-y = $(filter-out host/main.c,$(host-y))

define variant # 1: san or native
$(O)/$(1)/%.o: %.c $(CONFIG_H) | deps
	$$(call say,CC,$$@)
	@mkdir -p $$(@D)
	$$(Q)gcc $$(cflags) $(WARN_GCC) $(CFLAGS_$(1)) -c -o $$@ $$<
$(O)/$(1)/common.a: $(patsubst %.c,$(O)/$(1)/%.o,$(common-y))
$(O)/$(1)/guest.a: $(patsubst %.c,$(O)/$(1)/%.o,$(guest-lib-y))
$(O)/$(1)/host.a: $(patsubst %.c,$(O)/$(1)/%.o,$(host-lib-y))
$(O)/$(1)/image.a: $(patsubst %.c,$(O)/$(1)/%.o,$(image-lib-y))
endef
$(foreach v,san native,$(eval $(call variant,$(v))))

$(O)/%.a:
	@mkdir -p $(@D)
	$(Q)rm -f $@; ar rcD $@ $^

archives-common := common.a
archives-guest := guest.a common.a
archives-host := host.a common.a
archives-image := image.a host.a guest.a common.a
archives-integration := tests/host.a host.a common.a
archives-pvmodel := host.a common.a
archives-sweep := common.a

define test_folder # 1: folder
tests-$(1) := $(filter $(addprefix %/,$(notdir $(wildcard \
	$(shell find tests/$(1) -name 'test_*.c' 2>/dev/null)))),$(call \
	find-c,tests/$(1)))
$(O)/san/tests/$(1).a: $$(patsubst %.c,$(O)/san/%.o,$$(filter-out \
	$$(tests-$(1)),$(call find-c,tests/$(1))))
$$(patsubst %.c,$(O)/san/%,$$(tests-$(1))): $(O)/san/%: $(O)/san/%.o \
		$(O)/san/tests/$(1).a $(addprefix $(O)/san/,$(archives-$(1)))
	$$(call say,LD,$$@)
	$$(Q)gcc $(CFLAGS_san) -o $$@ $$^ $(LIBS_native)
endef
$(foreach f,$(test-folders),$(eval $(call test_folder,$(f))))

# what runs the programs that ship
$(O)/san/tests/common/test_start: | $(O)/$(HOST_ARCH)/reprise \
	$(O)/$(HOST_ARCH)/reprise-init

# the fault sweep, and what a tool has of others
sweep-y := $(filter-out %/payload.c $(tests-sweep),$(call find-c,tests/sweep))
more-costs := tests/pvmodel/pv.c
more-bench := $(filter-out tests/sweep/main.c,$(sweep-y)) \
	tests/integration/stub_files.c tests/host/core/schedule.c

define test_tool # 1: folder and program
$(O)/tests/$(1): $(patsubst %.c,$(O)/native/%.o,$(filter-out \
		$(tests-$(1)),$(call find-c,tests/$(1)))) \
		$(patsubst %.c,$(O)/native/%.o,$(more-$(1))) \
		$(O)/native/host.a $(O)/native/common.a
	$$(call say,LD,$$@)
	@mkdir -p $$(@D)
	$$(Q)gcc -o $$@ $$^ $(LIBS_native)
endef
$(foreach t,$(test-tools),$(if $(wildcard tests/$(t)/*.c),$(eval $(call \
	test_tool,$(t)))))

# The fault sweep: what it runs is the program that ships, and a payload for it.
sweep-needs := $(O)/$(HOST_ARCH)/reprise-init $(O)/tests/payload

$(O)/tests/payload: $(O)/$(HOST_ARCH)/tests/sweep/payload.o
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(O)/$(HOST_ARCH)/toolchain/bin/cc $(LDFLAGS_MUSL) -o $@ $<

$(O)/tests/sweep: $(patsubst %.c,$(O)/native/%.o,$(sweep-y)) \
		$(O)/native/common.a
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)gcc -o $@ $^

# make sweep PLANS=request: only that life
sweep: $(O)/tests/sweep $(sweep-needs)
	@$(O)/tests/sweep $(PLANS)
.PHONY: sweep

# A host with cgroup v2: an image for this machine's architecture, of the program
# that ships, the stand-in, the tests of both, and this machine's libc for them.
v2host-y := $(call find-c,tests/v2host) $(filter-out $(tests-integration) \
	%/uv_host.c, \
	$(call find-c,tests/integration))
v2host-programs := $(O)/$(HOST_ARCH)/reprise $(O)/v2host/pvmodel \
	$(O)/v2host/v2host
v2host-image := $(O)/$(HOST_ARCH)/image/v2host/manifest

$(O)/v2host/v2host: $(patsubst %.c,$(O)/native/%.o,$(v2host-y)) \
		$(O)/native/host.a $(O)/native/common.a
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)gcc -o $@ $^ -Wl,-Bstatic $(filter-out -lcmocka,$(LIBS_native)) \
		-Wl,-Bdynamic -lcmocka

$(O)/v2host/pvmodel: $(patsubst %.c,$(O)/native/%.o,$(filter-out \
		$(tests-pvmodel),$(call find-c,tests/pvmodel))) \
		$(O)/native/host.a $(O)/native/common.a
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)gcc -static -o $@ $^ -ljansson

$(v2host-image): FORCE $(v2host-programs) $(O)/$(HOST_ARCH)/reprise-init \
		$(O)/$(HOST_ARCH)/pack-image
	@rm -rf $(O)/image/v2host
	@mkdir -p $(O)/image; cp -R tests/v2host/image $(O)/image/v2host
	@mkdir $(O)/image/v2host/root
	@cp $(v2host-programs) $$(ldd $(O)/v2host/v2host | \
		sed -n 's/^[^/]*\(\/[^ ]*\) (.*/\1/p') $(O)/image/v2host/root
	@image/build $(O)/image/v2host $(HOST_ARCH) $(O) $(HOST_ARCH)

# make TESTS=tests/host check: only those whose path begins so
TESTS ?= tests
chosen = $(filter $(TESTS)%,$(filter-out $(if $(filter tests,$(TESTS)),$(soak-only)),\
	$(foreach f,$(test-folders),$(tests-$(f)))))
# Whether the kernel says first that memory is scarce, or kills, is a race.
soak-only = tests/integration/test_pressure.c
test-programs = $(patsubst %.c,$(O)/san/%,$(chosen))
test-checks := $(if $(filter tests,$(TESTS)),tests/check_purity tests/check_units \
	tests/check_manual tests/check_scripts tests/check_format \
	tests/check_words tests/check_clang tests/check_analyzer)
needs-guests := $(sweep-needs) $(foreach a,$(ARCHS),$(O)/$(a)/reprise-init \
	$(O)/$(a)/image/web/manifest \
	$(patsubst tests/integration/images/%/image.conf,$(O)/$(a)/image/%/manifest,\
		$(wildcard tests/integration/images/*/image.conf)))

# The guest of configs/tiny: another configuration, so another make.
tiny-guests:
	@for arch in $(ARCHS); do \
		MAKEFLAGS= $(MAKE) CONFIG=tiny ARCH=$$arch image \
			IMAGE=tests/integration/images/guest >/dev/null || exit 1; \
	done
.PHONY: tiny-guests

check: $(test-programs) $(O)/$(HOST_ARCH)/reprise $(needs-guests) \
	$(if $(filter %/test_tiny,$(test-programs)),tiny-guests) \
	$(if $(filter $(O)/san/tests/integration/%,$(test-programs)),peers) \
	$(if $(filter %/test_v2_host,$(test-programs)),$(v2host-image)) \
	$(patsubst %,$(O)/tests/%,$(foreach t,pvmodel bench,$(if \
		$(wildcard tests/$(t)/*.c),$(t))))
	@tests/run $(O)/log $(test-checks) $(test-programs)

# Where Debian's next release cannot be had its tests are skipped.
peers: | deps
	@tests/peers/build $(O)/peers || { rm -f $(O)/peers; \
		echo "peers: not to be had: the tests with them are skipped"; }
.PHONY: peers

# make soak SOAK_SECONDS=600 SOAK_SEED=7: restarts at random for so long with the
# guard, and then without it, and their figures; then what is in no check
soak: $(O)/san/tests/integration/test_random \
		$(patsubst %.c,$(O)/san/%,$(soak-only)) \
		$(O)/$(HOST_ARCH)/reprise $(needs-guests)
	@SOAK_SECONDS=$(or $(SOAK_SECONDS),300) SOAK_SEED=$(SOAK_SEED) $<
	@tests/run $(O)/log $(patsubst %.c,$(O)/san/%,$(soak-only))
.PHONY: soak

# unit: what needs neither QEMU nor an image
unit: $(sweep-needs) $(O)/tests/bench $(filter-out $(O)/san/tests/integration/% \
	$(O)/san/tests/image/%,$(test-programs))
	@tests/run $(O)/log $(test-checks) $(filter $(O)/san/%,$^)
.PHONY: unit

# The guests that the numbers of PID 1 are about, with all and with nothing.
bench-guests:
	@for config in tiny full; do for arch in $(ARCHS); do \
		MAKEFLAGS= $(MAKE) CONFIG=$$config ARCH=$$arch image \
			IMAGE=tests/bench/images/init >/dev/null || exit 1; \
	done; done
.PHONY: bench-guests

# what restarts of sizes that no test machine has would cost: a model
bench-model: $(O)/tests/costs
	@$(O)/tests/costs $(O)/model.svg
.PHONY: bench-model

# make bench NUMBERS="quiesce gate-share": only those
bench: bench-guests $(O)/tests/bench $(O)/tests/pvmodel \
		$(O)/$(HOST_ARCH)/reprise $(needs-guests) \
		$(O)/x86_64/image/touch/manifest
	@$(O)/tests/bench $(NUMBERS)
