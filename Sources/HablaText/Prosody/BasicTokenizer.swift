/// Splits text into the words that WordPiece works on: BERT's "basic" tokens.
///
/// Drops control characters, isolates CJK ideographs, strips accents and lowercases as the model
/// was trained, then splits at white space and around every punctuation character. Works scalar
/// by scalar, so each scalar of a word knows the bytes it came from. Source: the tokenizer of
/// "BERT: Pre-training of Deep Bidirectional Transformers" (Devlin et al.).
package struct BasicTokenizer: Sendable, Equatable {
  /// Whether letters are lowercased, one by one (no rule for a final sigma).
  package var lowercases: Bool
  /// Whether marks are dropped after canonical decomposition.
  package var stripsAccents: Bool
  /// Whether each CJK ideograph is a word of its own.
  package var splitsIdeographs: Bool

  /// Makes a tokenizer; `stripsAccents` nil means that accents go where letters are lowercased.
  package init(lowercases: Bool, stripsAccents: Bool? = nil, splitsIdeographs: Bool = true) {
    self.lowercases = lowercases
    self.stripsAccents = stripsAccents ?? lowercases
    self.splitsIdeographs = splitsIdeographs
  }

  /// One word, never empty.
  package struct Word: Sendable, Equatable {
    /// The word after lowercasing and stripping, as UTF-8.
    package fileprivate(set) var utf8: [UInt8] = []
    /// Start of each scalar in `utf8`.
    package fileprivate(set) var starts: [Int] = []
    /// The bytes of the text that each scalar was made from.
    package fileprivate(set) var sources: [TextRange] = []

    /// Number of scalars.
    package var count: Int { starts.count }
    /// The word as text.
    package var text: String { String(decoding: utf8, as: UTF8.self) }
    /// The bytes of the text from its first to its last scalar.
    package var range: TextRange {
      guard let first = sources.first, let last = sources.last else { return 0..<0 }
      return first.lowerBound..<last.upperBound
    }

    fileprivate mutating func append(_ scalar: Unicode.Scalar, from source: TextRange) {
      starts.append(utf8.count)
      utf8.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
      sources.append(source)
    }
  }

  /// The words of `text` in order; ranges are byte offsets into it plus `offset`.
  package func words(_ text: some StringProtocol, offset: Int = 0) -> [Word] {
    var splitter = Splitter()
    var position = offset
    for scalar in text.unicodeScalars {
      let source = position..<position + UTF8.width(scalar)
      position = source.upperBound
      add(scalar, from: source, to: &splitter)
    }
    splitter.endWord()
    return splitter.words
  }

  private func add(_ scalar: Unicode.Scalar, from source: TextRange, to splitter: inout Splitter) {
    if scalar.isASCII {
      let value = lowercases ? scalar.lowercasedASCII : scalar
      if scalar.value > 0x20 && scalar.value != 0x7F { return splitter.add(value, from: source) }
    }
    if Self.isDropped(scalar) { return }
    let isIdeograph = splitsIdeographs && Self.isIdeograph(scalar)
    if isIdeograph { splitter.endWord() }
    if stripsAccents {
      for part in CanonicalForm.decomposed(String(scalar)).unicodeScalars
      where part.properties.generalCategory != .nonspacingMark {
        addCased(part, from: source, to: &splitter)
      }
    } else {
      addCased(scalar, from: source, to: &splitter)
    }
    if isIdeograph { splitter.endWord() }
  }

  private func addCased(
    _ scalar: Unicode.Scalar, from source: TextRange, to splitter: inout Splitter
  ) {
    guard lowercases else { return splitter.add(scalar, from: source) }
    for part in scalar.properties.lowercaseMapping.unicodeScalars {
      splitter.add(part, from: source)
    }
  }

  /// NUL, the replacement character and categories Cc, Cf, Co, Cs; tab and line ends are spaces.
  private static func isDropped(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x0A, 0x0D: return false
    case 0xFFFD: return true
    default: break
    }
    switch scalar.properties.generalCategory {
    case .control, .format, .privateUse, .surrogate: return true
    default: return false
    }
  }

  private static func isIdeograph(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F,
      0x2B740...0x2B81F, 0x2B920...0x2CEAF, 0xF900...0xFAFF, 0x2F800...0x2FA1F:
      true
    default: false
    }
  }
}

/// Collects scalars into words.
private struct Splitter {
  var words: [BasicTokenizer.Word] = []
  var word = BasicTokenizer.Word()

  mutating func add(_ scalar: Unicode.Scalar, from source: TextRange) {
    if scalar.properties.isWhitespace { return endWord() }
    let isPunctuation = scalar.isBERTPunctuation
    if isPunctuation { endWord() }
    word.append(scalar, from: source)
    if isPunctuation { endWord() }
  }

  mutating func endWord() {
    if word.count == 0 { return }
    words.append(word)
    word = BasicTokenizer.Word()
  }
}

extension Unicode.Scalar {
  /// ASCII letters in lower case; others unchanged.
  fileprivate var lowercasedASCII: Unicode.Scalar {
    (0x41...0x5A).contains(value) ? Unicode.Scalar(UInt8(value + 0x20)) : self
  }

  /// Every ASCII character that is neither letter, digit nor space, and category P.
  fileprivate var isBERTPunctuation: Bool {
    switch value {
    case 33...47, 58...64, 91...96, 123...126: return true
    case 0..<128: return false
    default: break
    }
    switch properties.generalCategory {
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
      .initialPunctuation, .finalPunctuation, .otherPunctuation:
      return true
    default: return false
    }
  }
}
