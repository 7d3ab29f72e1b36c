# Reprise: one Makefile, no recursion; a fragment per folder says what it has.
#
#	make demo [ARCH=s390x]       build everything, run the example, reboot it
#	make check                   every test
#	make host guest image        the parts, for ARCH, into build/ARCH/
#	make image IMAGE=directory   an image of your own
#	make repro [KERNEL=cached]   build twice elsewhere, compare every byte
#	make bench                   every number
#	make soak                    restarts at random, for minutes
#	make install                 program, manual, systemd units (DESTDIR, prefix)
#	make menuconfig              change what is adjustable (Kconfig)
#	make defconfig CONFIG=tiny   begin with configs/tiny, or full
#	make guest CONFIG=tiny       with that alone, into build/tiny/ARCH/
#	make lock                    take what Debian's archive has now
#
# ARCH is the guest's architecture: x86_64 or s390x; without it this machine's.
# V=1 shows the commands.
HOST_ARCH := $(shell uname -m)
ARCH ?= $(HOST_ARCH)
ARCHS := x86_64 s390x
O := build$(if $(CONFIG),/$(CONFIG))
IMAGE ?= image/examples/web
export LC_ALL := C

$(if $(filter $(ARCH),$(ARCHS)),,$(error ARCH is '$(ARCH)': write one of \
	$(ARCHS)))

.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: all host guest image demo check repro bench clang lock clean deps FORCE
MAKEFLAGS += --no-print-directory -j$(shell nproc)
Q := $(if $(V),,@)
say = @printf '  %-7s %s\n' $(1) $(2)
all: host guest

WARN := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes -Wold-style-definition -Wpointer-arith \
	-Wcast-qual -Wwrite-strings -Wformat=2 -Wundef -Wvla -Wswitch-enum \
	-Wdate-time
WARN_GCC := -Wlogical-op -Wduplicated-cond -Wduplicated-branches
WARN_CLANG := -Wcomma -Wunreachable-code -Wconditional-uninitialized
WARN_common := -Wconversion
CONFIG_H := $(O)/include/generated/autoconf.h
CFLAGS_ALL := -std=gnu17 -g $(WARN) -fno-common -fstack-protector-strong \
	-ffile-prefix-map=$(CURDIR)=. -D_GNU_SOURCE -I. -I$(O)/include -include $(CONFIG_H)
# what one source is compiled with: the warnings of its folder besides
cflags = $(CFLAGS_ALL) $(WARN_$(firstword $(subst /, ,$<))) -MMD -MP

# ---- what this machine must have, and what is adjustable
deps:
	@image/toolchain/packages

# What counts: CONFIG='s file; else a .config of the person's own; else what
# Kconfig says.
ifneq ($(MAKECMDGOALS),clean)
KCONFIG_USED := $(if $(CONFIG),default.config,$(if $(wildcard .config), \
	$(CURDIR)/.config,default.config))
KCONFIG_FROM := $(if $(CONFIG),--defconfig=$(CURDIR)/configs/$(CONFIG), \
	--olddefconfig)
$(shell mkdir -p $(O); [ "$$(cat $(O)/config-used 2>/dev/null)" = "$(KCONFIG_USED)" ] \
	|| echo $(KCONFIG_USED) >$(O)/config-used)
