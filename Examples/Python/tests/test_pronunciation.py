"""Pronunciation models: made from gruut's data, and named when a voice is opened."""

import pathlib
import shutil
import sqlite3
import tarfile

import pytest

import habla
import import_gruut

FIXTURES = pathlib.Path(__file__).resolve().parents[3] / "Tests" / "Fixtures"


@pytest.fixture
def package(tmp_path):
    """A folder laid out as gruut's package, with made-up words."""
    folder = tmp_path / "gruut_lang_es-0.0" / "gruut_lang_es"
    (folder / "espeak" / "g2p").mkdir(parents=True)
    shutil.copy(FIXTURES / "pronunciation-tiny" / "model.crf", folder / "espeak" / "g2p")
    with sqlite3.connect(folder / "espeak" / "lexicon.db") as database:
        database.execute(
            "CREATE TABLE word_phonemes (id INTEGER PRIMARY KEY AUTOINCREMENT, word TEXT, "
            "pron_order INTEGER, phonemes TEXT, role TEXT)")
        rows = [("ñu", 0, "ɲ ˈu", ""), ("casa", 1, "n o", ""), ("casa", 0, "k ˈa s a", ""),
                ("zeta", 0, "θ ˈe t a", "x"), ("zeta", 1, "θ", ""), ("a", 0, "a", ""),
                ("", 0, "a", ""), ("mudo", 0, "", ""), ("ab", 0, "a β", "")]
        database.executemany(
            "INSERT INTO word_phonemes (word, pron_order, phonemes, role) VALUES (?, ?, ?, ?)", rows)
    database.close()
    return folder


LEXICON = "#habla-lexicon 1 es\na\ta\nab\taβ\ncasa\tkˈasa\nzeta\tθ\nñu\tɲˈu\n"


def test_import(package, tmp_path, monkeypatch):
    file = tmp_path / "gruut_lang_es-0.0.tar.gz"
    with tarfile.open(file, "w:gz") as archive:
        archive.add(package.parent, arcname="gruut_lang_es-0.0")
    monkeypatch.syspath_prepend(str(package.parent))
    (package / "__init__.py").touch()
    for number, source in enumerate([package, package.parent, file, "gruut_lang_es"]):
        folder = tmp_path / f"model-{number}"
        assert import_gruut.import_model(str(source), folder) == ("es", 5)
        assert (folder / "lexicon.tsv").read_text(encoding="utf-8") == LEXICON
        assert sorted(path.name for path in folder.iterdir()) == ["lexicon.tsv", "model.crf"]


def test_import_errors(package, tmp_path):
    for source in [tmp_path / "none", tmp_path / "gruut_lang_es-0.0" / "gruut_lang_es" / "espeak" / "g2p"]:
        with pytest.raises(SystemExit):
            import_gruut.import_model(str(source), tmp_path / "model")
    other = package.rename(package.parent / "data")
    with pytest.raises(SystemExit, match="name the language"):
        import_gruut.import_model(str(other), tmp_path / "model")
    assert import_gruut.import_model(str(other), tmp_path / "model", "fr")[0] == "fr"


def test_voice_with_model(package, tmp_path):
    folder = tmp_path / "model"
    import_gruut.import_model(str(package), folder)

    def phonemes(voice, text):
        with habla.Session(voice) as session:
            marks = session.synthesize(text).marks
            return "".join(m.label for m in marks if m.kind == habla.MarkKind.PHONEME)

    spanish = FIXTURES / "melo-tiny"
    with habla.Voice(spanish, pronunciation=folder) as voice:
        assert phonemes(voice, "zeta") == "θ."
    with habla.Voice(spanish, pronunciation="off") as voice:
        assert phonemes(voice, "zeta") == "θˈeta."
    # Beside the voice it is found.
    copy = tmp_path / "voice"
    shutil.copytree(spanish, copy, ignore=shutil.ignore_patterns("goldens", "units"))
    shutil.copytree(folder, copy / "pronunciation")
    with habla.Voice(copy) as voice:
        assert phonemes(voice, "zeta") == "θ."

    with pytest.raises(habla.FileError):
        habla.Voice(spanish, pronunciation=tmp_path / "missing")
    with pytest.raises(habla.UnsupportedError):
        habla.Voice(FIXTURES / "hf-vits-tiny" / "single", pronunciation=folder)
    (folder / "model.crf").write_bytes(b"lCRF")
    with pytest.raises(habla.FormatError, match="model.crf"):
        habla.Voice(spanish, pronunciation=folder)
    (folder / "lexicon.tsv").write_text("#habla-lexicon 1 fr\n")
    shutil.copy(FIXTURES / "pronunciation-tiny" / "model.crf", folder)
    with pytest.raises(habla.UnsupportedError, match="'fr'"):
        habla.Voice(spanish, pronunciation=folder)
