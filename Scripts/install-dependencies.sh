#!/bin/sh
# Installs the system libraries that Habla links against, where they are missing.
set -eu

missing=""
for library in openblas espeak-ng samplerate libcurl; do
  if ! pkg-config --exists "$library" 2>/dev/null; then missing="$missing $library"; fi
done
if [ -z "$missing" ]; then exit 0; fi

if command -v apt-get >/dev/null 2>&1; then
  as_root=""
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null 2>&1; then
      echo "not root and no sudo: install pkg-config libopenblas-dev libespeak-ng-dev \
libsamplerate0-dev libcurl4-openssl-dev" >&2
      exit 1
    fi
    as_root="sudo"
  fi
  export DEBIAN_FRONTEND=noninteractive
  $as_root apt-get update -qq
  $as_root apt-get install -y -qq --no-install-recommends \
    pkg-config libopenblas-dev libespeak-ng-dev espeak-ng-data libsamplerate0-dev libcurl4-openssl-dev
elif command -v brew >/dev/null 2>&1; then
  brew install pkg-config openblas espeak-ng libsamplerate curl
else
  echo "install these libraries with your package manager:$missing" >&2
  exit 1
fi
