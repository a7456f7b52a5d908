/// English number words, in the American manner: one hundred twenty-three.
enum EnglishNumberWords {
  /// The number `digits` (ASCII, any length) in words; from 10^36 on digit by digit.
  static func cardinal(_ digits: String) -> String {
    let values = digits.utf8.map { Int($0) - 48 }
    let significant = values.drop { $0 == 0 }
    if significant.isEmpty { return "zero" }
    if significant.count > 36 { return spelled(digits) }
    var words: [String] = []
    var rest = significant
    while !rest.isEmpty {
      let count = (rest.count - 1) % 3 + 1
      let value = rest.prefix(count).reduce(0) { $0 * 10 + $1 }
      rest = rest.dropFirst(count)
      if value == 0 { continue }
      words.append(belowThousand(value))
      let scale = rest.count / 3
      if scale > 0 { words.append(scales[scale]) }
    }
    return words.joined(separator: " ")
  }

  /// The number as an ordinal: twenty-first.
  static func ordinal(_ digits: String) -> String {
    let words = cardinal(digits)
    let cut = words.lastIndex { $0 == " " || $0 == "-" }.map { words.index(after: $0) }
    let start = cut ?? words.startIndex
    let last = String(words[start...])
    return words[..<start] + (irregularOrdinals[last] ?? regularOrdinal(last))
  }

  /// A year in pairs: nineteen ninety-eight, two thousand five, twenty twenty-four.
  static func year(_ value: Int) -> String {
    let (high, low) = value.quotientAndRemainder(dividingBy: 100)
    if high % 10 == 0, low < 10 { return cardinal(String(value)) }
    let century = belowHundred(high)
    switch low {
    case 0: return century + " hundred"
    case 1...9: return century + " oh " + units[low]
    default: return century + " " + belowHundred(low)
    }
  }

  /// The digits one by one.
  static func spelled(_ digits: String) -> String {
    digits.utf8.map { units[Int($0) - 48] }.joined(separator: " ")
  }

  /// As a cardinal, or digit by digit where zeros lead.
  static func withZeros(_ digits: String) -> String {
    digits.utf8.count > 1 && digits.utf8.first == 48 ? spelled(digits) : cardinal(digits)
  }

  /// The plural of the last word: nineties, twenties, hundreds.
  static func plural(_ words: String) -> String {
    words.hasSuffix("y") ? words.dropLast() + "ies" : words + "s"
  }

  private static func regularOrdinal(_ word: String) -> String {
    word.hasSuffix("y") ? word.dropLast() + "ieth" : word + "th"
  }

  private static func belowThousand(_ value: Int) -> String {
    let (hundred, rest) = value.quotientAndRemainder(dividingBy: 100)
    if hundred == 0 { return belowHundred(rest) }
    let start = units[hundred] + " hundred"
    return rest == 0 ? start : start + " " + belowHundred(rest)
  }

  private static func belowHundred(_ value: Int) -> String {
    if value < 20 { return units[value] }
    let (ten, unit) = value.quotientAndRemainder(dividingBy: 10)
    return unit == 0 ? tens[ten] : tens[ten] + "-" + units[unit]
  }

  static let units = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
    "nineteen",
  ]
  private static let tens = [
    "", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
  ]
  private static let scales = [
    "", "thousand", "million", "billion", "trillion", "quadrillion", "quintillion", "sextillion",
    "septillion", "octillion", "nonillion", "decillion",
  ]
  private static let irregularOrdinals = [
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth",
    "nine": "ninth", "twelve": "twelfth",
  ]
}

/// Says whole numerals in English.
enum EnglishNumeralWords {
  /// 1,234.56 is one thousand two hundred thirty-four point five six.
  static func words(_ numeral: Numeral) -> String {
    if numeral.fraction.isEmpty { return EnglishNumberWords.withZeros(numeral.integer) }
    return EnglishNumberWords.cardinal(numeral.integer) + " point "
      + EnglishNumberWords.spelled(numeral.fraction)
  }
}

/// English decimal points, for `Numeral`.
let englishDecimalMark = "."
