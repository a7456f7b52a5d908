#!/bin/sh
# Runs the tests that use several threads under ThreadSanitizer. For Linux.
#
#   Scripts/sanitize-threads.sh [TEST_FILTER]          or: make test-threads
#
# OpenBLAS and espeak-ng are not compiled for ThreadSanitizer: what they do to memory is not seen. Neither
# is Swift's own library; Tests/Sanitizers/mutex.c makes its Mutex known. The program race.swift shows first
# that a race is reported and a contended Mutex is not, else the result would mean nothing.
set -eu
cd "$(dirname "$0")/.."
filter=${1:-'ThreadPoolTests|PullTests|SpeechStreamTests|DecoderTests|FilteredConvolutionTests|HandleTableTests|SameSamplesTests'}
build=$PWD/.build-tsan
sources=Tests/Sanitizers
swift build -c release --sanitize=thread --scratch-path "$build" --build-tests

clang -O2 -shared -fPIC -o "$build/mutex.so" "$sources/mutex.c"
swiftc -O -swift-version 5 -sanitize=thread -o "$build/race" "$sources/race.swift"
export TSAN_OPTIONS="suppressions=$PWD/$sources/threads.supp exitcode=66"
LD_PRELOAD="$build/mutex.so" "$build/race" guarded
if LD_PRELOAD="$build/mutex.so" "$build/race" unguarded > "$build/race.log" 2>&1; then
  echo "ThreadSanitizer did not report a race that is there" >&2
  exit 1
fi

LD_PRELOAD="$build/mutex.so" "$build/release/HablaPackageTests.xctest" --testing-library swift-testing \
  --filter "$filter"
