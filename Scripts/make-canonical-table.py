#!/usr/bin/env python3
"""Writes Sources/HablaText/Unicode/CanonicalTable.swift from Python's copy of the Unicode
Character Database: canonical decomposition pairs, without the CJK compatibility ideographs
(their decompositions say nothing about how a text is spoken).

    python3 Scripts/make-canonical-table.py > Sources/HablaText/Unicode/CanonicalTable.swift
"""
import unicodedata as u

pairs, oneway = [], []
for c in range(0xA0, 0x30000):
    if 0xD800 <= c < 0xE000 or 0xAC00 <= c < 0xD7A4 or u.name(chr(c), "").startswith("CJK COMPAT"):
        continue
    d = u.decomposition(chr(c))
    if not d or d.startswith("<"):
        continue
    parts = [int(x, 16) for x in d.split()] + [0]
    row = (c, parts[0], parts[1])
    (pairs if parts[1] and u.normalize("NFC", chr(c)) == chr(c) else oneway).append(row)


def emit(name, doc, rows):
    print(f"  /// {doc}")
    print(f"  static let {name}: [UInt32] = [")
    line = "   "
    for row in rows:
        item = " " + " ".join(f"0x{x:X}," for x in row)
        if len(line) + len(item) > 100:
            print(line)
            line = "   "
        line += item
    print(line)
    print("  ]")


print("""// swift-format-ignore-file
/// Canonical decompositions of Unicode %s, made by Scripts/make-canonical-table.py.
///
/// Each entry is three numbers: a scalar, and the one or two scalars it decomposes to (0: none).
enum CanonicalTable {""" % u.unidata_version)
emit("composites", "Entries whose two scalars compose again.", pairs)
print()
emit("decompositionOnly", "Singletons and composition exclusions.", oneway)
print("}")
