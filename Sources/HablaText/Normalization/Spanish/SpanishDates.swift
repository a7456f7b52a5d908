/// Dates in digits: 3/5/1998, 03-05-1998, 3.5.1998, 2024-05-03, 12-oct-2023, "el 3/5".
///
/// The day comes first, unless only the other order makes a date. Years are read as cardinals,
/// two-digit years from 50 on as 19xx and others as 20xx. The first of a month is "uno".
struct SpanishDateRule: RewriteRule {
  func match(_ line: TokenLine, at index: Int, after context: SpokenContext) -> RewriteMatch? {
    guard let first = line.digits(at: index) else { return nil }
    if let named = Self.named(first, line, at: index, after: context) { return named }
    let sign = line[index + 1].text
    guard ["/", "-", "."].contains(sign), let second = line.digits(at: index + 2) else {
      return nil
    }
    guard line[index + 3].isMark(sign), let third = line.digits(at: index + 4) else {
      return Self.dayAndMonth(first, second, sign, after: context, end: index + 3)
    }
    if line[index + 5].isMark(sign), line[index + 6].kind == .digits { return nil }
    let end = index + 5
    if first.utf8.count == 4, sign != "." || second.utf8.count == 2 {
      guard let spoken = Self.spoken(day: third, month: second, year: first) else { return nil }
      let isTimestamp = line[end].text == "T" && line[end + 1].kind == .digits
      return RewriteMatch(
        kind: .date, end: isTimestamp ? end + 1 : end,
        spoken: isTimestamp ? spoken + " a las" : spoken)
    }
    let isPadded = first.utf8.count == 2 && second.utf8.count == 2
    guard third.utf8.count == 4 || third.utf8.count == 2 && (sign == "/" || sign == "-" && isPadded)
    else { return nil }
    let spoken =
      Self.spoken(day: first, month: second, year: third)
      ?? Self.spoken(day: second, month: first, year: third)
    return spoken.map { RewriteMatch(kind: .date, end: end, spoken: $0) }
  }

  /// "el 3/5", "del 3/5 al 8/5".
  private static func dayAndMonth(
    _ day: String, _ month: String, _ sign: String, after context: SpokenContext, end: Int
  ) -> RewriteMatch? {
    guard sign == "/", dayWords.contains(context.lowerWord),
      let spoken = spoken(day: day, month: month, year: nil)
    else { return nil }
    return RewriteMatch(kind: .date, end: end, spoken: spoken)
  }

  /// Months by name, as in 12-oct-2023.
  private static func named(
    _ day: String, _ line: TokenLine, at index: Int, after context: SpokenContext
  ) -> RewriteMatch? {
    let sign = line[index + 1]
    guard sign.kind == .space || sign.isMark("-") || sign.isMark("/"),
      let month = shortMonths[line[index + 2].lower] ?? romanMonth(sign, line, at: index + 2)
    else { return nil }
    var end = index + 3
    let hasPoint = line[end].isMark(".")
    if hasPoint { end += 1 }
    let before = line[end]
    let year = line.digits(at: end + 1)
    let hasYear = (before.kind == .space || before.text == sign.text) && year?.utf8.count == 4
    let isAfterWeekday = weekdays.contains(context.lowerWord)
    guard
      hasYear || sign.kind == .mark || isAfterWeekday
        || hasPoint && !line.endsSentence(at: end)
    else { return nil }
    let spoken = spoken(day: day, month: String(month), year: hasYear ? year : nil)
    return spoken.map { RewriteMatch(kind: .date, end: hasYear ? end + 2 : end, spoken: $0) }
  }

  /// The month of 5-VI-1990.
  private static func romanMonth(_ sign: Token, _ line: TokenLine, at index: Int) -> Int? {
    guard sign.kind == .mark, line[index + 1].isMark(sign.text),
      line.digits(at: index + 2)?.utf8.count == 4,
      let month = RomanNumeral.value(of: line[index].text), month <= 12
    else { return nil }
    return month
  }

  private static func spoken(day: String, month: String, year: String?) -> String? {
    guard day.utf8.count <= 2, month.utf8.count <= 2, let dayValue = Int(day),
      let monthValue = Int(month), (1...12).contains(monthValue),
      (1...days[monthValue - 1]).contains(dayValue)
    else { return nil }
    let start = SpanishNumberWords.cardinal(day) + " de " + months[monthValue - 1]
    guard let year, var value = Int(year) else { return start }
    if year.utf8.count == 2 { value += value >= 50 ? 1900 : 2000 }
    return start + " de " + SpanishNumberWords.cardinal(String(value))
  }

  /// Days that the months can have.
  private static let days = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

  static let months = [
    "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre",
    "octubre", "noviembre", "diciembre",
  ]
  static let shortMonths = [
    "ene": 1, "feb": 2, "mar": 3, "abr": 4, "may": 5, "jun": 6, "jul": 7, "ago": 8, "sep": 9,
    "sept": 9, "set": 9, "oct": 10, "nov": 11, "dic": 12,
  ]
  private static let weekdays = SpanishWordLists.set(
    "lunes martes miércoles jueves viernes sábado domingo")
  private static let dayWords = SpanishWordLists.set(
    """
    el día del al lunes martes miércoles jueves viernes sábado domingo hoy mañana ayer fecha
    """)
}

/// The short name of a month behind "de", as in 12 de sept de 2025.
struct SpanishMonthRule: RewriteRule {
  func match(_ line: TokenLine, at index: Int, after context: SpokenContext) -> RewriteMatch? {
    guard context.lowerWord == "de", line[index - 4].kind == .digits,
      let month = SpanishDateRule.shortMonths[line[index].lower]
    else { return nil }
    let hasPoint = line[index + 1].isMark(".") && !line.endsSentence(at: index + 2)
    return RewriteMatch(
      kind: .date, end: hasPoint ? index + 2 : index + 1,
      spoken: SpanishDateRule.months[month - 1])
  }

  /// The words this rule starts at.
  static let words = Set(SpanishDateRule.shortMonths.keys)
}
