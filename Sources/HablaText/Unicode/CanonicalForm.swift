/// Unicode's canonical normalization forms.
///
/// Phonemizers and vocabularies know "é" as one scalar or as two, never both. Source: Unicode
/// Standard Annex #15. CJK compatibility ideographs are left as they are.
package enum CanonicalForm {
  /// The text in normalization form C: composed wherever Unicode has a composed scalar.
  package static func composed(_ text: String) -> String {
    if isSurelyComposed(text) { return text }
    return string(from: composed(text.unicodeScalars.map { $0 }))
  }

  /// The text in normalization form D: letters and their marks apart, marks in canonical order.
  package static func decomposed(_ text: String) -> String {
    if text.utf8.allSatisfy({ $0 < 0x80 }) { return text }
    return string(from: decomposed(text.unicodeScalars.map { $0 }))
  }

  /// The text in normalization form C, with the way back to the original kept.
  package static func composed(_ text: MappedText) -> MappedText {
    if isSurelyComposed(text.text) { return text }
    var result = MappedText()
    var run: [Unicode.Scalar] = []
    var runStart = 0
    var position = 0
    func flush(upTo end: Int) {
      if run.isEmpty { return }
      let new = composed(run)
      if new == run {
        result.append(text, bytes: runStart..<end)
      } else {
        result.appendRewritten(
          string(from: new), for: text.originalRange(of: runStart..<end))
      }
      run.removeAll(keepingCapacity: true)
    }
    for scalar in text.text.unicodeScalars {
      if startsNewRun(scalar) {
        flush(upTo: position)
        runStart = position
      }
      run.append(scalar)
      position += scalar.utf8Length
    }
    flush(upTo: position)
    return result
  }

  /// Whether every scalar is below the first combining mark, so that nothing can compose.
  private static func isSurelyComposed(_ text: String) -> Bool {
    // U+0300 is encoded as CC 80; every scalar from there on starts with a byte of CC or more.
    text.utf8.allSatisfy { $0 < 0xCC }
  }

  /// Whether nothing before `scalar` can compose with it or with what follows.
  private static func startsNewRun(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.value < 0x300 { return true }
    if Hangul.isVowelOrTrailing(scalar.value) { return false }
    return scalar.properties.canonicalCombiningClass == .notReordered
      && !Tables.shared.composesBackwards.contains(scalar.value)
  }

  private static func string(from scalars: [Unicode.Scalar]) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return String(view)
  }
}

extension CanonicalForm {
  /// Full canonical decomposition with marks in canonical order.
  private static func decomposed(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(scalars.count)
    for scalar in scalars { appendDecomposition(of: scalar.value, to: &result) }
    // Stable sort of each run of marks by combining class.
    var start = 0
    while start < result.count {
      guard result[start].isCombining else {
        start += 1
        continue
      }
      var end = start
      while end < result.count, result[end].isCombining { end += 1 }
      if end - start > 1 {
        let marks = result[start..<end].enumerated().sorted {
          ($0.element.combiningClass, $0.offset) < ($1.element.combiningClass, $1.offset)
        }
        result.replaceSubrange(start..<end, with: marks.map(\.element))
      }
      start = end
    }
    return result
  }

  private static func appendDecomposition(of value: UInt32, to result: inout [Unicode.Scalar]) {
    if let (first, second) = Tables.shared.decompositions[value] {
      appendDecomposition(of: first, to: &result)
      if second != 0 { appendDecomposition(of: second, to: &result) }
    } else if let parts = Hangul.decomposition(of: value) {
      result += parts.compactMap(Unicode.Scalar.init)
    } else if let scalar = Unicode.Scalar(value) {
      result.append(scalar)
    }
  }

