/// The front end of voices that read espeak-ng's phonemes as running text.
///
/// As Piper trains its voices: every scalar of the IPA is a symbol, words stand apart by a space,
/// and each clause ends with its mark, followed by a space where the sentence goes on. Stress and
/// length marks are symbols of their own. Nothing is filtered by the voice's symbols.
package struct SpacedPhonemes: FrontEnd {
  /// The voice's languages.
  package let languages: LanguageTable
  private let decomposes: Bool
  private let phonemizer: EspeakPhonemizer

  /// Marks that end a clause, in several scripts, and what the voice reads for them.
  private static let marks = TextClause.Marks(
    symbols: [
      ",": ",", ".": ".", "!": "!", "?": "?", ";": ";", ":": ":", "…": ".", "،": ",", "؛": ";",
      "؟": "?", "।": ".", "॥": ".", "。": ".", "，": ",", "、": ",", "！": "!", "？": "?", "；": ";",
      "：": ":", "՝": ",", "։": ".", "።": ".", "፣": ",",
    ], final: "")

  /// Makes a front end for a voice.
  ///
  /// - Parameters:
  ///   - languages: The voice's languages with espeak-ng's voices.
  ///   - decomposes: Whether "ç" becomes "c" and a cedilla, as the voice's symbols have it.
  ///   - phonemizer: Where phonemes come from.
  package init(
    languages: LanguageTable, decomposes: Bool, phonemizer: EspeakPhonemizer = EspeakPhonemizer()
  ) {
    self.languages = languages
    self.decomposes = decomposes
    self.phonemizer = phonemizer
  }

  /// The phonemes of one sentence; empty when espeak-ng says nothing for it.
  package func phonemes(
    for sentence: MappedText, language: String
  ) throws(TextError) -> PhonemeSequence {
    let voice = try languages.entry(for: language).espeakVoice
    var result = PhonemeSequence()
    var unknown = OrderedStrings()
    for clause in TextClause.clauses(of: sentence, marks: Self.marks) {
      let spoken = try phonemizer.clause(clause.text.text, voice: voice)
      for scalar in spoken.unspoken { unknown.insert(String(scalar)) }
      if spoken.ipa.isEmpty { continue }
      if !result.symbols.isEmpty { result.symbols.append(" ") }
      // Index in `result.symbols` of each scalar of the IPA but spaces.
      var places: [Int] = []
      for scalar in spoken.ipa.unicodeScalars {
        if !scalar.isSpace { places.append(result.symbols.count) }
        let symbol = String(scalar)
        let parts = decomposes ? CanonicalForm.decomposed(symbol) : symbol
        result.symbols += parts.unicodeScalars.map { String($0) }
      }
      for word in spoken.words where word.scalars.upperBound <= places.count {
        guard let last = word.scalars.last else { continue }
        result.words.append(
          .init(
            textRange: clause.text.originalRange(of: word.bytes),
            symbols: places[word.scalars.lowerBound]..<end(of: last, places, result.symbols)))
      }
      if !clause.mark.isEmpty { result.symbols.append(clause.mark) }
    }
    result.tones = [Int](repeating: 0, count: result.symbols.count)
    result.unknown = unknown.strings
    return result
  }

  /// Where the symbols of one scalar end: at the next scalar's, or at a space before it.
  private func end(of scalar: Int, _ places: [Int], _ symbols: [String]) -> Int {
    let next = scalar + 1 < places.count ? places[scalar + 1] : symbols.count
    return next > 0 && symbols[next - 1] == " " ? next - 1 : next
  }
}
