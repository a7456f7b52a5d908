/// Applies the user's pronunciations to a text, before it is normalized.
///
/// Phonemes written as `[[hˈaβla]]` in the text are spoken as they are: symbols of the voice, as
/// `PhonemeInput` reads them. Brackets that do not close on their line, or have nothing or further
/// brackets between them, are text. Words that the lexicon has are replaced as it says; a compound
/// is looked up whole first ("wi-fi"), then by its parts.
package enum PronunciationMarkup {
  /// The text with its phonemes as runs (`PhonemeRun`) and the lexicon's words replaced.
  package static func applied(
    to text: MappedText, lexicon: UserLexicon? = nil, language: String
  ) -> MappedText {
    if lexicon == nil, !hasBrackets(text.text) { return text }
    let scalars = Array(text.text.unicodeScalars)
    var result = MappedText()
    var position = 0
    var byte = 0
    /// Start of what is taken over as it is.
    var kept = 0
    func replace(_ count: Int, _ bytes: Int, by new: String) {
      result.append(text, bytes: kept..<byte)
      result.appendRewritten(new, for: text.originalRange(of: byte..<byte + bytes))
      position += count
      byte += bytes
      kept = byte
    }
    func skip(_ count: Int) {
      byte += length(scalars[position..<position + count])
      position += count
    }

    while position < scalars.count {
      if let (phonemes, count) = inlinePhonemes(in: scalars, at: position) {
        let bytes = length(scalars[position..<position + count])
        replace(count, bytes, by: PhonemeRun.encoded(phonemes))
        continue
      }
      guard let lexicon, isLetter(scalars[position]) else {
        skip(1)
        continue
      }
      let whole = wordEnd(in: scalars, from: position, isInsideWord)
      let part = wordEnd(in: scalars, from: position, isLetter)
      let found = [whole, part].lazy.compactMap { end in
        lexicon.pronunciation(of: string(scalars[position..<end]), language: language)
          .map { (end, $0) }
      }.first
      guard let (end, pronunciation) = found else {
        skip(part - position)
        continue
      }
      let bytes = length(scalars[position..<end])
      switch pronunciation {
      case .respelling(let words): replace(end - position, bytes, by: words)
      case .phonemes(let symbols):
        replace(end - position, bytes, by: PhonemeRun.encoded(symbols))
      }
    }
    result.append(text, bytes: kept..<byte)
    return result
  }

  /// Whether the scalar is part of a word wherever it stands: letters, marks and digits.
  static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
      .nonspacingMark, .spacingMark, .decimalNumber, .letterNumber, .otherNumber:
      true
    default: false
    }
  }

  /// Whether the scalar is part of a word between letters too.
  static func isInsideWord(_ scalar: Unicode.Scalar) -> Bool {
    isLetter(scalar) || scalar == "-" || scalar == "'" || scalar == "’"
  }

  private static func hasBrackets(_ text: String) -> Bool {
    var previous: UInt8 = 0
    for byte in text.utf8 {
      if byte == 0x5B, previous == 0x5B { return true }
      previous = byte
    }
    return false
  }

  private static func wordEnd(
    in scalars: [Unicode.Scalar], from start: Int, _ belongs: (Unicode.Scalar) -> Bool
  ) -> Int {
    var end = start
    while end < scalars.count, belongs(scalars[end]) { end += 1 }
    // A hyphen or apostrophe at the end is not the word's.
    while end > start + 1, !isLetter(scalars[end - 1]) { end -= 1 }
    return end
  }

  private static func inlinePhonemes(
    in scalars: [Unicode.Scalar], at position: Int
  ) -> (phonemes: String, count: Int)? {
    guard position + 4 < scalars.count, scalars[position] == "[", scalars[position + 1] == "["
    else { return nil }
    var end = position + 2
    while end < scalars.count, scalars[end] != "]", scalars[end] != "[", scalars[end] != "\n" {
      end += 1
    }
    guard end + 1 < scalars.count, scalars[end] == "]", scalars[end + 1] == "]" else { return nil }
    let inside = scalars[position + 2..<end]
    if inside.allSatisfy(\.isSpace) { return nil }
    return (string(inside), end + 2 - position)
  }

  private static func length(_ scalars: ArraySlice<Unicode.Scalar>) -> Int {
    scalars.reduce(0) { $0 + $1.utf8Length }
  }

  private static func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return String(view)
  }
}
