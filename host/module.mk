# host/: the program `reprise`: every .c below it
host-y := $(sort $(wildcard host/*.c host/*/*.c))

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
