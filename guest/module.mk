# guest/: reprise-init, PID 1 of an appliance
guest-y := guest/action.c guest/child.c guest/hear.c guest/init.c guest/main.c \
	guest/steps.c guest/talk.c \
	guest/boot/console.c guest/boot/facts.c guest/boot/forget.c \
	guest/boot/mount.c \
	guest/boot/stage.c guest/boot/step.c \
	guest/config/box_conf.c guest/config/init_conf.c \
	guest/config/payload_conf.c guest/config/words.c \
	guest/control/control.c \
	guest/core/host.c guest/core/notify.c guest/core/restart.c \
	guest/core/say.c guest/core/session.c guest/core/supervise.c \
	guest/file/file.c guest/format/format.c guest/format/wrap.c \
	guest/payload/box.c guest/payload/cgroup.c \
	guest/payload/notice.c guest/payload/output.c \
	guest/payload/payload.c guest/payload/user.c \
	guest/port/find.c guest/port/port.c \
	guest/power/mountinfo.c guest/power/proof.c guest/power/quiet.c \
	guest/power/reboot.c

# as a whole, and with an snprintf(3) that knows no floating point: a third less
LDFLAGS_guest = $(CFLAGS_MUSL) \
	-Wl,--wrap=snprintf,--wrap=vsnprintf -Wl,-T,guest/cold.ld

guest-$(CONFIG_GUEST_NET) += guest/net/net.c guest/net/net_conf.c guest/net/rtnl.c
guest-$(CONFIG_GUEST_STORAGE) += guest/storage/disk.c guest/storage/storage.c \
	guest/storage/storage_conf.c
guest-$(CONFIG_GUEST_WATCHDOG) += guest/watchdog/watchdog.c

$(patsubst %,$(O)/%/reprise-init.debug,$(ARCHS)): guest/cold.ld
