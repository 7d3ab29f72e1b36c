# host/: the program `reprise`; one line per folder
host-y += host/qemu/orphan.c host/qemu/proc.c host/qemu/qmplog.c host/config/life.c host/config/running_record.c host/leftover.c host/shim_adopt.c host/handover.c host/shim_handover.c host/verbs/handover.c
host-y += host/loop.c host/sentence.c host/trim.c
host-y += host/systemd/notify.c host/systemd/service.c
host-y += host/doctor/command.c host/doctor/doctor.c host/doctor/host.c \
	host/doctor/kvm.c host/doctor/reading.c host/doctor/secure.c \
	host/doctor/service.c host/doctor/virt.c host/verbs/doctor.c
host-y += host/cgroup/cgroup.c
host-y += host/qemu/disks.c
host-y += host/launch/confine.c host/launch/identity.c \
	host/launch/launcher.c host/launch/rights.c host/launch/spawn.c
host-y += host/config/appliance.c host/config/disk.c host/config/forward.c \
	host/config/history.c host/config/image.c host/config/keys.c \
	host/config/manifest.c host/config/place.c host/config/running.c \
	host/config/runtime.c host/config/text.c
host-y += host/qemu/argv.c host/qemu/event.c host/qemu/oom.c host/qemu/probe.c
host-y += host/config/fit.c host/qemu/able.c host/qemu/answers.c \
	host/qemu/argv_devices.c host/qemu/probe_cache.c
host-y += host/core/drain.c host/core/epoch.c host/core/lifecycle.c \
	host/core/lifecycle_end.c host/core/need.c host/core/outlook.c \
	host/core/phases.c host/core/planner.c host/core/predict.c \
	host/core/verdict.c host/core/verdict_sentence.c
host-y += host/qemu/generation.c host/qemu/process.c host/qemu/qmp.c
host-y += host/link/agent.c
host-y += host/net/tap.c
host-y += host/report.c host/shim.c host/shim_actions.c host/shim_events.c
host-y += host/link/client.c host/link/console.c host/link/control.c \
	host/link/access.c host/link/ask.c host/link/control_call.c host/link/interface.c \
	host/link/console_text.c host/link/peer.c host/link/ring.c

# what only a start and the verbs need is put together: host/trim.c
LDFLAGS_host = -ffunction-sections -Wl,-T,host/cold.ld
$(patsubst %,$(O)/%/reprise.debug,$(ARCHS)): host/cold.ld

# the interfaces' texts, as C strings
interface-texts := $(patsubst host/link/%.varlink,$(O)/include/generated/%.h, \
	$(wildcard host/link/*.varlink))
$(interface-texts): $(O)/include/generated/%.h: host/link/%.varlink
	$(Q)mkdir -p $(@D)
	$(Q)sed -e 's/[\\"]/\\&/g' -e 's/.*/"&\\n"/' $< >$@
$(foreach v,san native $(ARCHS) $(addprefix clang/,$(ARCHS)), \
	$(O)/$(v)/host/link/interface.o): $(interface-texts)

host-y += host/verbs/colour.c host/verbs/help.c host/verbs/replay.c
host-y += host/main.c host/verbs/args.c host/verbs/check.c host/verbs/console.c \
	host/verbs/events.c host/verbs/prepare.c host/verbs/progress.c \
	host/verbs/ps.c host/verbs/reboot.c \
	host/verbs/run.c host/verbs/show.c host/verbs/status.c \
	host/verbs/stop.c
host-y += host/config/lock.c host/config/share.c
host-y += host/core/lifecycle_adopt.c
host-y += host/config/failed.c host/verbs/reset_failed.c
host-y += host/core/deadlines.c host/core/lifecycle_guest.c \
	host/core/lifecycle_judge.c host/core/lifecycle_wait.c \
	host/core/lifecycle_wish.c host/qemu/busy.c

host-y += host/prospect.c host/record.c host/shim_past.c
host-y += host/verbs/history.c host/verbs/budget.c host/verbs/plan.c
host-y += host/verbs/show_plan.c host/verbs/show_history.c
host-y += host/core/admission.c
host-y += host/memory/host.c host/memory/ledger.c
