import HablaNetwork
import HablaText

/// Turns phoneme symbols into ids by a table, with blanks in between where the voice has them.
struct SymbolTable: Sendable {
  /// Ids that every token of one sentence shares or is offset by.
  struct Numbering: Sendable {
    /// Added to every tone but the blanks'.
    var toneOffset = 0
    /// Language id of every token but the blanks.
    var language = 0
    /// Whether blanks have the language id too; otherwise 0.
    var languageAtBlanks = false
    /// Symbol placed before and after the sequence, or nil.
    var edge: String?
  }

  private let ids: [String: Int]
  private let addsBlank: Bool

  /// `symbols` by id; of equal symbols the first counts.
  init(symbols: [String], addsBlank: Bool) {
    ids = Dictionary(symbols.enumerated().map { ($1, $0) }, uniquingKeysWith: { a, _ in a })
    self.addsBlank = addsBlank
  }

  /// Whether the voice has the symbol.
  func contains(_ symbol: String) -> Bool { ids[symbol] != nil }

  /// Ids of a phoneme sequence; symbols that are not in the table are skipped and reported.
  func tokens(_ sequence: PhonemeSequence, _ numbering: Numbering) -> TokenizedSentence {
    var result = TokenizedSentence(
      tokens: TokenSequence(ids: []), words: [], phonemes: [], unknown: sequence.unknown)
    func append(_ id: Int, _ tone: Int, _ language: Int) {
      result.tokens.ids.append(id)
      result.tokens.tones.append(tone)
      result.tokens.languages.append(language)
    }
    func blank() {
      if addsBlank { append(0, 0, numbering.languageAtBlanks ? numbering.language : 0) }
    }
    func appendEdge() {
      guard let edge = numbering.edge, let id = ids[edge] else { return }
      append(id, numbering.toneOffset, numbering.language)
      blank()
    }
    blank()
    appendEdge()
    // Where the token of each symbol starts; a skipped symbol starts where the next one does.
    var starts: [Int] = []
    for (symbol, tone) in zip(sequence.symbols, sequence.tones) {
      let start = result.tokens.ids.count
      starts.append(start)
      guard let id = ids[symbol] else {
        if !result.unknown.contains(symbol) { result.unknown.append(symbol) }
        continue
      }
      // A symbol's blank belongs to it, so that its mark lasts until the next symbol begins.
      append(id, tone + numbering.toneOffset, numbering.language)
      blank()
      result.phonemes.append((symbol, start..<result.tokens.ids.count))
    }
    starts.append(result.tokens.ids.count)
    appendEdge()
    result.words = sequence.words.compactMap { word in
      guard word.symbols.lowerBound >= 0, word.symbols.upperBound < starts.count else { return nil }
      let tokens = starts[word.symbols.lowerBound]..<starts[word.symbols.upperBound]
      return tokens.isEmpty ? nil : (word.textRange, tokens)
    }
    return result
  }
}
