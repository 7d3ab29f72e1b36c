# guest/: reprise-init, PID 1 of an appliance
guest-y := guest/action.c guest/child.c guest/init.c guest/main.c \
	guest/steps.c \
	guest/boot/console.c guest/boot/facts.c guest/boot/mount.c \
	guest/boot/stage.c guest/boot/step.c \
	guest/config/init_conf.c guest/config/words.c \
	guest/control/control.c guest/core/say.c guest/core/host.c guest/core/session.c \
	guest/core/notify.c guest/core/restart.c guest/core/supervise.c \
	guest/file/file.c guest/payload/payload.c \
	guest/port/find.c guest/port/port.c \
	guest/power/mountinfo.c guest/power/proof.c guest/power/quiet.c \
	guest/power/reboot.c
