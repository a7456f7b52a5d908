/// Spanish decimal commas, for `Numeral`.
let spanishDecimalMark = ","

/// Any number that no other rule takes: 21 chicas, 1.234,56, 007.
struct SpanishCardinalRule: RewriteRule {
  func match(_ line: TokenLine, at index: Int, after context: SpokenContext) -> RewriteMatch? {
    guard let numeral = Numeral(line, at: index, decimalMark: spanishDecimalMark) else {
      return nil
    }
    let agreement = SpanishAgreement(numeral, line, at: numeral.end, after: context)
    if !numeral.isGrouped, numeral.fraction.isEmpty, Self.isCode(numeral, line, after: context) {
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
  /// seven and more with a letter behind, or four and more behind a word such as PIN.
  private static func isCode(
    _ numeral: Numeral, _ line: TokenLine, after context: SpokenContext
  ) -> Bool {
    let count = numeral.integer.utf8.count
    if count >= 4, isAnnounced(line, before: numeral.end - 1, after: context) { return true }
    if count >= 6, line[numeral.end - 2].kind == .word { return true }
    if count >= 7, line[numeral.end].isAllCapitals { return true }
    return count >= 10 && !numeral.integer.hasSuffix("00000")
  }

  /// PIN: 1234; tu código de verificación es 482913.
  private static func isAnnounced(
    _ line: TokenLine, before index: Int, after context: SpokenContext
  ) -> Bool {
    if codeWords.contains(context.announcer) { return true }
    guard context.lowerWord == "es" else { return false }
    return (max(0, index - 12)..<index).contains { codeWords.contains(line[$0].lower) }
  }

  private static let codeWords = SpanishWordLists.set(
    """
    pin puk código clave contraseña otp cvv dni nif nie token verificación postal acceso
    seguridad
    """)
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
