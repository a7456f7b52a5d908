/// Phonemes that the caller wrote.
///
/// The voice's symbols stand one after the other; the longest symbol that fits is taken. White
/// space separates words, and symbols that would otherwise be read as one longer symbol. A digit
/// behind a symbol is its stress as in ARPAbet ("ah0"): 0, 1 or 2 give the tones 1, 2 and 3;
/// without one the tone is 0.
package enum PhonemeInput {
  /// Longest symbol of a voice, in scalars.
  private static let longestSymbol = 8

  /// Reads phonemes; what the voice has no symbol for is skipped and reported.
  ///
  /// - Parameters:
  ///   - text: The phonemes.
  ///   - isKnown: Whether the voice has a symbol.
  /// - Returns: Words are the stretches between white space, without the punctuation at the ends.
  package static func parse(_ text: MappedText, isKnown: (String) -> Bool) -> PhonemeSequence {
    var result = PhonemeSequence()
    var unknown = OrderedStrings()
    let speaksSpaces = isKnown(" ")
    let scalars = Array(text.text.unicodeScalars)
    var position = 0
    var byte = 0
    /// Symbols of the present word, and its bytes from its first to its last sounding symbol.
    var word: (symbols: Range<Int>, bytes: Range<Int>)?

    func endWord() {
      guard let ended = word else { return }
      result.words.append(
        .init(textRange: text.originalRange(of: ended.bytes), symbols: ended.symbols))
      word = nil
    }
    while position < scalars.count {
      let scalar = scalars[position]
      guard let match = symbol(in: scalars, at: position, isKnown) else {
        if scalar.isSpace { endWord() } else { unknown.insert(String(scalar)) }
        position += 1
        byte += scalar.utf8Length
        continue
      }
      let start = byte
      let index = result.symbols.count
      byte += match.text.utf8.count
      position += match.count
      result.symbols.append(match.text)
      var tone = 0
      if !scalar.isSpace, position < scalars.count,
        let digit = stress(scalars[position]), !isKnown(String(scalars[position]))
      {
        tone = digit + 1
        position += 1
        byte += 1
      }
      result.tones.append(tone)
      if scalar.isSpace, speaksSpaces {
        endWord()
      } else if !isPunctuation(match.text) {
        word = (
          (word?.symbols.lowerBound ?? index)..<index + 1,
          (word?.bytes.lowerBound ?? start)..<byte
        )
      }
    }
    endWord()
    result.unknown = unknown.strings
    return result
  }

  /// The longest known symbol at `position` and its number of scalars.
  private static func symbol(
    in scalars: [Unicode.Scalar], at position: Int, _ isKnown: (String) -> Bool
  ) -> (text: String, count: Int)? {
    var candidate = String.UnicodeScalarView()
    var found: (text: String, count: Int)?
    for end in position..<min(position + longestSymbol, scalars.count) {
      candidate.append(scalars[end])
      if isKnown(String(candidate)) { found = (String(candidate), end + 1 - position) }
    }
    return found
  }

  private static func stress(_ scalar: Unicode.Scalar) -> Int? {
    switch scalar {
    case "0": 0
    case "1": 1
    case "2": 2
    default: nil
    }
  }

  private static func isPunctuation(_ symbol: String) -> Bool {
    [",", ".", "!", "?", "…", ";", ":", "-", "¿", "¡"].contains(symbol)
  }
}
