/// A word or a mark of a sentence.
struct MeloToken: Equatable {
  enum Kind: Equatable {
    /// Letters and digits to be phonemized: lower case.
    case word(String)
    /// Phonemes that the caller wrote.
    case phonemes(String)
    /// A mark that is a phone of its own.
    case mark(String)
  }

  let kind: Kind
  /// UTF-8 bytes of the text.
  let bytes: Range<Int>

  /// Splits a sentence into words and marks; marks that say nothing are left out.
  static func tokens(of text: MappedText, marks: MeloMarks) -> [MeloToken] {
    PhonemeRun.segments(of: text.text).flatMap { segment in
      if let phonemes = segment.phonemes {
        return [MeloToken(kind: .phonemes(phonemes), bytes: segment.bytes)]
      }
      return tokens(
        of: text.substring(segment.bytes), from: segment.bytes.lowerBound, marks: marks)
    }
  }

  private static func tokens(
    of text: Substring, from start: Int, marks: MeloMarks
  ) -> [MeloToken] {
    var tokens: [MeloToken] = []
    var word = String.UnicodeScalarView()
    var wordStart = start
    var byte = start
    var fullStopEnd = -1
    func endWord() {
      if word.isEmpty { return }
      tokens.append(
        MeloToken(kind: .word(String(word).lowercased()), bytes: wordStart..<byte))
      word = String.UnicodeScalarView()
    }
    for scalar in text.unicodeScalars {
      let next = byte + scalar.utf8Length
      switch scalarClass(scalar) {
      case .space: endWord()
      case .letter:
        if word.isEmpty { wordStart = byte }
        word.append(scalar)
      case .sign:
        endWord()
        if let token = marks.token(for: scalar, bytes: byte..<next) {
          // Several full stops are one.
          let isFullStop = token.kind == .mark(".")
          if !isFullStop || fullStopEnd != byte { tokens.append(token) }
          if isFullStop { fullStopEnd = next }
        }
      }
      byte = next
    }
    endWord()
    return tokens
  }

  /// Whether a sentence may end with the mark.
  static func isFinal(_ mark: String?) -> Bool {
    mark.map { [".", "!", "?", "…"].contains($0) } ?? false
  }

  private enum ScalarClass { case space, letter, sign }

  private static func scalarClass(_ scalar: Unicode.Scalar) -> ScalarClass {
    if scalar.isSpace { return .space }
    switch scalar.properties.generalCategory {
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
      .initialPunctuation, .finalPunctuation, .otherPunctuation, .mathSymbol, .currencySymbol,
      .modifierSymbol:
      return .sign
    case .format, .surrogate, .privateUse, .unassigned: return .space
    default: return .letter
    }
  }
}

extension [MeloToken] {
  /// The tokens written out, marks as the phones that they are: what the prosody network reads.
  ///
  /// Words keep their case. Marks that are no symbol of the voice are left out.
  func spokenText(
    in text: MappedText, _ symbols: Set<String>, addsFullStop: Bool
  ) -> MappedText {
    var spoken = MappedText()
    for token in self {
      let original = text.originalRange(of: token.bytes)
      if case .mark(let symbol) = token.kind, !symbols.contains(symbol) { continue }
      if !spoken.text.isEmpty {
        spoken.appendRewritten(" ", for: original.lowerBound..<original.lowerBound)
      }
      switch token.kind {
      case .word, .phonemes: spoken.append(text, bytes: token.bytes)
      case .mark(let symbol): spoken.appendRewritten(symbol, for: original)
      }
    }
    if addsFullStop {
      let end = text.originalRange(of: 0..<text.text.utf8.count).upperBound
      spoken.appendRewritten(".", for: end..<end)
    }
    return spoken
  }

  /// The words in order.
  var words: [String] {
    compactMap { if case .word(let text) = $0.kind { text } else { nil } }
  }

  /// Without the full stops that belong to abbreviations inside the sentence.
  func withoutFullStops(behind abbreviations: [String: [String]]) -> [MeloToken] {
    if abbreviations.isEmpty { return self }
    return indices.filter { index in
      guard self[index].kind == .mark("."), index > 0, index < count - 1,
        case .word(let word) = self[index - 1].kind
      else { return true }
      return abbreviations[word] == nil
        || self[index - 1].bytes.upperBound < self[index].bytes.lowerBound
    }.map { self[$0] }
  }
}

/// What becomes of marks in a language.
struct MeloMarks: Sendable {
  /// Phones that marks become.
  let phones: [Unicode.Scalar: String]
  /// Signs that are read aloud.
  let spoken: Set<Unicode.Scalar>

  /// The token of a mark or sign, nil when nothing is said for it.
  func token(for scalar: Unicode.Scalar, bytes: Range<Int>) -> MeloToken? {
    if let phone = phones[scalar] { return MeloToken(kind: .mark(phone), bytes: bytes) }
    return spoken.contains(scalar)
      ? MeloToken(kind: .word(String(scalar)), bytes: bytes) : nil
  }
}
