# Reprise: one Makefile, no recursion; a fragment per folder says what it has.
#
#	make demo [ARCH=s390x]    build everything, run the example, reboot it
#	make check                every test
#
# ARCH is the guest's architecture. Programs are built for their architecture
# into build/<arch>/, unit tests with sanitizers into build/san/.
HOST_ARCH := $(shell uname -m)
ARCH ?= $(HOST_ARCH)
ARCHS := x86_64 s390x
O := build

.DELETE_ON_ERROR:
.SUFFIXES:
all: host guest

WARN := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes -Wold-style-definition -Wpointer-arith \
	-Wcast-qual -Wwrite-strings -Wformat=2 -Wundef -Wvla -Wswitch-enum \
	-Wdate-time
WARN_GCC := -Wlogical-op -Wduplicated-cond -Wduplicated-branches
WARN_CLANG := -Wcomma -Wunreachable-code -Wconditional-uninitialized
CFLAGS_ALL := -std=gnu17 -O2 -g $(WARN) -fno-common -fstack-protector-strong \
	-ffile-prefix-map=$(CURDIR)=. -D_GNU_SOURCE -I.

include common/module.mk guest/module.mk host/module.mk image/module.mk \
	tests/module.mk
