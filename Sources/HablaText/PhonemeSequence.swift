/// What a front end makes of one sentence: phoneme symbols, with the words they belong to.
package struct PhonemeSequence: Sendable, Equatable {
  /// Consecutive symbols that speak one stretch of text.
  package struct Word: Sendable, Equatable {
    /// Where the word stands in the caller's text.
    package let textRange: TextRange
    /// Its symbols, as indices into `symbols`; may be empty when nothing of it is spoken.
    package let symbols: Range<Int>
    /// Whether a pronunciation model guessed them, in whole or in part.
    package let isGuessed: Bool

    /// Makes a word.
    package init(textRange: TextRange, symbols: Range<Int>, isGuessed: Bool = false) {
      self.textRange = textRange
      self.symbols = symbols
      self.isGuessed = isGuessed
    }
  }

  /// Symbols of the voice's table in order, punctuation included, without blanks or padding.
  package var symbols: [String]
  /// One tone per symbol, 0-based within the language.
  package var tones: [Int]
  /// Words in order of speech.
  ///
  /// Their symbol ranges are disjoint. Punctuation belongs to none.
  package var words: [Word]
  /// The text as the front end read it, marks rewritten, for prosody features.
  ///
  /// Nil means the sentence itself.
  package var spokenText: MappedText?
  /// What the front end produced but the voice has no symbol for, in order of first appearance.
  package var unknown: [String]

  /// Makes a sequence; `tones` defaults to zeros.
  package init(
    symbols: [String] = [], tones: [Int]? = nil, words: [Word] = [], unknown: [String] = []
  ) {
    self.symbols = symbols
    self.tones = tones ?? [Int](repeating: 0, count: symbols.count)
    self.words = words
    self.unknown = unknown
  }
}