AUTO_CONF := $(O)/include/config/auto.conf
-include $(AUTO_CONF)
endif
KCONF := KCONFIG_CONFIG=$(strip $(KCONFIG_USED)) kconfig-conf
$(AUTO_CONF) $(CONFIG_H) &: Kconfig $(wildcard .config configs/*) $(O)/config-used \
		| deps
	@mkdir -p $(O)/include/config $(O)/include/generated
	@cd $(O) && rm -f default.config && ($(KCONF) $(KCONFIG_FROM) \
		$(CURDIR)/Kconfig && $(KCONF) --silentoldconfig \
		$(CURDIR)/Kconfig) >config.log 2>&1 || \
		{ cat config.log >&2; exit 1; }
	@rm -f ..config.tmp $(O)/.*.config.tmp; touch $(AUTO_CONF) $(CONFIG_H)

include common/module.mk guest/module.mk host/module.mk host/install.mk image/module.mk \
	tests/module.mk

# menuconfig and the others write .config; defconfig is what may be kept
.PHONY: menuconfig defconfig savedefconfig olddefconfig
menuconfig: | deps
	@kconfig-mconf Kconfig
defconfig: | deps
	@kconfig-conf --defconfig=configs/$(or $(CONFIG),full) Kconfig
savedefconfig: | deps
	@kconfig-conf --savedefconfig=configs/$(or $(CONFIG),mine) Kconfig
olddefconfig: | deps
	@kconfig-conf --olddefconfig Kconfig

# ---- both programs, for each architecture: static, position-independent, musl
CFLAGS_MUSL := -Oz -fPIE -ffunction-sections -fdata-sections \
	-fno-asynchronous-unwind-tables -fno-unwind-tables \
	-flto -ffat-lto-objects $(WARN_GCC)
LDFLAGS_MUSL := -static-pie -flto-partition=one -Wl,-T,common/no-unwind.ld \
	-Wl,--gc-sections,--build-id=none \
	-Wl,-z,noseparate-code,-z,relro,-z,now
LIBS_host := -ljansson -lsodium -lz -lnl
LIBS_guest := $(if $(CONFIG_GUEST_NET),-lnl-route -lnl)

define program # 1: architecture, 2: folder, 3: name
$(O)/$(1)/$(3).debug: $(patsubst %.c,$(O)/$(1)/%.o,$(start-y) $(common-y) \
		$($(2)-y)) common/no-unwind.ld
	$$(call say,LD,$$@)
	$$(Q)$(O)/$(1)/toolchain/bin/cc $(LDFLAGS_MUSL) $(LDFLAGS_start) \
		$(LDFLAGS_start_$(1)) $$(LDFLAGS_$(2)) -o $$@ \
		$$(filter %.o,$$^) $$(LIBS_$(2))

$(O)/$(1)/$(3): $(O)/$(1)/$(3).debug
	$$(Q)$(1)-linux-gnu-strip -o $$@ $$<
endef

define architecture # 1: architecture
$(O)/$(1)/toolchain.key: FORCE | deps
	@image/toolchain/link $(1) $(O)/$(1)

$(O)/$(1)/%.o: %.c $(O)/$(1)/toolchain.key Makefile | $(CONFIG_H)
	$$(call say,CC,$$@)
	@mkdir -p $$(@D)
	$$(Q)$(O)/$(1)/toolchain/bin/cc $$(cflags) $(CFLAGS_MUSL) -c -o $$@ $$<

$(O)/clang/$(1)/%.o: %.c $(O)/$(1)/toolchain.key Makefile | $(CONFIG_H)
	$$(call say,CLANG,$$@)
	@mkdir -p $$(@D)
	$$(Q)$(O)/$(1)/toolchain/bin/clang $$(cflags) -O2 $(WARN_CLANG) \
		-c -o $$@ $$<

$(call program,$(1),host,reprise)
$(call program,$(1),guest,reprise-init)
$(call program,$(1),image,pack-image)
clang: $(patsubst %.c,$(O)/clang/$(1)/%.o,$(start-y) $(common-y) $(guest-y) \
	$(host-y) $(filter image/%,$(image-y)))
endef
$(foreach a,$(ARCHS),$(eval $(call architecture,$(a))))

host: $(O)/$(ARCH)/reprise
guest: $(O)/$(ARCH)/reprise-init

lock: | deps
	$(Q)for lock in image/toolchain/lock tests/peers/lock; do \
		REPRISE_LOCK=$$lock image/toolchain/fetch --relock >$(O)/lock && \
		mv $(O)/lock $$lock || exit 1; done
	@git diff --stat -- image/toolchain/lock tests/peers/lock

clean:
	rm -rf $(O)

-include $(shell find $(O) -name '*.d' 2>/dev/null)
