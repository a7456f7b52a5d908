/// French number words, as they are written in France.
enum FrenchNumberWords {
  enum Gender: Sendable { case masculine, feminine }

  /// The number `digits` (ASCII) in words; digit by digit from 10^15 on or with leading zeros.
  static func cardinal(_ digits: String, _ gender: Gender = .masculine) -> String {
    if digits.utf8.count > 15 || (digits.utf8.count > 1 && digits.utf8.first == 48) {
      return spelled(digits)
    }
    guard let value = Int(digits) else { return "" }
    return cardinal(value, gender)
  }

  /// A number from 0 to 10^15 - 1 in words.
  static func cardinal(_ value: Int, _ gender: Gender = .masculine) -> String {
    if value == 0 { return "zéro" }
    var rest = value
    var words: [String] = []
    for (scale, name) in scales {
      let count = rest / scale
      rest %= scale
      if count == 0 { continue }
      words.append(belowThousand(count, .masculine, isPlural: true))
      words.append(count > 1 ? name + "s" : name)
    }
    let thousands = rest / 1_000
    rest %= 1_000
    if thousands > 0 {
      // "cent" and "vingt" have no s before "mille", and "un" is not said.
      if thousands > 1 { words.append(belowThousand(thousands, .masculine, isPlural: false)) }
      words.append("mille")
    }
    if rest > 0 { words.append(belowThousand(rest, gender, isPlural: true)) }
    return words.joined(separator: " ")
  }

  /// Digit by digit: "zéro six".
  static func spelled(_ digits: String) -> String {
    digits.utf8.compactMap { (48...57).contains($0) ? units[Int($0) - 48] : nil }
      .joined(separator: " ")
  }

  /// The zeros in front one by one, then the rest as a number: 06 is "zéro six".
  static func withZeros(_ digits: String) -> String {
    let rest = digits.drop { $0 == "0" }
    if rest.isEmpty || rest.utf8.count > 3 { return spelled(digits) }
    let zeros = [String](repeating: "zéro", count: digits.count - rest.count)
    return (zeros + [cardinal(String(rest))]).joined(separator: " ")
  }

  /// An ordinal: "premier", "vingt et unième", "quatre-vingtième".
  static func ordinal(_ digits: String, _ gender: Gender = .masculine) -> String {
    if digits == "1" { return gender == .masculine ? "premier" : "première" }
    var words = cardinal(digits)
    if words.hasSuffix("vingts") || words.hasSuffix("cents") || words.hasSuffix("ions")
      || words.hasSuffix("iards")
    {
      words.removeLast()
    }
    if words.hasSuffix("cinq") { return words + "uième" }
    if words.hasSuffix("neuf") { return words.dropLast() + "vième" }
    if words.hasSuffix("e") { words.removeLast() }
    return words + "ième"
  }

  private static let scales = [
    (1_000_000_000_000, "billion"), (1_000_000_000, "milliard"), (1_000_000, "million"),
  ]

  private static func belowThousand(_ value: Int, _ gender: Gender, isPlural: Bool) -> String {
    let (hundreds, rest) = value.quotientAndRemainder(dividingBy: 100)
    var words: [String] = []
    if hundreds > 1 { words.append(units[hundreds]) }
    if hundreds > 0 { words.append(hundreds > 1 && rest == 0 && isPlural ? "cents" : "cent") }
    if rest > 0 { words.append(belowHundred(rest, gender, isPlural: isPlural)) }
    return words.joined(separator: " ")
  }

  private static func belowHundred(_ value: Int, _ gender: Gender, isPlural: Bool) -> String {
    let one = gender == .masculine ? "un" : "une"
    if value == 1 { return one }
    if value < 17 { return units[value] }
    if value < 20 { return "dix-" + units[value - 10] }
    let (decade, unit) = value.quotientAndRemainder(dividingBy: 10)
    switch decade {
    case 7 where unit == 1: return "soixante et onze"
    case 7: return "soixante-" + belowHundred(10 + unit, gender, isPlural: isPlural)
    case 8 where unit == 0: return isPlural ? "quatre-vingts" : "quatre-vingt"
    case 8: return "quatre-vingt-" + (unit == 1 ? one : units[unit])
    case 9: return "quatre-vingt-" + belowHundred(10 + unit, gender, isPlural: isPlural)
    default:
      if unit == 0 { return decades[decade] }
      return unit == 1 ? decades[decade] + " et " + one : decades[decade] + "-" + units[unit]
    }
  }

  private static let units = [
    "zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze",
    "douze", "treize", "quatorze", "quinze", "seize",
  ]
  private static let decades = [
    "", "dix", "vingt", "trente", "quarante", "cinquante", "soixante",
  ]
}
