/// Times: 14h30, 14 h 30, 14:30, 8 h, 21h.
struct FrenchTimeRule: RewriteRule {
  func match(_ line: TokenLine, at index: Int, after context: SpokenContext) -> RewriteMatch? {
    guard let digits = line.digits(at: index), digits.utf8.count <= 2, let hour = Int(digits),
      hour <= 24
    else { return nil }
    if line[index + 1].isMark(":") {
      guard let minute = Self.minutes(line, at: index + 2),
        !(line[index + 3].isMark(":") && line[index + 4].kind == .digits)
      else { return nil }
      return Self.match(hour, minute, end: index + 3)
    }
    let place = line.skippingSpace(index + 1)
    guard ["h", "H"].contains(line[place].text), !line[place + 1].isMark("/") else { return nil }
    if let minute = Self.minutes(line, at: place + 1) {
      return Self.match(hour, minute, end: place + 2)
    }
    if place > index + 1, line[place + 1].kind == .space,
      let minute = Self.minutes(line, at: place + 2)
    {
      return Self.match(hour, minute, end: place + 3)
    }
    return Self.match(hour, 0, end: place + 1)
  }

  private static func minutes(_ line: TokenLine, at index: Int) -> Int? {
    guard let digits = line.digits(at: index), digits.utf8.count == 2, let value = Int(digits),
      value < 60
    else { return nil }
    return value
  }

  private static func match(_ hour: Int, _ minute: Int, end: Int) -> RewriteMatch {
    var spoken = FrenchNumberWords.cardinal(hour, .feminine) + (hour < 2 ? " heure" : " heures")
    if minute > 0 { spoken += " " + FrenchNumberWords.cardinal(minute, .feminine) }
    return RewriteMatch(kind: .time, end: end, spoken: spoken)
  }
}

/// Dates: 3/5/1998 (day first), 03.05.1998, 2024-05-03, le 25/12, 1er mai.
struct FrenchDateRule: RewriteRule {
  func match(_ line: TokenLine, at index: Int, after context: SpokenContext) -> RewriteMatch? {
    guard let first = line.digits(at: index) else { return nil }
    let sign = line[index + 1].text
    guard ["/", "-", "."].contains(sign), let second = line.digits(at: index + 2) else {
      return nil
    }
    guard line[index + 3].isMark(sign), let third = line.digits(at: index + 4) else {
      // Without a year only behind a word that dates follow.
      guard sign == "/", Self.announcers.contains(context.lowerWord), first.utf8.count <= 2,
        second.utf8.count == 2 || Self.isNoFraction(line, behind: index + 3),
        !line[index + 3].isMark("/"),
        let spoken = Self.spoken(day: first, month: second)
      else { return nil }
      return RewriteMatch(kind: .date, end: index + 3, spoken: spoken)
    }
    guard !(line[index + 5].isMark(sign) && line[index + 6].kind == .digits) else { return nil }
    let isYearFirst = first.utf8.count == 4
    let (day, year) = isYearFirst ? (third, first) : (first, third)
    guard year.utf8.count == 4 || year.utf8.count == 2 && sign == "/" && !isYearFirst,
      var value = Int(year), let date = Self.spoken(day: day, month: second)
    else { return nil }
    if year.utf8.count == 2 { value += value >= 50 ? 1900 : 2000 }
    guard (1000...2999).contains(value) else { return nil }
    return RewriteMatch(
      kind: .date, end: index + 5, spoken: date + " " + FrenchNumberWords.cardinal(value))
  }

  private static func spoken(day: String, month: String) -> String? {
    guard day.utf8.count <= 2, month.utf8.count <= 2, let dayValue = Int(day),
      let monthValue = Int(month), (1...12).contains(monthValue),
      (1...days[monthValue - 1]).contains(dayValue)
    else { return nil }
    let words = dayValue == 1 ? "premier" : FrenchNumberWords.cardinal(dayValue)
    return words + " " + months[monthValue - 1]
  }

  /// Whether nothing follows that a fraction would be of: le 3/5.
  private static func isNoFraction(_ line: TokenLine, behind index: Int) -> Bool {
    let next = line[line.skippingSpace(index)]
    return next.kind != .word || ["à", "au", "et", "ou", "vers", "dès"].contains(next.lower)
  }

  private static let announcers: Set<String> = ["le", "du", "au", "depuis", "dès"]

  /// Days that the months can have.
  private static let days = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

  private static let months = [
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre",
    "octobre", "novembre", "décembre",
  ]
}
