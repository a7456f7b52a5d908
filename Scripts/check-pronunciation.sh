#!/bin/sh
# Tests that Spanish and French MeloTTS phones equal the Python original's when its data is given:
# gets the data (42 MB, once), imports it, and runs the tables of Tests/Fixtures with it.
#
#   Scripts/check-pronunciation.sh          with the tests built for release
#
# The data goes to .build/pronunciation: es, fr and the packages that they were made from.
set -eu
cd "$(dirname "$0")/.."
folder=$PWD/.build/pronunciation
stamp=$folder/$(sha256sum Tests/pronunciation-data.txt | cut -c1-16).done

if [ ! -e "$stamp" ]; then
  rm -rf "$folder"
  mkdir -p "$folder/packages"
  python3 -m venv "$folder/venv"
  "$folder/venv/bin/pip" download -q --no-deps --require-hashes -d "$folder/packages" \
    -r Tests/pronunciation-data.txt
  rm -rf "$folder/venv"
  for language in es fr; do
    python3 Examples/Python/import_gruut.py "$folder/packages/gruut_lang_$language"-*.tar.gz \
      "$folder/$language"
  done
  touch "$stamp"
fi

results=$(mktemp)
trap 'rm -f "$results"' EXIT
if ! HABLA_TEST_PRONUNCIATION=$folder swift test -c release --skip-build \
  --filter phonesOfTheReferencesModel > "$results" 2>&1; then
  cat "$results"
  exit 1
fi
# A renamed test would pass by not running.
grep -q "phonesOfTheReferencesModel.*4 test cases passed" "$results" || { cat "$results"; exit 1; }
echo "phones of the Spanish and French tables: as the original's"
