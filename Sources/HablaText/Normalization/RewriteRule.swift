/// One class of rewrite.
///
/// A rule looks at the tokens from `index` on and at what was said before, and answers what to say
/// for how many tokens. To keep the whole linear it looks at a bounded number of tokens when it
/// does not match. Its spoken words must be words that no rule rewrites.
protocol RewriteRule: Sendable {
  func match(_ line: TokenLine, at index: Int, after context: SpokenContext) -> RewriteMatch?
}

/// What a rule found.
struct RewriteMatch: Sendable {
  let kind: Rewrite.Kind
  /// Index of the first token not rewritten; greater than the index of the match.
  let end: Int
  /// What to say; empty to say nothing.
  let spoken: String
}

/// The rules of a language, by the kind of token they start at, most specific first.
///
/// A word without capitals that no mark follows is left alone, those in `plainWords` apart: no
/// rule takes one, and most text is made of them.
struct RuleSet: Sendable {
  var word: [any RewriteRule] = []
  var digits: [any RewriteRule] = []
  var mark: [any RewriteRule] = []
  /// Words in lower case that rules take without a mark behind.
  var plainWords: Set<String> = ["x"]
  /// Whether these only take away what is not said.
  var isMarkup = false

  func match(_ line: TokenLine, at index: Int, after context: SpokenContext) -> RewriteMatch? {
    let rules: [any RewriteRule]
    switch line[index].kind {
    case .word:
      let token = line[index]
      if token.text == token.lower, line[index + 1].kind != .mark,
        !plainWords.contains(token.text)
      {
        return nil
      }
      rules = word
    case .digits: rules = digits
    case .mark: rules = mark
    case .space, .end: return nil
    }
    for rule in rules {
      if let match = rule.match(line, at: index, after: context), match.end > index { return match }
    }
    return nil
  }
}

/// What was said so far in the line.
///
/// Rules look back at the spoken text, not at the written one, so that a second pass over the
/// output sees the same.
struct SpokenContext: Sendable {
  /// The last word, when only blanks or nothing followed it; otherwise empty.
  private(set) var word = ""
  /// `word` in lower case.
  private(set) var lowerWord = ""
  /// The last mark, when only blanks followed it; empty after a word and at the line's start.
  private(set) var mark = ""
  /// The last word in lower case, even if a colon follows it: "teléfono: ".
  private(set) var announcer = ""
  /// Whether the last thing said is a letter or digit, with nothing behind it.
  private(set) var touchesWord = false
  /// Whether the last token was a blank, or there was none.
  private(set) var isSpaced = true

  /// Whether a sentence starts here: at the line's start, or behind a full stop and a blank.
  ///
  /// Opening marks do not change it.
  private(set) var startsSentence = true
  private var endedSentence = false

  /// Whether nothing but blanks was said.
  var isAtLineStart: Bool { word.isEmpty && mark.isEmpty }

  /// Whether nothing but blanks was said, or the last mark ended a sentence.
  var isAtSentenceStart: Bool {
    word.isEmpty && (mark.isEmpty || [".", "!", "?", "…", ":"].contains(mark))
  }

  mutating func add(_ token: Token) {
    switch token.kind {
    case .word, .digits: set(word: token.text, lower: token.lower)
    case .space, .end:
      touchesWord = false
      isSpaced = true
      if endedSentence { startsSentence = true }
    case .mark:
      if !token.isMark(":"), !token.isMark(".") { announcer = "" }
      (word, lowerWord, mark) = ("", "", token.text)
      let isEnd = [".", "!", "?", "…"].contains(token.text)
      let isOpening = ["¿", "¡", "(", "[", "«", "“", "\"", "‘", "'"].contains(token.text)
      if isEnd { endedSentence = true } else if !isOpening { endedSentence = false }
      if !isOpening { startsSentence = false }
      touchesWord = false
      isSpaced = false
    }
  }

  /// Adds rewritten text.
  mutating func add(spoken: String) {
    for part in spoken.split(separator: " ").suffix(1) {
      let last = String(part)
      set(word: last, lower: last.lowercased())
    }
  }

  private mutating func set(word: String, lower: String) {
    (self.word, lowerWord, mark) = (word, lower, "")
    announcer = lower
    (startsSentence, endedSentence) = (false, false)
    touchesWord = true
    isSpaced = false
  }
}
