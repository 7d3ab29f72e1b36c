# make install [DESTDIR=] [prefix=/usr/local]: program, manual, units, completion
#
# Afterwards, as root: systemd-sysusers, systemd-tmpfiles --create, and
# systemctl daemon-reload.
prefix ?= /usr/local
bindir ?= $(prefix)/bin
mandir ?= $(prefix)/share/man
unitdir ?= $(prefix)/lib/systemd/system
tmpfilesdir ?= $(prefix)/lib/tmpfiles.d
sysusersdir ?= $(prefix)/lib/sysusers.d
bashdir ?= $(prefix)/share/bash-completion/completions
zshdir ?= $(prefix)/share/zsh/site-functions
pages := $(patsubst %.scd,$(O)/man/%,$(notdir $(wildcard host/*.scd \
	guest/*.scd)))
units := host/systemd/units

$(O)/man/%: host/%.scd | deps
	$(call say,MAN,$@)
	@mkdir -p $(@D)
	$(Q)scdoc <$< >$@
$(O)/man/%: guest/%.scd | deps
	$(call say,MAN,$@)
	@mkdir -p $(@D)
	$(Q)scdoc <$< >$@

$(O)/units/reprise@.service: $(units)/reprise@.service.in FORCE
	@mkdir -p $(@D)
	$(Q)sed 's|@bindir@|$(bindir)|g' $< >$@

# $(call put,MODE,FILE,PLACE)
put = $(Q)install -D -m $(1) $(2) '$(DESTDIR)$(3)'
# a page's section is what follows its last dot
put_page = $(call put,644,$(1),$(mandir)/man$(subst .,,$(suffix $(1)))/$(notdir \
	$(1)))
define newline


endef

install: $(O)/$(HOST_ARCH)/reprise $(pages) $(O)/units/reprise@.service
	$(call put,755,$<,$(bindir)/reprise)
	$(foreach p,$(pages),$(call put_page,$(p))$(newline)	)
	$(call put,644,$(O)/units/reprise@.service,$(unitdir)/reprise@.service)
	$(call put,644,$(units)/reprise.slice,$(unitdir)/reprise.slice)
	$(call put,644,$(units)/tmpfiles.conf,$(tmpfilesdir)/reprise.conf)
	$(call put,644,$(units)/sysusers.conf,$(sysusersdir)/reprise.conf)
	$(call put,644,completions/reprise.bash,$(bashdir)/reprise)
	$(call put,644,completions/_reprise,$(zshdir)/_reprise)
.PHONY: install
