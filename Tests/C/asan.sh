#!/bin/sh
# Hostile arguments and random sequences of calls under AddressSanitizer and its leak check, with
# the library built for it.
#
#   Tests/C/asan.sh [SEQUENCES [FIRST]]
set -eu
cd "$(dirname "$0")/../.."
build=$PWD/.build-asan
swift build -c release --sanitize=address --scratch-path "$build" --product HablaShared
runtime=$(dirname "$(clang -print-file-name=libclang_rt.asan-"$(uname -m)".so)")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for program in hostile fuzz; do
  clang -std=c11 -O1 -g -fsanitize=address -shared-libsan -Iinclude -o "$work/$program" \
    "Tests/C/$program.c" "$build/release/libHablaShared.so" -lpthread -lm
done
suppressions=$PWD/Tests/C/leaks.supp
cd "$work"
export LD_LIBRARY_PATH="$build/release:$runtime"
export LSAN_OPTIONS="suppressions=$suppressions:print_suppressions=0"
./hostile
./fuzz "${1:-2000}" "${2:-1}"
