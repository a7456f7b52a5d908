# The shared library and what is installed with it.
#
#   make shared                       .build-install/lib/libhabla.so.VERSION, self-contained
#   make install PREFIX=... DESTDIR=...
#   make uninstall PREFIX=... DESTDIR=...
#
# The library and the program have the Swift run-time library inside; at run time they need libc,
# libm, libstdc++, libgcc, OpenBLAS and espeak-ng.

PREFIX ?= /usr/local
DESTDIR ?=
BINDIR ?= $(PREFIX)/bin
LIBDIR ?= $(PREFIX)/lib
# A folder of its own: a module map belongs to all headers beside it.
INCLUDEDIR ?= $(PREFIX)/include/habla
PKGCONFIGDIR ?= $(LIBDIR)/pkgconfig
PYTHONDIR ?= $(PREFIX)/share/habla/python

INSTALL_BUILD := .build-install
HEADER_NUMBER = $(shell sed -n 's/^\#define HABLA_VERSION_$(1) //p' include/habla.h)
HABLA_ABI := $(call HEADER_NUMBER,MAJOR)
HABLA_VERSION := $(HABLA_ABI).$(call HEADER_NUMBER,MINOR).$(call HEADER_NUMBER,PATCH)
SONAME := libhabla.so.$(HABLA_ABI)

# -static-stdlib reaches dynamic products only as a flag for the compiler that links.
INSTALL_SWIFT := $(SWIFT) build -c release --scratch-path $(INSTALL_BUILD) \
  -Xswiftc -static-stdlib -Xswiftc -use-ld=lld -Xlinker --gc-sections -Xlinker -s

.PHONY: shared program install uninstall

shared: deps
	$(INSTALL_SWIFT) --product HablaShared \
	  -Xlinker -soname -Xlinker $(SONAME) \
	  -Xlinker --version-script=$(CURDIR)/mk/habla.map \
	  -Xlinker -z -Xlinker nodelete
	mkdir -p $(INSTALL_BUILD)/lib
	cp $(INSTALL_BUILD)/release/libHablaShared.so $(INSTALL_BUILD)/lib/libhabla.so.$(HABLA_VERSION)
	ln -sf libhabla.so.$(HABLA_VERSION) $(INSTALL_BUILD)/lib/$(SONAME)
	ln -sf $(SONAME) $(INSTALL_BUILD)/lib/libhabla.so

program: deps
	$(INSTALL_SWIFT) --product habla

install: shared program
	install -d "$(DESTDIR)$(BINDIR)" "$(DESTDIR)$(LIBDIR)" "$(DESTDIR)$(INCLUDEDIR)" \
	  "$(DESTDIR)$(PKGCONFIGDIR)" "$(DESTDIR)$(PYTHONDIR)"
	install -m 755 $(INSTALL_BUILD)/release/habla "$(DESTDIR)$(BINDIR)/habla"
	install -m 755 $(INSTALL_BUILD)/lib/libhabla.so.$(HABLA_VERSION) "$(DESTDIR)$(LIBDIR)/"
	ln -sf libhabla.so.$(HABLA_VERSION) "$(DESTDIR)$(LIBDIR)/$(SONAME)"
	ln -sf $(SONAME) "$(DESTDIR)$(LIBDIR)/libhabla.so"
	install -m 644 include/habla.h include/module.modulemap "$(DESTDIR)$(INCLUDEDIR)/"
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' \
	  -e 's|@INCLUDEDIR@|$(INCLUDEDIR)|' -e 's|@VERSION@|$(HABLA_VERSION)|' \
	  mk/habla.pc.in > "$(DESTDIR)$(PKGCONFIGDIR)/habla.pc"
	chmod 644 "$(DESTDIR)$(PKGCONFIGDIR)/habla.pc"
	install -m 644 Examples/Python/habla.py Examples/Python/melo_tts_dropin.py \
	  Examples/Python/pyproject.toml "$(DESTDIR)$(PYTHONDIR)/"

uninstall:
	rm -f "$(DESTDIR)$(BINDIR)/habla" "$(DESTDIR)$(LIBDIR)/libhabla.so" \
	  "$(DESTDIR)$(LIBDIR)/$(SONAME)" "$(DESTDIR)$(LIBDIR)/libhabla.so.$(HABLA_VERSION)" \
	  "$(DESTDIR)$(PKGCONFIGDIR)/habla.pc" \
	  "$(DESTDIR)$(INCLUDEDIR)/habla.h" "$(DESTDIR)$(INCLUDEDIR)/module.modulemap" \
	  "$(DESTDIR)$(PYTHONDIR)/habla.py" "$(DESTDIR)$(PYTHONDIR)/melo_tts_dropin.py" \
	  "$(DESTDIR)$(PYTHONDIR)/pyproject.toml"
	rm -rf "$(DESTDIR)$(PYTHONDIR)/__pycache__"
	-rmdir "$(DESTDIR)$(INCLUDEDIR)" "$(DESTDIR)$(PYTHONDIR)" \
	  "$(DESTDIR)$(PREFIX)/share/habla" 2>/dev/null
