/// Spanish decimal commas, for `Numeral`.
let spanishDecimalMark = ","

/// Any number that no other rule takes: 21 chicas, 1.234,56, 007.
struct SpanishCardinalRule: RewriteRule {
  func match(_ line: TokenLine, at index: Int, after context: SpokenContext) -> RewriteMatch? {
    guard let numeral = Numeral(line, at: index, decimalMark: spanishDecimalMark) else {
      return nil
    }
    let agreement = SpanishAgreement(numeral, line, at: numeral.end, after: context)
    if !numeral.isGrouped, numeral.fraction.isEmpty, Self.isCode(numeral.integer) {
      let spoken = SpokenDigits.grouped(numeral.integer, SpanishNumberWords.spelled)
      return RewriteMatch(kind: .digits, end: numeral.end, spoken: spoken)
    }
    var spoken = SpanishNumeralWords.words(numeral, agreement.form)
    let takesDe = numeral.fraction.isEmpty && SpanishNumberWords.takesDe(numeral.integer)
    if takesDe, agreement.isBeforeNoun { spoken += " de" }
    return RewriteMatch(kind: .number, end: numeral.end, spoken: spoken)
  }

  /// Whether the digits are a code rather than an amount: ten and more, not a round number.
  private static func isCode(_ digits: String) -> Bool {
    digits.utf8.count >= 10 && !digits.hasSuffix("00000")
  }
}

/// Numbers of three and more groups with points: versions and addresses such as 192.168.1.1.
struct SpanishVersionRule: RewriteRule {
  func match(_ line: TokenLine, at index: Int, after context: SpokenContext) -> RewriteMatch? {
    guard let version = DottedNumber(line, at: index), version.isVersion else { return nil }
    let spoken = version.groups.map { SpanishNumberWords.withZeros($0) }.joined(
      separator: " punto ")
    return RewriteMatch(kind: .version, end: version.end, spoken: spoken)
  }
}
