/// Which scalars may be given to espeak-ng for a voice.
///
/// For a letter of a foreign script espeak-ng 1.51 changes to that script's language in the middle
/// of a word, and when something in that word makes it change again, it goes on with a dictionary
/// that it has just freed. So a voice gets its own script, Latin letters, symbols, ideographs and
/// pictographs, with which that does not happen, and other letters are left out and reported.
enum EspeakScripts {
  /// Common to all voices, in ascending order.
  private static let common: [ClosedRange<UInt32>] = [
    0x20...0x24F, 0x300...0x36F, 0x1E00...0x1EFF, 0x200D...0x200D, 0x2010...0x2BFF,
    0x3000...0x3003, 0x4E00...0x9FFF, 0xFE0F...0xFE0F, 0x1F000...0x1FAFF,
  ]

  /// Further ranges by language, for languages that are not written in Latin letters.
  private static let native: [String: [ClosedRange<UInt32>]] = {
    let scripts: [([String], [ClosedRange<UInt32>])] = [
      (
        ["ru", "uk", "bg", "be", "mk", "sr", "kk", "ky", "tt", "ba", "cv", "os"],
        [0x400...0x52F]
      ),
      (["el", "grc"], [0x370...0x3FF, 0x1F00...0x1FFF]),
      (["ar", "fa", "ur", "ug", "sd"], [0x600...0x6FF, 0x750...0x77F]),
      (["he"], [0x590...0x5FF]),
      (["hi", "mr", "ne", "kok", "sa"], [0x900...0x97F]),
      (["bn", "as", "bpy"], [0x980...0x9FF]),
      (["pa"], [0xA00...0xA7F]), (["gu"], [0xA80...0xAFF]), (["or"], [0xB00...0xB7F]),
      (["ta"], [0xB80...0xBFF]), (["te"], [0xC00...0xC7F]), (["kn"], [0xC80...0xCFF]),
      (["ml"], [0xD00...0xD7F]), (["si"], [0xD80...0xDFF]), (["th"], [0xE00...0xE7F]),
      (["my", "shn"], [0x1000...0x109F]), (["ka"], [0x10A0...0x10FF]),
      (["hy", "hyw"], [0x530...0x58F]), (["am"], [0x1200...0x137F]),
      (["ko"], [0x1100...0x11FF, 0x3130...0x318F, 0xAC00...0xD7A3]),
      (["ja"], [0x3040...0x30FF, 0xFF00...0xFFEF]),
      (["cmn", "yue", "hak"], [0x3100...0x312F, 0xFF00...0xFFEF]),
      (["chr"], [0x13A0...0x13FF]),
    ]
    var table: [String: [ClosedRange<UInt32>]] = [:]
    for (languages, ranges) in scripts {
      for language in languages { table[language] = ranges }
    }
    return table
  }()

  /// Whether espeak-ng may see `scalar`; white space and control characters never matter.
  static func allows(_ scalar: Unicode.Scalar, extra: [ClosedRange<UInt32>]) -> Bool {
    if scalar.value < 0x250 { return true }
    return common.contains { $0.contains(scalar.value) }
      || extra.contains { $0.contains(scalar.value) }
  }

  /// The ranges of the voice's own script, if that is not Latin.
  static func extraRanges(for voice: String) -> [ClosedRange<UInt32>] {
    native[String(voice.lowercased().prefix { $0 != "-" && $0 != "+" && $0 != "_" })] ?? []
  }
}
