/// What a language says for signs.
struct SymbolWords: Sendable {
  /// Signs that are always said.
  var always: [String: String]
  /// Currency signs without an amount.
  var currencies: [String: String]
  var minus: String
  /// Between two numbers: 3-2, 16:9.
  var range: String
  /// # before a number, and elsewhere.
  var number: String
  var hash: String
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
    case .range: return words.range
    case .blank: return " "
    case nil: break
    }
    if let word = words.beforeNumber[sign] {
      return line[line.skippingSpace(index + 1)].kind == .digits ? word : nil
    }
    if let word = words.powers[sign] { return context.touchesWord ? word : nil }
    switch sign {
    case "#": return line[index + 1].kind == .digits ? words.number : words.hash
    case ":":
      let isRatio = line[index - 1].kind == .digits && line[index + 1].kind == .digits
      return isRatio ? words.range : nil
    case "/", "_":
      // A blank between words that are not read as a fraction or a unit.
      return context.touchesWord && line.isAlphanumeric(at: index + 1) ? " " : nil
    default: return nil
    }
  }
}

/// The letter x between numbers: 3 x 4, 1920x1080.
struct TimesLetterRule: RewriteRule {
  /// What to say for it.
  let word: String

  func match(_ line: TokenLine, at index: Int, after context: SpokenContext) -> RewriteMatch? {
    guard line[index].lower == "x", line[line.skippingSpace(index + 1)].kind == .digits else {
      return nil
    }
    let before = line[index - 1].kind == .space ? index - 2 : index - 1
    guard line[before].kind == .digits else { return nil }
    return RewriteMatch(kind: .symbol, end: index + 1, spoken: word)
  }
}
