/// A stretch of text that the rewriting rules see as one.
struct Token: Sendable {
  enum Kind: Sendable {
    /// Letters with their combining marks; apostrophes between letters belong to the word.
    case word
    /// Decimal digits of any script; `text` holds them as ASCII.
    case digits
    /// Blanks other than line breaks.
    case space
    /// One scalar that is none of the above.
    case mark
    /// What stands beyond either end of a line.
    case end
  }

  var kind: Kind
  /// Byte offsets in the line's text.
  var range: Range<Int>
  /// The text; empty for words longer than any in a table, which no rule needs to see.
  var text: String
  /// `text` in lower case, for words.
  var lower: String

  static let longestWord = 40
  static let blank = Token(kind: .space, range: 0..<0, text: " ", lower: " ")
  static let end = Token(kind: .end, range: 0..<0, text: "", lower: "")

  /// Whether this is the mark `mark`.
  func isMark(_ mark: String) -> Bool { kind == .mark && text == mark }

  /// Whether this is a mark that would combine with a letter before it.
  var isCombining: Bool {
    guard kind == .mark, let scalar = text.unicodeScalars.first, !scalar.isASCII else {
      return false
    }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark: return true
    default: return false
    }
  }

  /// Whether the word starts with a capital letter.
  var isCapitalized: Bool {
    guard kind == .word, let first = text.unicodeScalars.first else { return false }
    return first.properties.isUppercase
  }

  /// Whether the word is made of ASCII capitals only.
  var isAllCapitals: Bool {
    kind == .word && !text.isEmpty && text.utf8.allSatisfy { $0 >= 65 && $0 <= 90 }
  }
}

/// One line of a text, as tokens.
///
/// Reading beyond either end gives `Token.end`, so that rules may look around freely.
struct TokenLine: Sendable {
  private(set) var tokens: [Token] = []

  subscript(index: Int) -> Token {
    index >= 0 && index < tokens.count ? tokens[index] : .end
  }

  var count: Int { tokens.count }

  /// The index after an optional blank at `index`.
  func skippingSpace(_ index: Int) -> Int {
    self[index].kind == .space ? index + 1 : index
  }

  /// The digits at `index`, or nil.
  func digits(at index: Int) -> String? {
    let token = self[index]
    return token.kind == .digits ? token.text : nil
  }

  /// Whether a letter or digit stands at `index`.
  func isAlphanumeric(at index: Int) -> Bool {
    let kind = self[index].kind
    return kind == .word || kind == .digits
  }

  /// The index after the marks and words in `parts`, which stand next to each other at `index`.
  func matching(_ parts: [String], at index: Int) -> Int? {
    for (offset, part) in parts.enumerated() where self[index + offset].text != part { return nil }
    return index + parts.count
  }

  /// Whether a sentence ends before token `index`: nothing follows, or a blank and a capital.
  func endsSentence(at index: Int) -> Bool {
    switch self[index].kind {
    case .end: return true
    case .space:
      let next = self[index + 1]
      return next.kind == .end || next.isCapitalized || next.isMark("¿") || next.isMark("¡")
    case .word, .digits, .mark: return false
    }
  }

  /// Cuts a line into tokens.
  init(_ line: Substring.UnicodeScalarView) {
    var offset = 0
    var pending = Pending()
    for scalar in line {
      let length = UTF8.width(scalar)
      let kind = ScalarClass(scalar)
      if !pending.accepts(kind) {
        flush(&pending)
        pending.start = offset
      }
      pending.append(scalar, kind)
      offset += length
      pending.end = offset
    }
    flush(&pending)
  }

  private mutating func flush(_ pending: inout Pending) {
    defer { pending = Pending() }
    guard let kind = pending.kind else { return }
    var apostrophe: Token?
    if pending.endsInApostrophe {
      let scalar = pending.scalars.removeLast()
      let split = pending.end - UTF8.width(scalar)
      let text = String(Character(scalar))
      apostrophe = Token(kind: .mark, range: split..<pending.end, text: text, lower: text)
      pending.end = split
    }
    let range = pending.start..<pending.end
    var text = ""
    if kind != .word || range.count <= Token.longestWord {
      text.unicodeScalars.append(contentsOf: pending.scalars)
    }
    tokens.append(
      Token(kind: kind, range: range, text: text, lower: kind == .word ? text.lowercased() : text))
    if let apostrophe { tokens.append(apostrophe) }
  }
}

/// The token being read.
private struct Pending {
  var kind: Token.Kind?
  var scalars: [Unicode.Scalar] = []
  var start = 0
  var end = 0
  var endsInApostrophe = false

  func accepts(_ new: ScalarClass) -> Bool {
    switch (kind, new) {
    case (nil, _): return true
    case (.word, .letter), (.word, .combining): return true
    case (.word, .apostrophe): return !endsInApostrophe
    case (.digits, .digit), (.space, .space): return true
    default: return false
    }
  }

  mutating func append(_ scalar: Unicode.Scalar, _ new: ScalarClass) {
    endsInApostrophe = false
    switch new {
    case .letter: kind = .word
    case .combining: kind = kind ?? .mark
    case .apostrophe:
      if kind == nil { kind = .mark } else { endsInApostrophe = true }
    case .digit(let value):
      kind = .digits
      scalars.append(Unicode.Scalar(48 + value))
      return
    case .space: kind = .space
    case .other: kind = .mark
    }
    scalars.append(scalar)
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
    case 0...127, 0xAA, 0xBA: self = .other
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
