/// English words with their ARPAbet phones, in the form of the CMU Pronouncing Dictionary.
///
/// One word a line: the word, white space, phones apart by spaces, vowels with a stress digit
/// ("WATER  W AO1 T ER0"). Lines that begin with ";;;" and what follows " #" are comments; of
/// several entries of a word ("READ(2)") the first counts. Format: CMUdict 0.7b and later.
package struct PronouncingDictionary: Sendable {
  private let entries: [String: String]

  /// Reads a dictionary.
  ///
  /// - Throws: `TextError.badEntries` with every line without phones or with something that is none.
  package init(text: String, name fileName: String = "pronouncing dictionary") throws(TextError) {
    var entries: [String: String] = [:]
    var bad: [TextError.BadEntry] = []
    var number = 0
    for line in text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false) {
      number += 1
      let content = String(Substring(line))
      if content.hasPrefix(";;;") || content.allSatisfy(\.isWhitespace) { continue }
      var fields = content.split(whereSeparator: \.isWhitespace)
      if let comment = fields.firstIndex(of: "#") { fields.removeSubrange(comment...) }
      guard let word = fields.first, fields.count > 1,
        fields.dropFirst().allSatisfy({ Self.phone($0) != nil })
      else {
        let reason = "expected a word and ARPAbet phones, found '\(content.prefix(60))'"
        bad.append(.init(line: number, reason: reason))
        continue
      }
      let name = word.lowercased()
      let isVariant = name.hasSuffix(")") && name.contains("(")
      if !isVariant, entries[name] == nil {
        entries[name] = fields.dropFirst().joined(separator: " ")
      }
    }
    if !bad.isEmpty { throw .badEntries(file: fileName, bad) }
    self.entries = entries
  }

  /// Number of words.
  package var count: Int { entries.count }

  /// The phones of a lower-case word.
  func phones(of word: String) -> [MeloPhone]? {
    entries[word].map { $0.split(separator: " ").compactMap { Self.phone($0) } }
  }

  /// A phone such as "AO1" as MeloTTS has it: lower case, its stress plus 1 as tone.
  private static func phone(_ text: Substring) -> MeloPhone? {
    var name = text.lowercased()
    var tone = 0
    if let digit = name.last?.wholeNumberValue {
      guard (0...2).contains(digit) else { return nil }
      tone = digit + 1
      name.removeLast()
    }
    guard Arpabet.symbols.contains(name) else { return nil }
    return MeloPhone(symbol: Arpabet.meloSymbol(name), tone: tone)
  }
}
