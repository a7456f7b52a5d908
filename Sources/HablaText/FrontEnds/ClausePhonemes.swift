/// The front end of voices whose symbols are single scalars of espeak-ng's IPA and a few marks.
///
/// A sentence is cut at its marks; espeak-ng speaks each clause; every scalar of its IPA that the
/// voice has a symbol for is one token, and the mark's symbol follows. Stress and length marks are
/// tokens of their own, spaces are dropped, tones are all 0.
package struct ClausePhonemes: FrontEnd {
  /// The voice's languages.
  package let languages: LanguageTable
  private let phonemizer: EspeakPhonemizer
  private let symbols: Set<String>
  private let marks: TextClause.Marks

  /// The languages of the voice inside the library.
  package static let defaultLanguages = LanguageTable([
    .init(name: "ES", espeakVoice: "es"), .init(name: "EN", espeakVoice: "en-us"),
  ])

  /// Makes a front end for a voice.
  ///
  /// - Parameters:
  ///   - symbols: The voice's symbols.
  ///   - languages: The voice's languages with espeak-ng's voices.
  ///   - punctuation: Marks that are symbols of the voice, each a single scalar.
  ///   - fold: Further marks and the symbol that each becomes.
  ///   - phonemizer: Where phonemes come from.
  package init(
    symbols: Set<String>, languages: LanguageTable = ClausePhonemes.defaultLanguages,
    punctuation: [String] = [",", ".", "!", "?"],
    fold: [String: String] = [";": ",", ":": ",", "…": "."],
    phonemizer: EspeakPhonemizer = EspeakPhonemizer()
  ) {
    self.languages = languages
    self.phonemizer = phonemizer
    self.symbols = symbols
    var table: [Unicode.Scalar: String] = [:]
    for (mark, symbol) in Array(fold) + punctuation.map({ ($0, $0) }) {
      if let scalar = mark.unicodeScalars.first, mark.unicodeScalars.count == 1 {
        table[scalar] = symbol
      }
    }
    marks = TextClause.Marks(symbols: table, final: ".")
  }

  /// The phonemes of one sentence; empty when espeak-ng says nothing for it.
  package func phonemes(
    for sentence: MappedText, language: String
  ) throws(TextError) -> PhonemeSequence {
    let voice = try languages.entry(for: language).espeakVoice
    var result = PhonemeSequence()
    var unknown = OrderedStrings()
    for clause in TextClause.clauses(of: sentence, marks: marks) {
      let spoken = try phonemizer.clause(clause.text.text, voice: voice)
      for scalar in spoken.unspoken { unknown.insert(String(scalar)) }
      // Index in `result.symbols` of each scalar of the IPA.
      var places: [Int] = []
      let start = result.symbols.count
      for scalar in spoken.ipa.unicodeScalars where !scalar.isSpace {
        places.append(result.symbols.count)
        add(String(scalar), to: &result, unknown: &unknown)
      }
      if result.symbols.count == start { continue }
      places.append(result.symbols.count)
      for word in spoken.words {
        result.words.append(
          .init(
            textRange: clause.text.originalRange(of: word.bytes),
            symbols: places[word.scalars.lowerBound]..<places[word.scalars.upperBound]))
      }
      add(clause.mark, to: &result, unknown: &unknown)
    }
    result.tones = [Int](repeating: 0, count: result.symbols.count)
    result.unknown = unknown.strings
    return result
  }

  private func add(
    _ symbol: String, to result: inout PhonemeSequence, unknown: inout OrderedStrings
  ) {
    if symbols.contains(symbol) { result.symbols.append(symbol) } else { unknown.insert(symbol) }
  }
}

/// Strings in order of first appearance.
struct OrderedStrings {
  private(set) var strings: [String] = []
  private var seen: Set<String> = []

  mutating func insert(_ string: String) {
    if seen.insert(string).inserted { strings.append(string) }
  }
}
