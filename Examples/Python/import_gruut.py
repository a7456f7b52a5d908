#!/usr/bin/env python3
"""Makes a pronunciation model for Spanish or French MeloTTS voices from gruut's data.

    pip download --no-deps gruut-lang-es          # or gruut-lang-fr
    python3 import_gruut.py gruut_lang_es-2.0.1.tar.gz MeloTTS-Spanish/pronunciation

gruut is the phonemizer of the Python MeloTTS. With its data Habla pronounces every word as the
original does: as the lexicon says, and by the original's guess where the lexicon lacks the word. The
first argument is the package as it was downloaded, a folder that it was unpacked to, or the name of
the installed package ("gruut_lang_es"). The second is the folder to make; Habla finds it by itself
when it is called "pronunciation" and lies in the voice's folder.

Needs nothing but Python. gruut's data is under the MIT licence, of its author.
"""

import argparse
import contextlib
import importlib.util
import os
import pathlib
import re
import shutil
import sqlite3
import sys
import tarfile
import tempfile

LEXICON = "espeak/lexicon.db"
GUESSER = "espeak/g2p/model.crf"
PACKAGE = re.compile(r"gruut_lang_([a-z]+)")


def find_folder(source):
    """The folder gruut_lang_XX that `source` is, contains or names."""
    if os.path.isdir(source):
        root = pathlib.Path(source)
        found = [p.parent.parent for p in [root / LEXICON, *sorted(root.rglob(LEXICON))] if p.is_file()]
        if not found:
            raise SystemExit(f"{source}: {LEXICON} is nowhere in this folder")
        return found[0].resolve()
    spec = importlib.util.find_spec(source) if source.isidentifier() else None
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit(f"{source}: neither a file, nor a folder, nor an installed package")
    return find_folder(spec.submodule_search_locations[0])


@contextlib.contextmanager
def unpacked(source):
    """The folder gruut_lang_XX, for as long as it is needed."""
    if not os.path.isfile(source):
        yield find_folder(source)
        return
    with tempfile.TemporaryDirectory() as work, tarfile.open(source) as archive:
        for member in archive:
            parts = pathlib.PurePosixPath(member.name).parts
            inside = [i for i, part in enumerate(parts) if PACKAGE.fullmatch(part)]
            if not inside or not member.isfile():
                continue
            path = "/".join(parts[inside[0] + 1 :])
            if path in (LEXICON, GUESSER):
                # Names in the archive choose between the two; they never become a path.
                target = pathlib.Path(work, parts[inside[0]], path)
                target.parent.mkdir(parents=True, exist_ok=True)
                with open(target, "wb") as out:
                    shutil.copyfileobj(archive.extractfile(member), out)
        yield find_folder(work)


def read_words(path):
    """Words and phones of a lexicon; of several pronunciations the one that gruut prefers."""
    words = {}
    with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as database:
        rows = database.execute(
            "SELECT word, phonemes FROM word_phonemes ORDER BY role != '', pron_order, id")
        for word, phonemes in rows:
            phones = "".join(phonemes.split())
            if word and phones and not set(word) & set("\t\r\n"):
                words.setdefault(word, phones)
    return words


def import_model(source, folder, language=None):
    """Makes the files of a pronunciation model in `folder`; returns language and number of words."""
    with unpacked(source) as package:
        if language is None:
            name = PACKAGE.fullmatch(package.name)
            if name is None:
                raise SystemExit(f"{package}: not called gruut_lang_XX: name the language")
            language = name.group(1)
        if not (package / GUESSER).is_file():
            raise SystemExit(f"{package}: {GUESSER} is missing")
        words = read_words(package / LEXICON)
        folder = pathlib.Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        lexicon = folder / "lexicon.tsv.part"
        with open(lexicon, "wb") as out:
            out.write(f"#habla-lexicon 1 {language}\n".encode())
            # Habla looks words up by the order of their bytes.
            for line in sorted(f"{word}\t{phones}\n".encode() for word, phones in words.items()):
                out.write(line)
        shutil.copyfile(package / GUESSER, folder / "model.crf.part")
    # The lexicon comes last: by it Habla recognises the folder.
    for name in ("model.crf", "lexicon.tsv"):
        os.replace(folder / f"{name}.part", folder / name)
    return language, len(words)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("source", help="package file, unpacked folder, or name of an installed package")
    parser.add_argument("folder", help="the folder to make, such as MeloTTS-Spanish/pronunciation")
    parser.add_argument("--language", help="es or fr, where the package's name does not say it")
    arguments = parser.parse_args()
    try:
        language, count = import_model(arguments.source, arguments.folder, arguments.language)
    except (OSError, sqlite3.Error, tarfile.TarError) as error:
        sys.exit(f"import_gruut: {error}")
    print(f"{arguments.folder}: {count} words of '{language}'")


if __name__ == "__main__":
    main()
