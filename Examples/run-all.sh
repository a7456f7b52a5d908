#!/bin/sh
# Builds and runs every example against an installed Habla, and checks that C, Python, Swift and
# the command line give the same samples.
#
#   Examples/run-all.sh PREFIX            after `make install PREFIX=...`
#
# Programs in C are built and run in an empty environment with a search path that has no Swift
# toolchain, from copies outside this source tree. With valgrind on the path, one is checked for
# leaks and invalid accesses.
set -eu
prefix=$(realpath "$1")
here=$(dirname "$(realpath "$0")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
text="Hola, ¿qué tal? Son las tres y cuarto."

library=$(realpath "$prefix/lib/libhabla.so.0")
empty="env -i HOME=$work PATH=/usr/bin:/bin LD_LIBRARY_PATH=$prefix/lib"

echo "== what the library needs"
ldd "$library" > "$work/ldd.txt"
if grep -iE "swift|foundation|dispatch|not found" "$work/ldd.txt"; then
  echo "the library is not self-contained" >&2
  exit 1
fi
readelf -d "$library" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/  \1/p'

echo "== C"
cp -r "$here/C" "$work/C"
$empty PKG_CONFIG_PATH="$prefix/lib/pkgconfig" make -s -C "$work/C" clean all
$empty "$work/C/say" "$text" "$work/c.wav"
$empty "$work/C/streaming" "$text" > "$work/c.f32"
$empty "$work/C/threads" 4
# The static library, with the linker's and the run-time system's warnings about each other's code.
$empty cc -O2 -I"$prefix/include/habla" -o "$work/static" "$work/C/say.c" "$prefix/lib/libhabla.a" \
  $(PKG_CONFIG_PATH="$prefix/lib/pkgconfig" pkg-config --libs-only-l --static habla |
    sed 's/-lhabla//') 2> "$work/static.txt" || cat "$work/static.txt"
env -i PATH=/usr/bin:/bin "$work/static" "$text" "$work/static.wav"
cmp "$work/c.wav" "$work/static.wav"
if command -v valgrind > /dev/null 2>&1; then
  # What is only possibly lost is the run-time system's: it keeps pointers to insides of blocks.
  $empty "$(command -v valgrind)" --quiet --error-exitcode=9 --leak-check=full \
    --show-leak-kinds=definite --errors-for-leak-kinds=definite "$work/C/say" "Hola." "$work/v.wav"
  echo "valgrind: no invalid access, nothing lost"
fi

echo "== command line"
$empty "$prefix/bin/habla" say -q -o "$work/program.wav" "$text"
cmp "$work/c.wav" "$work/program.wav"
printf '# answers\n\n%s\nSí, claro.\n' "$text" > "$work/phrases.txt"
$empty "$prefix/bin/habla" pack -q "$work/phrases.txt" -o "$work/answers.habla-pack"
$empty "$prefix/bin/habla" say -q --pack "$work/answers.habla-pack" -o "$work/packed.wav" "$text"
cmp "$work/c.wav" "$work/packed.wav"

$empty "$prefix/bin/habla" say -q --preset assistant --rate 8000 -o "$work/call.wav" "$text"
$empty "$prefix/bin/habla" bench --threads 1 --runs 2 --cold-runs 1 --json "$work/bench.json" \
  > "$work/bench.md"
for situation in "from process start" "preloaded in" "short sentence" "long sentence" "peak"; do
  grep -q "^|.*$situation.*|$" "$work/bench.md"
done
test "$(grep -c '"firstAudio" : [0-9]' "$work/bench.json")" -ge 6

echo "== Python"
python=${PYTHON:-python3}
if ! "$python" -c "import numpy, pytest" 2> /dev/null; then
  "$python" -m venv "$work/venv"
  "$work/venv/bin/pip" install -q numpy pytest
  python=$work/venv/bin/python
fi
PYTHONPATH="$prefix/share/habla/python" PYTHONDONTWRITEBYTECODE=1 \
  "$python" -m habla "$text" -o "$work/python.wav"
cmp "$work/c.wav" "$work/python.wav"
# The tests take the module beside them; the library is the installed one.
HABLA_PACK="$work/answers.habla-pack" HABLA_PACK_TEXT="$text" HABLA_LIBRARY="$library" "$python" -m pytest -q -p no:cacheprovider "$here/Python/tests"

echo "== Swift"
swift build -c release --package-path "$here/Swift" 2>&1 | grep -E "error|warning:|Compiling|Build" ||
  true
"$here/Swift/.build/release/say" "$text" "$work/swift.wav"
$empty "$prefix/bin/habla" say -q --speed 1.1 --seed 7 -o "$work/program.wav" "$text"
cmp "$work/swift.wav" "$work/program.wav"

echo "the same samples through C, Python, Swift and the command line"
