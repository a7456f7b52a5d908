/// Phonemes that the caller gives instead of text.
package enum PhonemeInput {
  /// Scalars of the longest symbol that is looked for.
  private static let longestSymbol = 8

  /// Symbols that the caller wrote one after the other; white space separates words.
  ///
  /// At each place the longest symbol counts. Scalars that begin no symbol are reported.
  package static func parse(
    _ text: MappedText, isKnown: (String) -> Bool
  ) -> PhonemeSequence {
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
      let lengths = stride(from: min(longestSymbol, scalars.count - index), to: 0, by: -1)
      let symbols = lengths.lazy.map {
        String(String.UnicodeScalarView(scalars[index..<index + $0]))
      }
      if let symbol = symbols.first(where: isKnown) {
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
}
