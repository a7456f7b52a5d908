"""The ctypes structs are those of the C compiler: Tests/C/layout.tsv is its table."""

import ctypes
import pathlib

import habla

TABLE = pathlib.Path(__file__).resolve().parents[3] / "Tests" / "C" / "layout.tsv"


def test_layout():
    expected = [line.split("\t") for line in TABLE.read_text().splitlines()]
    found = []
    for name, struct in habla.STRUCTS.items():
        for field, _ in struct._fields_:
            member = getattr(struct, field)
            found.append([name, field, str(member.offset), str(member.size)])
        found.append([name, "-", str(ctypes.sizeof(struct)), str(ctypes.alignment(struct))])
    assert found == expected


def test_every_function_of_the_header_is_declared():
    header = pathlib.Path(__file__).resolve().parents[3] / "include" / "habla.h"
    import re

    declared = set(re.findall(r"\b(habla_\w+)\(", re.sub(r"/\*.*?\*/", "", header.read_text(), flags=re.S)))
    assert declared == set(habla._FUNCTIONS)
    assert habla.version() == habla.__version__
