import HablaCheckpoints

/// Words with their phones, looked up in a sorted text in place.
///
/// UTF-8 text. The first line is "#habla-lexicon 1 LANGUAGE"; every other one is a word, a tab and
/// its phones, and ends with a line feed. Lines are in the order of their bytes. The text is mapped:
/// opening reads a few lines to see that it is what it says, and a look-up reads about twenty. A word
/// in a place where the order is broken is not found.
package struct WordTable: Sendable {
  static let format = "pronunciation lexicon"
  private static let signature = "#habla-lexicon 1 "
  /// Longest line that is read, in bytes.
  private static let longestLine = 4096
  /// Lines that are read when the table is opened.
  private static let checkedLines = 16

  private static let lineFeed: UInt8 = 0x0A
  private static let tab: UInt8 = 0x09

  /// The language, as in the first line: "es".
  package let language: String
  private let file: FileBytes
  /// Offset of the second line.
  private let start: Int

  private var bytes: UnsafeRawBufferPointer { file.bytes }

  /// Opens a table.
  ///
  /// - Throws: `CheckpointError` when the first line, or one of those that are read, is wrong.
  package init(_ file: FileBytes) throws {
    self.file = file
    let bytes = file.bytes
    guard bytes.starts(with: Self.signature.utf8) else {
      throw CheckpointError.malformed(
        format: Self.format, offset: 0, expected: "'\(Self.signature)LANGUAGE'",
        found: "'\(String(decoding: bytes.prefix(24), as: UTF8.self))'")
    }
    guard let end = bytes.prefix(64).firstIndex(of: Self.lineFeed) else {
      throw CheckpointError.malformed(
        format: Self.format, offset: Self.signature.utf8.count,
        expected: "a line with a language", found: "no end of the line")
    }
    let name = bytes[Self.signature.utf8.count..<end]
    guard !name.isEmpty, name.allSatisfy({ (0x61...0x7A).contains($0) || $0 == 0x2D }) else {
      throw CheckpointError.malformed(
        format: Self.format, offset: Self.signature.utf8.count,
        expected: "a language in lower case such as es",
        found: "'\(String(decoding: name, as: UTF8.self))'")
    }
    language = String(decoding: name, as: UTF8.self)
    start = end + 1
    guard bytes.last == Self.lineFeed else {
      throw CheckpointError.malformed(
        format: Self.format, offset: bytes.count - 1, expected: "a line feed at the end",
        found: "another byte")
    }
    try checkSomeLines()
  }

  /// The phones of a word, nil when it is not in the table.
  package func phones(of word: String) -> String? {
    let wanted = Array(word.utf8)
    if wanted.isEmpty || wanted.contains(Self.tab) { return nil }
    var lower = start
    var upper = bytes.count
    while lower < upper {
      guard let line = line(around: lower + (upper - lower) / 2, notBefore: lower) else {
        return nil
      }
      let found = bytes[line.lowerBound..<line.tab]
      if found.elementsEqual(wanted) {
        let phones = bytes[line.tab + 1..<line.end]
        return phones.isEmpty ? nil : String(validating: phones, as: UTF8.self)
      }
      if found.lexicographicallyPrecedes(wanted) {
        lower = line.end + 1
      } else {
        upper = line.lowerBound
      }
    }
    return nil
  }

  /// A hash of the whole text.
  func contentHash(seed: UInt64) -> UInt64 { ContentHash.hash(bytes, seed: seed) }

  private struct Line {
    let lowerBound: Int
    let tab: Int
    /// Offset of its line feed.
    let end: Int
  }

  /// The line that a byte is in; nil when it is too long or has no tab.
  private func line(around place: Int, notBefore first: Int) -> Line? {
    let lowest = max(first, place - Self.longestLine)
    var lowerBound = place
    while lowerBound > lowest, bytes[lowerBound - 1] != Self.lineFeed { lowerBound -= 1 }
    guard lowerBound == first || bytes[lowerBound - 1] == Self.lineFeed else { return nil }
    let window = bytes[lowerBound..<min(bytes.count, lowerBound + Self.longestLine)]
    guard let end = window.firstIndex(of: Self.lineFeed),
      let tab = window[..<end].firstIndex(of: Self.tab)
    else { return nil }
    return Line(lowerBound: lowerBound, tab: tab, end: end)
  }

  /// Reads lines at even distances: damage that they do not show makes words unknown, no more.
  private func checkSomeLines() throws {
    let count = bytes.count - start
    let steps = min(Self.checkedLines, count)
    var previous: Line?
    for step in 0..<steps {
      let place = start + count / steps * step + count % steps * step / steps
      guard let line = line(around: place, notBefore: start), line.tab > line.lowerBound,
        line.end > line.tab + 1
      else {
        throw CheckpointError.malformed(
          format: Self.format, offset: place, expected: "a line of a word, a tab and phones",
          found: "another line")
      }
      if let previous, previous.lowerBound < line.lowerBound,
        !bytes[previous.lowerBound..<previous.tab]
          .lexicographicallyPrecedes(bytes[line.lowerBound..<line.tab])
      {
        throw CheckpointError.malformed(
          format: Self.format, offset: line.lowerBound,
          expected: "words in the order of their bytes",
          found: "a word that belongs before byte \(previous.lowerBound)")
      }
      previous = line
    }
  }
}