  /// Canonical composition of the decomposed scalars.
  private static func composed(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
    if scalars.count == 1, let only = scalars.first, only.value < 0x300 { return scalars }
    var result: [Unicode.Scalar] = []
    var starter: Int?
    var lastClass: UInt8 = 0
    for scalar in decomposed(scalars) {
      let combiningClass = scalar.combiningClass
      if let place = starter {
        // A mark is blocked by one of the same or a higher class between it and the starter.
        let isAdjacent = place == result.count - 1
        if isAdjacent || (combiningClass != 0 && lastClass < combiningClass),
          let new = composition(result[place].value, scalar.value)
        {
          result[place] = new
          continue
        }
      }
      if combiningClass == 0 { starter = result.count }
      lastClass = combiningClass
      result.append(scalar)
    }
    return result
  }

  private static func composition(_ first: UInt32, _ second: UInt32) -> Unicode.Scalar? {
    let value =
      Hangul.composition(first, second)
      ?? Tables.shared.compositions[UInt64(first) << 32 | UInt64(second)]
    return value.flatMap(Unicode.Scalar.init)
  }

  /// Look-up tables made once from `CanonicalTable`.
  private struct Tables: Sendable {
    static let shared = Tables()
    var decompositions: [UInt32: (UInt32, UInt32)] = [:]
    var compositions: [UInt64: UInt32] = [:]
    /// Starters that can compose with a starter before them (some vowel signs).
    var composesBackwards: Set<UInt32> = []

    init() {
      for (table, composes) in [
        (CanonicalTable.composites, true), (CanonicalTable.decompositionOnly, false),
      ] {
        for entry in stride(from: 0, to: table.count, by: 3) {
          let (scalar, first, second) = (table[entry], table[entry + 1], table[entry + 2])
          decompositions[scalar] = (first, second)
          if !composes { continue }
          compositions[UInt64(first) << 32 | UInt64(second)] = scalar
          if Unicode.Scalar(second)?.combiningClass == 0 { composesBackwards.insert(second) }
        }
      }
    }
  }
}

/// Hangul syllables compose by arithmetic (Unicode Standard, section 3.12).
private enum Hangul {
  static let syllables: UInt32 = 0xAC00
  static let leading: UInt32 = 0x1100
  static let vowels: UInt32 = 0x1161
  static let trailing: UInt32 = 0x11A7
  static let leadingCount: UInt32 = 19
  static let vowelCount: UInt32 = 21
  static let trailingCount: UInt32 = 28

  static func isVowelOrTrailing(_ value: UInt32) -> Bool {
    (vowels..<vowels + vowelCount).contains(value)
      || (trailing + 1..<trailing + trailingCount).contains(value)
  }

  static func decomposition(of value: UInt32) -> [UInt32]? {
    let count = leadingCount * vowelCount * trailingCount
    guard (syllables..<syllables + count).contains(value) else { return nil }
    let index = value - syllables
    let parts = [
      leading + index / (vowelCount * trailingCount),
      vowels + index % (vowelCount * trailingCount) / trailingCount,
    ]
    let last = index % trailingCount
    return last == 0 ? parts : parts + [trailing + last]
  }

  static func composition(_ first: UInt32, _ second: UInt32) -> UInt32? {
    if (leading..<leading + leadingCount).contains(first),
      (vowels..<vowels + vowelCount).contains(second)
    {
      return syllables
        + ((first - leading) * vowelCount + second - vowels) * trailingCount
    }
    let count = leadingCount * vowelCount * trailingCount
    if (syllables..<syllables + count).contains(first),
      (first - syllables) % trailingCount == 0,
      (trailing + 1..<trailing + trailingCount).contains(second)
    {
      return first + second - trailing
    }
    return nil
  }
}

extension Unicode.Scalar {
  /// Canonical combining class, 0 for starters.
  fileprivate var combiningClass: UInt8 { properties.canonicalCombiningClass.rawValue }
  fileprivate var isCombining: Bool { combiningClass != 0 }
  /// Length in UTF-8, 1 to 4 bytes.
  package var utf8Length: Int { UTF8.width(self) }
}
