/// Dates: March 5, 1998; 5 March 1998; 3/5/1998 (month first); 2024-05-03.
struct EnglishDateRule: RewriteRule {
  func match(_ line: TokenLine, at index: Int, after context: SpokenContext) -> RewriteMatch? {
    guard let first = line.digits(at: index) else { return nil }
    if first.utf8.count <= 2, Self.monthNames.contains(context.lowerWord), let day = Self.day(first)
    {
      return Self.behindMonth(day, line, at: index)
    }
    if let day = Self.day(first), line[index + 1].kind == .space,
      Self.monthNames.contains(line[index + 2].lower), line[index + 2].isCapitalized
    {
      let prefix = context.lowerWord == "the" ? "" : "the "
      return RewriteMatch(kind: .date, end: index + 1, spoken: prefix + day + " of")
    }
    let sign = line[index + 1].text
    guard ["/", "-", "."].contains(sign), let second = line.digits(at: index + 2),
      line[index + 3].isMark(sign), let third = line.digits(at: index + 4),
      !(line[index + 5].isMark(sign) && line[index + 6].kind == .digits)
    else { return Self.withoutYear(line, at: index, after: context) }
    let spoken: String?
    if first.utf8.count == 4 {
      spoken = Self.spoken(month: second, day: third, year: first)
    } else {
      guard third.utf8.count == 4 || third.utf8.count == 2 && sign == "/" else { return nil }
      spoken =
        Self.spoken(month: first, day: second, year: third)
        ?? Self.spoken(month: second, day: first, year: third)
    }
    return spoken.map { RewriteMatch(kind: .date, end: index + 5, spoken: $0) }
  }

  /// A date such as 12/25 behind a word that dates follow; what may be a fraction is none.
  private static func withoutYear(
    _ line: TokenLine, at index: Int, after context: SpokenContext
  ) -> RewriteMatch? {
    guard ["on", "by", "until", "till", "since", "due", "before"].contains(context.lowerWord),
      line[index + 1].isMark("/"), let digits = line.digits(at: index + 2),
      let value = Int(digits), value > 10, !line[index + 3].isMark("/"),
      let month = line.digits(at: index).flatMap({ Int($0) }), (1...12).contains(month),
      let day = day(digits)
    else { return nil }
    return RewriteMatch(kind: .date, end: index + 3, spoken: months[month - 1] + " " + day)
  }

  /// The day behind the name of a month, with a year behind a comma.
  private static func behindMonth(_ day: String, _ line: TokenLine, at index: Int) -> RewriteMatch {
    var end = index + 1
    if line[end].text == ordinalSuffix(line[index].text) { end += 1 }
    let place = line.skippingSpace(line[end].isMark(",") ? end + 1 : end)
    if place > end, let digits = line.digits(at: place), digits.utf8.count == 4,
      let year = Int(digits), year >= 1000, year < 2100
    {
      let spoken = day + ", " + EnglishNumberWords.year(year)
      return RewriteMatch(kind: .date, end: place + 1, spoken: spoken)
    }
    return RewriteMatch(kind: .date, end: end, spoken: day)
  }

  private static func ordinalSuffix(_ digits: String) -> String {
    String(EnglishNumberWords.ordinal(digits).suffix(2))
  }

  private static func day(_ digits: String) -> String? {
    guard digits.utf8.count <= 2, let value = Int(digits), (1...31).contains(value) else {
      return nil
    }
    return EnglishNumberWords.ordinal(digits)
  }

  private static func spoken(month: String, day: String, year: String) -> String? {
    guard month.utf8.count <= 2, let monthValue = Int(month), (1...12).contains(monthValue),
      let day = Self.day(day), var value = Int(year)
    else { return nil }
    if year.utf8.count == 2 { value += value >= 50 ? 1900 : 2000 }
    guard value >= 1000, value < 2100 else { return nil }
    return months[monthValue - 1] + " " + day + ", " + EnglishNumberWords.year(value)
  }

  private static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
  ]
  private static let monthNames = Set(months.map { $0.lowercased() })
}

/// Spans of weekdays: Mon-Fri, Sat–Sun.
struct EnglishWeekdaysRule: RewriteRule {
  func match(_ line: TokenLine, at index: Int, after context: SpokenContext) -> RewriteMatch? {
    guard let first = Self.names[line[index].text], let last = Self.names[line[index + 2].text],
      line[index + 1].isMark("-") || line[index + 1].isMark("–"), !line[index + 3].isMark("-")
    else { return nil }
    return RewriteMatch(kind: .date, end: index + 3, spoken: first + " to " + last)
  }

  private static let names = [
    "Mon": "Monday", "Tue": "Tuesday", "Tues": "Tuesday", "Wed": "Wednesday", "Thu": "Thursday",
    "Thur": "Thursday", "Thurs": "Thursday", "Fri": "Friday", "Sat": "Saturday", "Sun": "Sunday",
  ]
}

/// Times: 12:30, 9:05 a.m., 5 PM, 18:00.
struct EnglishTimeRule: RewriteRule {
  func match(_ line: TokenLine, at index: Int, after context: SpokenContext) -> RewriteMatch? {
    guard let digits = line.digits(at: index), digits.utf8.count <= 2, let hour = Int(digits),
      hour <= 24
    else { return nil }
    var end = index + 1
    var minute: Int?
    if line[end].isMark(":"), let value = Self.minutes(line, at: end + 1),
      !(line[end + 2].isMark(":") && line[end + 3].kind == .digits)
    {
      minute = value
      end += 2
    }
    let half = Self.half(line, at: end)
    guard minute != nil || half != nil && (1...12).contains(hour) else { return nil }
    var words = [EnglishNumberWords.cardinal(String(hour))]
    switch minute ?? 0 {
    case 0:
      if half == nil { words.append(hour > 12 || hour == 0 ? "hundred" : "o'clock") }
    case let minute:
      if minute < 10 { words.append("oh") }
      words.append(EnglishNumberWords.cardinal(String(minute)))
    }
    if let half {
      words.append(half.words)
      end = half.end
    }
    return RewriteMatch(kind: .time, end: end, spoken: words.joined(separator: " "))
  }

  private static func minutes(_ line: TokenLine, at index: Int) -> Int? {
    guard let digits = line.digits(at: index), digits.utf8.count == 2, let value = Int(digits),
      value < 60
    else { return nil }
    return value
  }

  /// The words for am and pm at `index`, behind an optional blank.
  private static func half(_ line: TokenLine, at index: Int) -> (words: String, end: Int)? {
    let place = line.skippingSpace(index)
    switch line[place].lower {
    case "am": return ("A M", place + 1)
    case "pm": return ("P M", place + 1)
    case "a", "p":
      guard line[place + 1].isMark(".") else { return nil }
      let next = line.skippingSpace(place + 2)
      guard line[next].lower == "m" else { return nil }
      let hasPoint = line[next + 1].isMark(".") && !line.endsSentence(at: next + 2)
      return (line[place].text.uppercased() + " M", hasPoint ? next + 2 : next + 1)
    default: return nil
    }
  }
}
