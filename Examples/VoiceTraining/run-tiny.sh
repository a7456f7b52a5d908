#!/bin/sh
# Tests the recipe: every step on a tiny setting, voices spoken by the library, alignment against
# exhaustive search, tokens against the library's.
#
#   Examples/VoiceTraining/run-tiny.sh LIBRARY [PROGRAM]
#
# LIBRARY is libhabla.so (or what `swift build --product HablaShared` makes), PROGRAM is `habla`.
# PYTHON names an interpreter with the packages of requirements.txt and pytest; without it, they are
# installed into a virtual environment that is removed afterwards.
set -eu
here=$(dirname "$(realpath "$0")")
HABLA_LIBRARY=$(realpath "$1")
export HABLA_LIBRARY
if [ $# -gt 1 ]; then
  HABLA_PROGRAM=$(realpath "$2")
  export HABLA_PROGRAM
fi

for dictionary in spanish american-english; do
  if [ ! -e "/usr/share/dict/$dictionary" ]; then
    as_root=""
    [ "$(id -u)" -eq 0 ] || as_root=sudo
    $as_root apt-get update -qq
    DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends \
      wspanish wamerican > /dev/null
  fi
done

python=${PYTHON:-}
if [ -z "$python" ]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  python3 -m venv "$work/venv"
  "$work/venv/bin/pip" install -q --no-cache-dir -r "$here/requirements.txt" pytest
  python=$work/venv/bin/python
fi
OMP_NUM_THREADS=1 PYTHONDONTWRITEBYTECODE=1 "$python" -m pytest -q -p no:cacheprovider "$here/tests"
