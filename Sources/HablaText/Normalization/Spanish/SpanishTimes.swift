/// Times of day: 12:30, las 9.30, 18:00 h, 5 pm, 7h30.
///
/// Behind an article or with a. m./p. m. the twelve-hour clock is read as people say it (las doce y
/// media, las nueve y cuarto, las siete cuarenta); everything else plainly (dieciocho treinta,
/// nueve cero cinco), so that a score or a verse is not given a clock's words.
struct SpanishTimeRule: RewriteRule {
  func match(_ line: TokenLine, at index: Int, after context: SpokenContext) -> RewriteMatch? {
    guard let digits = line.digits(at: index), digits.utf8.count <= 2, let hour = Int(digits),
      hour <= 24
    else { return nil }
    let isSpoken = Self.clockWords.contains(context.lowerWord)
    if let duration = Self.withSeconds(hour, line, at: index, after: context) { return duration }
    var minute: Int?
    var end = index + 1
    var isHourMarked = false
    if let value = Self.minutes(line, at: index + 2) {
      let sign = line[index + 1]
      let isPoint =
        sign.isMark(".")
        && (["las", "la"].contains(context.lowerWord)
          || Self.hourSuffix(line, at: index + 3) != nil)
      if sign.isMark(":") || isPoint || sign.lower == "h" {
        (minute, end) = (value, index + 3)
        isHourMarked = sign.lower == "h"
      }
    }
    if let day = SpanishDayPart(line, at: end, hour: hour) {
      let clock = Self.clock(hour, minute ?? 0, isSpoken: true)
      return RewriteMatch(kind: .time, end: day.end, spoken: clock + " " + day.words)
    }
    guard let minute else { return nil }
    let suffix = Self.hourSuffix(line, at: end)
    if isHourMarked, !isSpoken {
      let noun = hour == 1 ? " hora " : " horas "
      let minutes = SpanishNumberWords.cardinal(String(minute))
      return RewriteMatch(kind: .time, end: end, spoken: Self.hour(hour) + noun + minutes)
    }
    var spoken = Self.clock(hour, minute, isSpoken: isSpoken && (hour <= 12 || suffix == nil))
    if let suffix {
      end = suffix
      if minute == 0 || !isSpoken || hour > 12 {
        spoken += hour == 1 && minute == 0 ? " hora" : " horas"
      }
    } else if minute == 0, !isSpoken, !Self.isRange(line, at: end) {
      spoken += hour == 1 ? " en punto" : " horas"
    }
    return RewriteMatch(kind: .time, end: end, spoken: spoken)
  }

  /// 2:05:30 as a duration, or as a time behind an article.
  private static func withSeconds(
    _ hour: Int, _ line: TokenLine, at index: Int, after context: SpokenContext
  ) -> RewriteMatch? {
    guard line[index + 1].isMark(":"), let minute = minutes(line, at: index + 2) else { return nil }
    if line[index + 3].isMark(".") || line[index + 3].isMark(","),
      let fraction = line.digits(at: index + 4), fraction.utf8.count <= 3
    {
      // A lap: 1:15.412.
      var seconds = Numeral(integer: String(minute), end: index + 5)
      (seconds.fraction, seconds.decimalMark) = (fraction, line[index + 3].text)
      let spoken =
        counted(hour, "minuto") + ", " + SpanishNumeralWords.words(seconds) + " segundos"
      return RewriteMatch(kind: .time, end: seconds.end, spoken: spoken)
    }
    guard line[index + 3].isMark(":"), let second = minutes(line, at: index + 4) else { return nil }
    let spoken: String
    if ["las", "la"].contains(context.lowerWord) {
      spoken = clock(hour, minute, isSpoken: false) + " y " + counted(second, "segundo")
    } else {
      spoken =
        [
          self.hour(hour) + (hour == 1 ? " hora" : " horas"), counted(minute, "minuto"),
        ].joined(separator: ", ") + " y " + counted(second, "segundo")
    }
    return RewriteMatch(kind: .time, end: index + 5, spoken: spoken)
  }

  /// Whether another time follows a dash: 10:00-14:00.
  private static func isRange(_ line: TokenLine, at index: Int) -> Bool {
    let sign = line.skippingSpace(index)
    guard case .range = HyphenSense(line, at: sign) else { return false }
    return line[line.skippingSpace(sign + 1) + 1].isMark(":")
  }

  private static func counted(_ value: Int, _ noun: String) -> String {
    SpanishNumberWords.cardinal(String(value), .masculine) + " " + noun + (value == 1 ? "" : "s")
  }

  /// Two digits below 60.
  private static func minutes(_ line: TokenLine, at index: Int) -> Int? {
    guard let digits = line.digits(at: index), digits.utf8.count == 2, let value = Int(digits),
      value < 60
    else { return nil }
    return value
  }

  private static func clock(_ hour: Int, _ minute: Int, isSpoken: Bool) -> String {
    let start = self.hour(hour)
    let minutes = SpanishNumberWords.cardinal(String(minute))
    switch (minute, isSpoken && (1...12).contains(hour)) {
    case (0, _): return start
    case (15, true): return start + " y cuarto"
    case (30, true): return start + " y media"
    case (1..<30, true): return start + " y " + minutes
    case (1...9, false): return start + " cero " + minutes
    default: return start + " " + minutes
    }
  }

  private static func hour(_ hour: Int) -> String {
    SpanishNumberWords.cardinal(String(hour), .feminine)
  }

  /// The index behind "h", "hs.", "horas".
  private static func hourSuffix(_ line: TokenLine, at index: Int) -> Int? {
    let place = line.skippingSpace(index)
    guard ["h", "hs", "hr", "hrs", "horas"].contains(line[place].lower) else { return nil }
    let hasPoint = line[place + 1].isMark(".") && line[place].lower != "horas"
    return hasPoint && !line.endsSentence(at: place + 2)
      ? place + 2 : place + 1
  }

  private static let clockWords = SpanishWordLists.set("las la de a desde hasta entre sobre y")
}

/// The part of the day that am and pm stand for.
private struct SpanishDayPart {
  let words: String
  let end: Int

  /// Reads am or pm at `index`, with or without points, behind an optional blank.
  init?(_ line: TokenLine, at index: Int, hour: Int) {
    guard (1...12).contains(hour) else { return nil }
    let place = line.skippingSpace(index)
    var next: Int
    let isMorning: Bool
    switch line[place].lower {
    case "am", "pm":
      isMorning = line[place].lower == "am"
      next = place + 1
    case "a", "p":
      isMorning = line[place].lower == "a"
      let hasPoint = line[place + 1].isMark(".")
      next = line.skippingSpace(hasPoint ? place + 2 : place + 1)
      guard hasPoint, line[next].lower == "m" else { return nil }
      next += 1
    default: return nil
    }
    if line[next].isMark("."), !line.endsSentence(at: next + 1) {
      next += 1
    }
    end = next
    switch (hour, isMorning) {
    case (12, true): words = "de la noche"
    case (12, false): words = "del mediodía"
    case (1...5, true): words = "de la madrugada"
    case (_, true): words = "de la mañana"
    case (1...7, false): words = "de la tarde"
    default: words = "de la noche"
    }
  }
}
