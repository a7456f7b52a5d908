# Habla: see README.md. Everything here works on a fresh Debian or Ubuntu with a Swift toolchain.

SWIFT ?= swift
TEXT ?= Hola, ¿qué tal?
OUT ?= hola.wav
CONFIGURATION ?= release

.PHONY: all deps build demo test test-threads lint format default-voice check-pronunciation \
  check-training docs clean

all: build

# Installs what Habla links against; works as root and with sudo.
deps:
	@sh Scripts/install-dependencies.sh

build: deps
	$(SWIFT) build -c $(CONFIGURATION) --product habla

# make demo TEXT="..." OUT=file.wav: sets up everything and speaks.
demo: build
	@"$$($(SWIFT) build -c $(CONFIGURATION) --show-bin-path)/habla" say -o "$(OUT)" -- "$$HABLA_DEMO_TEXT"

demo: export HABLA_DEMO_TEXT = $(TEXT)

# Sets up everything and runs the tests.
test: deps
	$(SWIFT) test -c release

# The tests that use several threads, under ThreadSanitizer.
test-threads: deps
	Scripts/sanitize-threads.sh

lint:
	$(SWIFT) format lint --strict --recursive Package.swift Sources Tests $(wildcard Examples Benchmarks)

format:
	$(SWIFT) format format --in-place --recursive Package.swift Sources Tests $(wildcard Examples Benchmarks)

# Makes the file that is compiled into the library from its MeloTTS-form source.
default-voice: build
	"$$($(SWIFT) build -c $(CONFIGURATION) --show-bin-path)/habla" convert Voices/default \
	  Sources/HablaDefaultVoice/default.habla.safetensors --dtype int8

# Tests Spanish and French phones with the data of MeloTTS's own phonemizer, which it downloads.
check-pronunciation: deps
	Scripts/check-pronunciation.sh

# Tests the recipe that voices are trained with, on a tiny setting; installs PyTorch for it.
check-training: build
	$(SWIFT) build -c $(CONFIGURATION) --product HablaShared
	bin="$$($(SWIFT) build -c $(CONFIGURATION) --show-bin-path)"; \
	  Examples/VoiceTraining/run-tiny.sh "$$bin/libHablaShared.so" "$$bin/habla"

clean:
	$(SWIFT) package clean

include mk/install.mk
