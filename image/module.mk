# image/: kernel, initramfs and manifest. The tool pack-image runs on this
# machine, but is built like the programs: with the locked zlib, so that what
# it packs does not depend on the machine's.
image-lib-y := image/initramfs/newc.c image/initramfs/tree.c \
	image/pack/bytes.c image/pack/gzip.c image/pack/image_conf.c \
	image/pack/manifest.c image/pack/root.c
image-borrowed-y := host/sentence.c guest/config/box_conf.c \
	guest/config/init_conf.c guest/config/payload_conf.c \
	guest/config/words.c
image-borrowed-$(CONFIG_GUEST_NET) += guest/net/net_conf.c
image-borrowed-$(CONFIG_GUEST_STORAGE) += guest/storage/storage_conf.c
image-y := image/pack/main.c $(image-lib-y) $(image-borrowed-y)
LIBS_image := -lsodium -lz

define image_rules # 1: architecture, 2: image's directory
$(O)/$(1)/image/$(notdir $(2))/manifest: FORCE $(O)/$(1)/reprise-init \
		$(O)/$(HOST_ARCH)/pack-image
	@image/build $(2) $(1) $(O) $(HOST_ARCH)
endef
image-directory := $(patsubst %/,%,$(IMAGE))
$(foreach a,$(ARCHS),$(foreach i,$(sort $(image-directory) \
	$(patsubst %/image.conf,%,$(wildcard image/examples/*/image.conf \
	tests/*/images/*/image.conf))),$(eval $(call image_rules,$(a),$(i)))))

image: $(O)/$(ARCH)/image/$(notdir $(image-directory))/manifest
	@echo "image: $(<D)"

# make kernel: only that, to look at its configuration or to have it in time
kernel: | deps
	@image/kernel/build $(ARCH)
.PHONY: kernel

repro: | deps
	@image/repro/run $(IMAGE) $(ARCH)

demo: $(O)/$(HOST_ARCH)/reprise $(O)/$(ARCH)/image/web/manifest
	@image/demo $< $(O)/$(ARCH)/image/web
