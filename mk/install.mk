# The shared library and what is installed with it.
#
#   make shared                       .build-install/lib/libhabla.so.VERSION, self-contained
#   make static                       .build-install/lib/libhabla.a, self-contained too
#   make install PREFIX=... DESTDIR=...
#   make uninstall PREFIX=... DESTDIR=...
#
# Libraries and program have the Swift run-time library inside; at run time they need libc, libm,
# libstdc++, libgcc, OpenBLAS, espeak-ng and libsamplerate. For Linux: the options are those of its
# linkers.

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

.PHONY: shared static program install uninstall

shared: deps
	$(INSTALL_SWIFT) --product HablaShared \
	  -Xlinker -soname -Xlinker $(SONAME) \
	  -Xlinker --version-script=$(CURDIR)/mk/habla.map \
	  -Xlinker -z -Xlinker nodelete
	mkdir -p $(INSTALL_BUILD)/lib
	cp $(INSTALL_BUILD)/release/libHablaShared.so $(INSTALL_BUILD)/lib/libhabla.so.$(HABLA_VERSION)
	ln -sf libhabla.so.$(HABLA_VERSION) $(INSTALL_BUILD)/lib/$(SONAME)
	ln -sf $(SONAME) $(INSTALL_BUILD)/lib/libhabla.so

# One object with everything inside, of which only the functions of habla.h can be seen: a program
# may have other Swift code, or another version of the run-time library, beside it.
STATIC_RUNTIME = $(shell $(SWIFT) -print-target-info | \
  sed -n 's|.*"runtimeResourcePath": "\(.*\)".*|\1_static/linux|p')
STATIC_ARCHIVES := swiftCore swift_Concurrency swift_StringProcessing swift_RegexParser \
  swiftSynchronization swiftGlibc swift_Builtin_float swiftSwiftOnoneSupport \
  FoundationEssentials _FoundationCShims _FoundationCollections dispatch BlocksRuntime

static: shared
	rm -f $(INSTALL_BUILD)/lib/libhabla.a
	ld -r -o $(INSTALL_BUILD)/everything.o \
	  $$(sed "s/'//g" $(INSTALL_BUILD)/release/HablaShared.product/Objects.LinkFileList) \
	  $(STATIC_RUNTIME)/$$(uname -m)/swiftrt.o \
	  --start-group $(STATIC_ARCHIVES:%=$(STATIC_RUNTIME)/lib%.a) --end-group
	grep -o 'habla_[a-z0-9_]*;' mk/habla.map | tr -d ';' > $(INSTALL_BUILD)/exported.txt
	objcopy --keep-global-symbols=$(INSTALL_BUILD)/exported.txt --strip-unneeded \
	  $(INSTALL_BUILD)/everything.o $(INSTALL_BUILD)/habla.o
	ar rcs $(INSTALL_BUILD)/lib/libhabla.a $(INSTALL_BUILD)/habla.o
	rm $(INSTALL_BUILD)/everything.o $(INSTALL_BUILD)/habla.o

program: deps
	$(INSTALL_SWIFT) --product habla

install: shared static program
	install -d "$(DESTDIR)$(BINDIR)" "$(DESTDIR)$(LIBDIR)" "$(DESTDIR)$(INCLUDEDIR)" \
	  "$(DESTDIR)$(PKGCONFIGDIR)" "$(DESTDIR)$(PYTHONDIR)"
	install -m 755 $(INSTALL_BUILD)/release/habla "$(DESTDIR)$(BINDIR)/habla"
	install -m 755 $(INSTALL_BUILD)/lib/libhabla.so.$(HABLA_VERSION) "$(DESTDIR)$(LIBDIR)/"
	install -m 644 $(INSTALL_BUILD)/lib/libhabla.a "$(DESTDIR)$(LIBDIR)/"
	ln -sf libhabla.so.$(HABLA_VERSION) "$(DESTDIR)$(LIBDIR)/$(SONAME)"
	ln -sf $(SONAME) "$(DESTDIR)$(LIBDIR)/libhabla.so"
	install -m 644 include/habla.h include/module.modulemap "$(DESTDIR)$(INCLUDEDIR)/"
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' \
	  -e 's|@INCLUDEDIR@|$(INCLUDEDIR)|' -e 's|@VERSION@|$(HABLA_VERSION)|' \
	  mk/habla.pc.in > "$(DESTDIR)$(PKGCONFIGDIR)/habla.pc"
	chmod 644 "$(DESTDIR)$(PKGCONFIGDIR)/habla.pc"
	install -m 644 Examples/Python/habla.py Examples/Python/melo_tts_dropin.py \
	  Examples/Python/bench_dropin.py Examples/Python/import_gruut.py Examples/Python/pyproject.toml "$(DESTDIR)$(PYTHONDIR)/"

uninstall:
	rm -f "$(DESTDIR)$(BINDIR)/habla" "$(DESTDIR)$(LIBDIR)/libhabla.so" \
	  "$(DESTDIR)$(LIBDIR)/$(SONAME)" "$(DESTDIR)$(LIBDIR)/libhabla.so.$(HABLA_VERSION)" \
	  "$(DESTDIR)$(LIBDIR)/libhabla.a" \
	  "$(DESTDIR)$(PKGCONFIGDIR)/habla.pc" \
	  "$(DESTDIR)$(INCLUDEDIR)/habla.h" "$(DESTDIR)$(INCLUDEDIR)/module.modulemap" \
	  "$(DESTDIR)$(PYTHONDIR)/habla.py" "$(DESTDIR)$(PYTHONDIR)/melo_tts_dropin.py" \
	  "$(DESTDIR)$(PYTHONDIR)/bench_dropin.py" "$(DESTDIR)$(PYTHONDIR)/import_gruut.py" \
	  "$(DESTDIR)$(PYTHONDIR)/pyproject.toml"
	rm -rf "$(DESTDIR)$(PYTHONDIR)/__pycache__"
	-rmdir "$(DESTDIR)$(INCLUDEDIR)" "$(DESTDIR)$(PYTHONDIR)" \
	  "$(DESTDIR)$(PREFIX)/share/habla" 2>/dev/null

# Checks of the C interface: the library's symbols and layout, hostile and random calls.
.PHONY: check-c examples
check-c: shared
	Tests/C/run.sh $(INSTALL_BUILD)/lib/libhabla.so.$(HABLA_VERSION)

# Installs into a folder of its own, builds and runs every example from there, and uninstalls.
EXAMPLES_PREFIX := $(CURDIR)/$(INSTALL_BUILD)/prefix
examples:
	rm -rf "$(EXAMPLES_PREFIX)"
	$(MAKE) install PREFIX="$(EXAMPLES_PREFIX)"
	Examples/run-all.sh "$(EXAMPLES_PREFIX)"
	$(MAKE) uninstall PREFIX="$(EXAMPLES_PREFIX)"
	test -z "$$(find "$(EXAMPLES_PREFIX)" -not -type d)"
