/// Cuts lines into tokens.
enum Tokenizer {
  /// The tokens of a line, which cover it without gaps.
  static func tokens(of line: Substring.UnicodeScalarView) -> [Token] {
    var tokens: [Token] = []
    var start = line.startIndex
    var offset = 0
    while start < line.endIndex {
      let first = ScalarClass(line[start])
      let end = end(of: first, in: line, from: start)
      let text = Substring(line[start..<end])
      let range = offset..<offset + text.utf8.count
      tokens.append(token(first, text, range))
      offset = range.upperBound
      start = end
    }
    return tokens
  }

  private typealias Index = Substring.UnicodeScalarView.Index

  /// Where the token that begins at `start` ends.
  private static func end(
    of first: ScalarClass, in line: Substring.UnicodeScalarView, from start: Index
  ) -> Index {
    var end = line.index(after: start)
    while end < line.endIndex {
      switch (first, ScalarClass(line[end])) {
      case (.letter, .letter), (.letter, .combining), (.digit, .digit), (.space, .space):
        end = line.index(after: end)
      case (.letter, .apostrophe):
        // Between letters an apostrophe belongs to the word: O'Brien, don't.
        let next = line.index(after: end)
        guard next < line.endIndex, case .letter = ScalarClass(line[next]) else { return end }
        end = next
      default: return end
      }
    }
    return end
  }

  private static func token(_ first: ScalarClass, _ text: Substring, _ range: Range<Int>) -> Token {
    switch first {
    case .letter:
      let word = range.count <= Token.longestWord ? String(text) : ""
      return Token(kind: .word, range: range, text: word, lower: word.lowercased())
    case .digit:
      let digits = ascii(text)
      return Token(kind: .digits, range: range, text: digits, lower: digits)
    case .space:
      return Token(kind: .space, range: range, text: String(text), lower: "")
    case .combining, .apostrophe, .other:
      return Token(kind: .mark, range: range, text: String(text), lower: String(text))
    }
  }

  /// Digits of any script as ASCII.
  private static func ascii(_ digits: Substring) -> String {
    if digits.utf8.count == digits.unicodeScalars.count { return String(digits) }
    var result = ""
    for scalar in digits.unicodeScalars {
      if case .digit(let value) = ScalarClass(scalar) {
        result.unicodeScalars.append(Unicode.Scalar(48 + value))
      }
    }
    return result
  }
}

/// What the tokenizer tells apart.
private enum ScalarClass {
  case letter, combining, apostrophe, space, other
  case digit(UInt8)

  init(_ scalar: Unicode.Scalar) {
    switch scalar.value {
    case 48...57: self = .digit(UInt8(scalar.value - 48))
    case 65...90, 97...122: self = .letter
    case 0x27, 0x2019: self = .apostrophe
    case 0x20, 0x09, 0xA0, 0x2002...0x200A, 0x202F, 0x205F, 0x3000: self = .space
    // The ordinal indicators are letters to Unicode, but marks after a number to a reader.
    case 0...127, 0xAA, 0xBA, 0xD7, 0xF7: self = .other
    case 0xC0...0x24F: self = .letter
    // Subscripts, as in formulas: H₂O.
    case 0x2080...0x2089: self = .digit(UInt8(scalar.value - 0x2080))
    default: self = ScalarClass(category: scalar.properties)
    }
  }

  private init(category properties: Unicode.Scalar.Properties) {
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
      .letterNumber:
      self = .letter
    case .nonspacingMark, .spacingMark, .enclosingMark: self = .combining
    case .spaceSeparator: self = .space
    case .decimalNumber:
      if let value = properties.numericValue, value >= 0, value <= 9 {
        self = .digit(UInt8(value))
      } else {
        self = .other
      }
    default: self = .other
    }
  }
}
