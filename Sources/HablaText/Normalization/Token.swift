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
  private let tokens: [Token]

  /// Cuts a line into tokens.
  init(_ line: Substring.UnicodeScalarView) {
    tokens = Tokenizer.tokens(of: line)
  }

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
}

extension Set<String> {
  /// The words of a list with blanks and line feeds between.
  init(words: String) { self = Set(words.split(whereSeparator: \.isWhitespace).map(String.init)) }
}
