/// Any number that no other rule takes: 21, 1,234.5, in 1998, 007.
struct EnglishCardinalRule: RewriteRule {
  func match(_ line: TokenLine, at index: Int, after context: SpokenContext) -> RewriteMatch? {
    guard let numeral = EnglishNumeral.read(line, at: index) else { return nil }
    if numeral.fraction.isEmpty, !numeral.isGrouped {
      if numeral.integer.utf8.count >= 10, !numeral.integer.hasSuffix("00000") {
        let spoken = SpokenDigits.grouped(numeral.integer, EnglishNumberWords.spelled)
        return RewriteMatch(kind: .digits, end: numeral.end, spoken: spoken)
      }
      if let year = Self.year(numeral, line, after: context) {
        return RewriteMatch(kind: .date, end: numeral.end, spoken: year)
      }
    }
    let spoken = EnglishNumeralWords.words(numeral)
    // 3.2M, 1.5B; 221B and 5M may be an address, and M metres.
    let scale = ["M": " million", "B": " billion"][line[numeral.end].text]
    if let scale, !numeral.fraction.isEmpty || line[numeral.end + 2].lower == "people" {
      return RewriteMatch(kind: .number, end: numeral.end + 1, spoken: spoken + scale)
    }
    return RewriteMatch(kind: .number, end: numeral.end, spoken: spoken)
  }

  /// Four digits from 1900 to 2099, or from 1100 on behind a word that years follow, or a name.
  private static func year(
    _ numeral: Numeral, _ line: TokenLine, after context: SpokenContext
  ) -> String? {
    guard numeral.integer.utf8.count == 4, let value = Int(numeral.integer),
      (1100...2099).contains(value)
    else { return nil }
    let isName = context.word.unicodeScalars.first?.properties.isUppercase == true
    let isDated =
      (1900...2099).contains(value) || yearWords.contains(context.lowerWord)
      || isName && !context.isAtSentenceStart
    let next = line[numeral.end].kind == .space ? line[numeral.end + 1] : Token.end
    // In 1500 cases: a count.
    let isCount = next.kind == .word && next.lower.hasSuffix("s") && next.lower.utf8.count > 3
    return isDated && !isCount ? EnglishNumberWords.year(value) : nil
  }

  private static let yearWords: Set<String> = [
    "in", "since", "of", "by", "from", "until", "till", "year", "after", "before", "during",
    "between", "circa", "early", "late", "mid", "summer", "winter", "spring", "fall", "autumn",
    "through", "to", "and", "back",
  ]
}

/// Numbers in an English text.
enum EnglishNumeral {
  /// The number at `index`; a comma that separates no thousands ends it.
  static func read(_ line: TokenLine, at index: Int) -> Numeral? {
    guard let numeral = Numeral(line, at: index, decimalMark: englishDecimalMark) else {
      return nil
    }
    if numeral.decimalMark == ",", !numeral.isGrouped {
      return Numeral(integer: numeral.integer, end: index + 1)
    }
    return numeral
  }
}

/// Ordinals and decades: 1st, 22nd, 1990s, the 80s.
struct EnglishOrdinalRule: RewriteRule {
  func match(_ line: TokenLine, at index: Int, after context: SpokenContext) -> RewriteMatch? {
    guard let numeral = EnglishNumeral.read(line, at: index), numeral.fraction.isEmpty else {
      return nil
    }
    let digits = numeral.integer
    let suffix = line[numeral.end]
    if suffix.lower == "s", digits.hasSuffix("0"), let value = Int(digits) {
      let isYear = digits.utf8.count == 4 && (1100...2099).contains(value)
      let words = isYear ? EnglishNumberWords.year(value) : EnglishNumberWords.cardinal(digits)
      return RewriteMatch(
        kind: .date, end: numeral.end + 1, spoken: EnglishNumberWords.plural(words))
    }
    guard suffix.lower == Self.suffix(digits) else { return nil }
    return RewriteMatch(
      kind: .ordinal, end: numeral.end + 1, spoken: EnglishNumberWords.ordinal(digits))
  }

