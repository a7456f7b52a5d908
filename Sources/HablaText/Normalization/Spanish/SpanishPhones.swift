/// Telephone numbers, read digit by digit with a pause between the groups.
///
/// Taken as such: numbers with a country code (+34 612 34 56 78), an area in parentheses, the
/// groupings in use in Spain and America, nine digits that start as Spanish numbers do, and any
/// seven digits or more behind a word such as "teléfono".
struct SpanishPhoneRule: RewriteRule {
  func match(_ line: TokenLine, at index: Int, after context: SpokenContext) -> RewriteMatch? {
    guard let phone = PhoneNumber(line, at: index) else { return nil }
    let isAnnounced = Self.announcing.contains(context.announcer)
    guard
      phone.hasCountryCode || phone.hasArea || isAnnounced && phone.digitCount >= 7
        || Self.isGrouping(phone, line)
    else { return nil }
    var parts = phone.groups.map { SpokenDigits.grouped($0, SpanishNumberWords.spelled) }
    if phone.hasCountryCode {
      parts[0] = "más " + SpanishNumberWords.withZeros(phone.groups[0])
    }
    return RewriteMatch(kind: .phone, end: phone.end, spoken: parts.joined(separator: ", "))
  }

  private static func isGrouping(_ phone: PhoneNumber, _ line: TokenLine) -> Bool {
    let lengths = phone.groups.map(\.utf8.count)
    guard let first = phone.groups.first?.utf8.first, let last = phone.groups.last else {
      return false
    }
    // 900 000 000 euros, 600 100 200 €, 612 345 678 habitantes
    let amount = line.skippingSpace(phone.end)
    if last.hasSuffix("000") || SpanishCurrency.at(amount, line) != nil
      || SpanishCurrency.isName(line[amount].lower) || counted.contains(line[amount].lower)
    {
      return false
    }
    switch lengths {
    case [9], [3, 3, 3]: return (54...57).contains(first) && phone.separator != "."
    case [3, 2, 2, 2]: return (54...57).contains(first)
    case [2, 3, 2, 2]: return (56...57).contains(first)
    case [2, 4, 4], [3, 3, 4]: return first != 48
    case [3, 4]: return phone.separator == "-"
    default: return false
    }
  }

  /// What is counted by the hundred million.
  private static let counted = SpanishWordLists.set(
    "habitantes personas usuarios dosis toneladas libras yenes kilómetros km kg bytes")

  private static let announcing = SpanishWordLists.set(
    """
    teléfono teléfonos tel teléf móvil celular fax whatsapp llame llama llamar llámame llámanos
    llámenos contacto telefónico marque
    """)
}
