import HablaCheckpoints
import HablaNetwork
import HablaText

/// The tokenizer of a Hugging Face VITS model: one token per character of its vocabulary.
///
/// Settings as in `tokenizer_config.json`. Blanks stand around every character, as the models were
/// trained, also where the transformers library loses one beside its pad token.
package struct HFVITSTokenizer: Sendable {
  /// Characters by id; ids without a character have an empty one.
  package let symbols: [String]
  /// Language code of `tokenizer_config.json` ("spa").
  package let language: String
  /// Whether text has to be romanised by the uroman tool first.
  package let needsRomanization: Bool
  /// Whether text has to be turned into phonemes by espeak-ng first.
  package let isPhonemic: Bool
  private let ids: [ExactString: Int]
  private let addsBlank: Bool
  private let normalizes: Bool

  /// Reads `vocab.json` and `tokenizer_config.json`; without the latter the library's defaults for
  /// MMS models hold.
  package init(vocabulary: String, settings: String?) throws {
    let table = try JSONReader(vocabulary, name: "vocab.json")
    var ids: [ExactString: Int] = [:]
    var symbols: [String] = []
    for symbol in table.keys {
      let id = try table.integer(symbol)
      guard id >= 0, id < 1 << 20 else {
        throw HablaError(.format, "vocab.json: '\(symbol)' has the id \(id)")
      }
      ids[ExactString(symbol)] = id
      while symbols.count <= id { symbols.append("") }
      symbols[id] = symbol
    }
    (self.ids, self.symbols) = (ids, symbols)
    let settings = try settings.map { try JSONReader($0, name: "tokenizer_config.json") }
    addsBlank = try settings?.optionalBool("add_blank") ?? true
    normalizes = try settings?.optionalBool("normalize") ?? true
    isPhonemic = try settings?.optionalBool("phonemize") ?? false
    needsRomanization = try settings?.optionalBool("is_uroman") ?? false
    language = try settings?.optionalString("language") ?? "und"
  }

  /// Whether the vocabulary has a character.
  package func contains(_ symbol: String) -> Bool { ids[ExactString(symbol)] != nil }

  /// Characters of a sentence that the vocabulary has, with the words they stand in.
  ///
  /// Characters that are not entries are lowercased; what then is none is left out, and spaces at
  /// the ends are dropped.
  package func characters(_ sentence: MappedText) -> PhonemeSequence {
    var kept: [(symbol: String, range: TextRange)] = []
    var unknown: [String] = []
    var byte = 0
    for scalar in sentence.text.unicodeScalars {
      let length = UTF8.width(scalar)
      let range = sentence.originalRange(of: byte..<byte + length)
      byte += length
      for symbol in spelled(scalar) {
        if contains(symbol) {
          kept.append((symbol, range))
        } else if !scalar.properties.isWhitespace, !unknown.contains(symbol) {
          unknown.append(symbol)
        }
      }
    }
    while let last = kept.last, last.symbol == " " { kept.removeLast() }
    kept = Array(kept.drop { $0.symbol == " " })
    return PhonemeSequence(
      symbols: kept.map(\.symbol), words: Self.words(kept), unknown: unknown)
  }

  private func spelled(_ scalar: Unicode.Scalar) -> [String] {
    let symbol = String(scalar)
    if !normalizes || contains(symbol) { return [symbol] }
    // White space of any kind counts as a space.
    if scalar.properties.isWhitespace { return [" "] }
    return scalar.properties.lowercaseMapping.unicodeScalars.map { String($0) }
  }

  private static func words(
    _ characters: [(symbol: String, range: TextRange)]
  ) -> [PhonemeSequence.Word] {
    var words: [PhonemeSequence.Word] = []
    var start = 0
    for end in 0...characters.count {
      guard end == characters.count || characters[end].symbol == " " else { continue }
      if end > start {
        let lower = characters[start..<end].map(\.range.lowerBound).min() ?? 0
        let upper = characters[start..<end].map(\.range.upperBound).max() ?? 0
        words.append(.init(textRange: lower..<upper, symbols: start..<end))
      }
      start = end + 1
    }
    return words
  }

  /// Token ids of characters.
  package func ids(_ sequence: PhonemeSequence) -> [Int] { tokens(sequence).tokens.ids }

  /// Tokens of characters, blanks around each where the model has them.
  func tokens(_ sequence: PhonemeSequence) -> TokenizedSentence {
    SymbolTable(symbols: symbols, addsBlank: addsBlank).tokens(
      sequence, SymbolTable.Numbering())
  }
}