  private static func suffix(_ digits: String) -> String {
    let isTeen = digits.utf8.count > 1 && digits.utf8.dropLast().last == 49
    switch digits.utf8.last {
    case 49 where !isTeen: return "st"
    case 50 where !isTeen: return "nd"
    case 51 where !isTeen: return "rd"
    default: return "th"
    }
  }
}

/// Fractions: 1/2, 3/4, 1 1/2, ½, 24/7.
struct EnglishFractionRule: RewriteRule {
  func match(_ line: TokenLine, at index: Int, after context: SpokenContext) -> RewriteMatch? {
    if let (top, bottom) = VulgarFraction.values[line[index].text] {
      return Self.match("", top, bottom, line, end: index + 1)
    }
    guard let whole = line.digits(at: index) else { return nil }
    let place = line.skippingSpace(index + 1)
    if let (top, bottom) = VulgarFraction.values[line[place].text] {
      return Self.match(EnglishNumberWords.cardinal(whole), top, bottom, line, end: place + 1)
    }
    if place > index + 1, let (top, bottom) = Self.slashed(line, at: place), top < bottom,
      Self.parts[bottom] != nil
    {
      return Self.match(EnglishNumberWords.cardinal(whole), top, bottom, line, end: place + 3)
    }
    guard let (top, bottom) = Self.slashed(line, at: index) else { return nil }
    if Self.parts[bottom] != nil, top <= 12, (top, bottom) != (24, 7) {
      return Self.match("", top, bottom, line, end: index + 3)
    }
    let isPair = (top, bottom) == (24, 7) || top == bottom
    let spoken =
      EnglishNumberWords.cardinal(String(top)) + (isPair ? " " : " over ")
      + EnglishNumberWords.cardinal(String(bottom))
    return RewriteMatch(kind: .fraction, end: index + 3, spoken: spoken)
  }

  private static func slashed(_ line: TokenLine, at index: Int) -> (Int, Int)? {
    guard !line[index - 1].isMark("/"), let first = line.digits(at: index),
      line[index + 1].isMark("/"), let second = line.digits(at: index + 2), first.utf8.count <= 4,
      second.utf8.count <= 4, !line[index + 3].isMark("/"), let top = Int(first),
      let bottom = Int(second)
    else { return nil }
    return (top, bottom)
  }

  private static func match(
    _ whole: String, _ top: Int, _ bottom: Int, _ line: TokenLine, end: Int
  ) -> RewriteMatch? {
    guard let part = parts[bottom] else { return nil }
    let plural = bottom == 2 ? "halves" : part + "s"
    let isHalf = top == 1 && bottom == 2
    var fraction =
      isHalf && !whole.isEmpty
      ? "a half" : EnglishNumberWords.cardinal(String(top)) + " " + (top == 1 ? part : plural)
    guard let (unit, unitEnd) = EnglishUnits.unit(line, at: line.skippingSpace(end)) else {
      let spoken = whole.isEmpty ? fraction : whole + " and " + fraction
      return RewriteMatch(kind: .fraction, end: end, spoken: spoken)
    }
    // three quarters of a pound, half an hour, one and a half pounds
    let article = ["hour", "ounce", "inch"].contains { unit.hasPrefix($0) } ? "an " : "a "
    if whole.isEmpty {
      fraction = (isHalf ? "half " : fraction + " of ") + article + unit
    } else {
      let part = isHalf ? "a half" : EnglishNumberWords.cardinal(String(top)) + " " + part
      fraction = whole + " and " + part + " " + EnglishUnits.plural(unit)
    }
    return RewriteMatch(
      kind: .unit, end: EnglishUnits.withoutPoint(line, at: unitEnd), spoken: fraction)
  }

  private static let parts = [
    2: "half", 3: "third", 4: "quarter", 5: "fifth", 6: "sixth", 7: "seventh", 8: "eighth",
    9: "ninth", 10: "tenth",
  ]
}

/// Numbers of three and more groups with points: versions and network addresses.
struct EnglishVersionRule: RewriteRule {
  func match(_ line: TokenLine, at index: Int, after context: SpokenContext) -> RewriteMatch? {
    guard let version = DottedNumber(line, at: index), version.isVersion else { return nil }
    let spoken = version.groups.map(EnglishNumberWords.withZeros).joined(separator: " point ")
    return RewriteMatch(kind: .version, end: version.end, spoken: spoken)
  }
}
