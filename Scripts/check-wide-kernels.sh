#!/bin/sh
# The module that is compiled for wider vectors must define nothing but its own functions: a function
# that it shared with others could be the one that the linker keeps, and fail on a baseline processor.
set -eu
folder=$1/HablaKernelsWide.build
foreign=$(nm "$folder"/*.o | awk 'NF == 3 && $2 ~ /^[TtWw]$/ && $3 !~ /^\$s16HablaKernelsWide/ { print $3 }')
if [ -n "$foreign" ]; then
  echo "code in HablaKernelsWide that is not its own:" >&2
  echo "$foreign" >&2
  exit 1
fi
