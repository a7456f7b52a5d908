#!/bin/sh
# Checks the C interface: the header in every dialect, the layout of its structs, the exported
# symbols, and every function with hostile arguments and random sequences of calls.
#
#   Tests/C/run.sh LIBRARY [SEQUENCES]    LIBRARY is a libhabla.so
set -eu
library=$(realpath "$1")
sequences=${2:-2000}
cd "$(dirname "$0")"
header=../../include/habla.h
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
flags="-Wall -Wextra -Werror -pedantic -I../../include"

for compiler in gcc clang; do
  command -v $compiler > /dev/null || continue
  for standard in c99 c11 c17; do
    $compiler -x c -std=$standard $flags -fsyntax-only header.c
  done
  for standard in c++11 c++17 c++20; do
    $compiler -x c++ -std=$standard $flags -fsyntax-only header.c
  done
done
echo "header: compiles as C99, C11, C17, C++11, C++17 and C++20"

cc -std=c11 $flags -o "$work/layout" layout.c
"$work/layout" > "$work/layout.tsv"
diff layout.tsv "$work/layout.tsv"
echo "layout: as in layout.tsv"

# What the header declares, what the export list names, and what the library exports.
sed 's|^ \*.*||' "$header" | grep -o 'habla_[a-z0-9_]*(' | tr -d '(' | sort -u > "$work/header.txt"
grep -o 'habla_[a-z0-9_]*;' ../../mk/habla.map | tr -d ';' | sort -u > "$work/map.txt"
nm -D --defined-only "$library" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' |
  sort -u > "$work/exported.txt"
diff "$work/header.txt" "$work/map.txt"
diff "$work/header.txt" "$work/exported.txt"
echo "symbols: exactly the $(wc -l < "$work/header.txt") functions of the header"

# The library by its name for the loader, as an installed program finds it.
soname=$(readelf -d "$library" | sed -n 's/.*SONAME.*\[\(.*\)\]/\1/p')
ln -s "$library" "$work/$soname"
for program in hostile fuzz; do
  cc -std=c11 -O1 -g $flags -o "$work/$program" $program.c "$library" -lpthread -lm
done
cd "$work"
LD_LIBRARY_PATH=$work ./hostile
LD_LIBRARY_PATH=$work ./fuzz "$sequences"
