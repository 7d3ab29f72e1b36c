# host/: the program `reprise`; one line per folder
host-y += host/loop.c host/sentence.c
host-y += host/config/appliance.c host/config/forward.c host/config/image.c \
	host/config/manifest.c host/config/place.c host/config/running.c \
	host/config/runtime.c host/config/text.c
host-y += host/qemu/argv.c host/qemu/probe.c
