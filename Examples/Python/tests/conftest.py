import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import habla  # noqa: E402


@pytest.fixture(scope="session")
def voice():
    with habla.Voice.builtin() as opened:
        yield opened


@pytest.fixture
def session(voice):
    with habla.Session(voice, threads=2) as opened:
        yield opened
