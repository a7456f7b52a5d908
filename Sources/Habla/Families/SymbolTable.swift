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
  /// Scalars of the longest symbol.
  private let longest: Int

  /// `symbols` by id; of equal symbols the first counts.
  init(symbols: [String], addsBlank: Bool) {
    ids = Dictionary(symbols.enumerated().map { ($1, $0) }, uniquingKeysWith: { a, _ in a })
    self.addsBlank = addsBlank
    longest = symbols.reduce(1) { max($0, $1.unicodeScalars.count) }
  }

  /// Whether the voice has the symbol.
  func contains(_ symbol: String) -> Bool { ids[symbol] != nil }

  /// Symbols that the caller wrote one after the other; white space separates words.
  ///
  /// At each place the longest symbol counts. Scalars that begin no symbol are reported.
  func phonemes(_ text: MappedText) -> PhonemeSequence {
    var result = PhonemeSequence()
    let scalars = Array(text.text.unicodeScalars)
    var (index, offset) = (0, 0)
    var word = (offset: 0, symbols: 0)
    func endWord() {
      if result.symbols.count > word.symbols {
        result.words.append(
          .init(
            textRange: text.originalRange(of: word.offset..<offset),
            symbols: word.symbols..<result.symbols.count))
      }
    }
    func skip(_ count: Int) {
      offset += scalars[index..<index + count].reduce(0) { $0 + UTF8.width($1) }
      index += count
    }
    while index < scalars.count {
      if scalars[index].properties.isWhitespace {
        endWord()
        skip(1)
        word = (offset, result.symbols.count)
        continue
      }
      let lengths = stride(from: min(longest, scalars.count - index), to: 0, by: -1)
      let symbols = lengths.lazy.map {
        String(String.UnicodeScalarView(scalars[index..<index + $0]))
      }
      if let symbol = symbols.first(where: contains) {
        result.symbols.append(symbol)
        skip(symbol.unicodeScalars.count)
      } else {
        let scalar = String(scalars[index])
        if !result.unknown.contains(scalar) { result.unknown.append(scalar) }
        skip(1)
      }
    }
    endWord()
    result.tones = [Int](repeating: 0, count: result.symbols.count)
    return result
  }

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
