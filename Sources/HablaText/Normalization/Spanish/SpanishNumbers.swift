/// Spanish decimal commas, for `Numeral`.
let spanishDecimalMark = ","

/// Any number that no other rule takes: 21 chicas, 1.234,56, 007.
struct SpanishCardinalRule: RewriteRule {
  func match(_ line: TokenLine, at index: Int, after context: SpokenContext) -> RewriteMatch? {
    guard let numeral = Numeral(line, at: index, decimalMark: spanishDecimalMark) else {
      return nil
    }
    let agreement = SpanishAgreement(numeral, line, at: numeral.end, after: context)
    if !numeral.isGrouped, numeral.fraction.isEmpty, Self.isCode(numeral, line) {
      let spoken = SpokenDigits.grouped(numeral.integer, SpanishNumberWords.spelled)
      return RewriteMatch(kind: .digits, end: numeral.end, spoken: spoken)
    }
    if let millions = Self.millions(numeral, line) { return millions }
    var spoken = SpanishNumeralWords.words(numeral, agreement.form)
    let takesDe = numeral.fraction.isEmpty && SpanishNumberWords.takesDe(numeral.integer)
    if takesDe, agreement.isBeforeNoun { spoken += " de" }
    if line[numeral.end].isMark("+"), line[numeral.end + 1].kind == .space,
      SpanishNoun(line[numeral.end + 2].lower)?.isPlural == true
    {
      // 50.000+ usuarios
      return RewriteMatch(kind: .number, end: numeral.end + 1, spoken: "más de " + spoken)
    }
    return RewriteMatch(kind: .number, end: numeral.end, spoken: spoken)
  }

  /// Millions as a letter before "de": 7 M de votos.
  private static func millions(_ numeral: Numeral, _ line: TokenLine) -> RewriteMatch? {
    let place = line.skippingSpace(numeral.end)
    guard line[place].text == "M", line[place + 1].kind == .space, line[place + 2].text == "de"
    else { return nil }
    let spoken =
      SpanishNumeralWords.words(numeral, .masculine) + (numeral.isOne ? " millón" : " millones")
    return RewriteMatch(kind: .number, end: place + 1, spoken: spoken)
  }

  /// Whether the digits are a code rather than an amount: ten and more, not a round number, or
  /// seven and more with a letter behind.
  private static func isCode(_ numeral: Numeral, _ line: TokenLine) -> Bool {
    let count = numeral.integer.utf8.count
    if count >= 7, line[numeral.end].isAllCapitals { return true }
    return count >= 10 && !numeral.integer.hasSuffix("00000")
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
