/// What a language says for signs.
struct SymbolWords: Sendable {
  /// Signs that are always said.
  var always: [String: String]
  /// Currency signs without an amount.
  var currencies: [String: String]
  var minus: String
  /// Between two numbers: 3-2, 16:9.
  var range: String
  /// The word before a range that asks for another word in it: between 3 and 5.
  var between: (word: String, joint: String)
  /// # before a number, behind a letter (C#), and elsewhere.
  var number: String
  var sharp: String
  var hash: String
  /// A slash with blanks between two numbers.
  var dividedBy: String
  /// A slash behind a decimal: 4,8/5.
  var over: String
  /// Signs that are said before a number only: <, >, ~, ^.
  var beforeNumber: [String: String]
  /// ² and ³ behind a word.
  var powers: [String: String]
}

/// Signs that are said: &, @, #, +, =, <, °, and the hyphen where it is a minus or a range.
struct SymbolRule: RewriteRule {
  let words: SymbolWords

  func match(_ line: TokenLine, at index: Int, after context: SpokenContext) -> RewriteMatch? {
    guard let spoken = spoken(line, at: index, after: context) else { return nil }
    return RewriteMatch(kind: .symbol, end: index + 1, spoken: spoken)
  }

  private func spoken(_ line: TokenLine, at index: Int, after context: SpokenContext) -> String? {
    let sign = line[index].text
    if let word = words.always[sign] ?? words.currencies[sign] { return word }
    switch HyphenSense(line, at: index) {
    case .minus: return words.minus
    case .range: return isBetween(line, index) ? words.between.joint : words.range
    case .blank: return " "
    case nil: break
    }
    if let word = words.beforeNumber[sign] {
      return line[line.skippingSpace(index + 1)].kind == .digits ? word : nil
    }
    if let word = words.powers[sign] { return context.touchesWord ? word : nil }
    switch sign {
    case "#":
      if line[index + 1].kind == .digits { return words.number }
      return context.touchesWord ? words.sharp : words.hash
    case ":" where isBetweenDigits(line, index):
      // 45:30 are minutes and seconds, 16:9 is a ratio.
      return line[index + 1].text.utf8.count == 2 ? " " : words.range
    case "·", "⋅": return isBetweenDigits(line, index) ? words.always["×"] : nil
    case "/" where isBetweenDigits(line, index):
      return [",", "."].contains(line[index - 2].text) ? words.over : " "
    case "/" where line[index - 1].kind == .space && line[index + 1].kind == .space:
      let isQuotient = line[index - 2].kind == .digits && line[index + 2].kind == .digits
      return isQuotient ? words.dividedBy : nil
    case "'", "’", "′":
      // A minute behind a number, or a closing quote.
      return line[index - 1].kind == .digits && !line.isAlphanumeric(at: index + 1) ? "" : nil
    case "/", "_":
      // A blank between words that are not read as a fraction or a unit.
      return context.touchesWord && line.isAlphanumeric(at: index + 1) ? " " : nil
    default: return nil
    }
  }

  /// Whether the number before the sign stands behind the word for "between".
  private func isBetween(_ line: TokenLine, _ sign: Int) -> Bool {
    var index = sign - 1
    while [.digits, .mark].contains(line[index].kind) { index -= 1 }
    return line[index].kind == .space && line[index - 1].lower == words.between.word
  }

  private func isBetweenDigits(_ line: TokenLine, _ index: Int) -> Bool {
    line[index - 1].kind == .digits && line[index + 1].kind == .digits
  }
}

/// The letter x between numbers: 3 x 4, 1920x1080.
struct TimesLetterRule: RewriteRule {
  /// What to say for it.
  let word: String

  private static let lengths: Set<String> = ["mm", "cm", "m", "km"]

  func match(_ line: TokenLine, at index: Int, after context: SpokenContext) -> RewriteMatch? {
    guard line[index].lower == "x", line[line.skippingSpace(index + 1)].kind == .digits else {
      return nil
    }
    let before = line[index - 1].kind == .space ? index - 2 : index - 1
    // 3 x 4; 1,80 m x 60 cm
    let isLength =
      line[index - 1].kind == .space && Self.lengths.contains(line[before].text)
      && line[line.digits(at: before - 1) == nil ? before - 2 : before - 1].kind == .digits
    guard line[before].kind == .digits || isLength else { return nil }
    // 0x80070005 is a code.
    if line[before].text == "0", before == index - 1 { return nil }
    return RewriteMatch(kind: .symbol, end: index + 1, spoken: word)
  }
}
