/// Roman numerals.
enum RomanNumeral {
  /// The value of a well-formed numeral in capitals (1...3999), or nil.
  ///
  /// Well-formed means written as the value would be: IIII and VX are not.
  static func value(of text: String) -> Int? {
    guard !text.isEmpty, text.utf8.count <= 15 else { return nil }
    var total = 0
    var previous = 0
    for letter in text.utf8.reversed() {
      guard let value = letterValue(letter) else { return nil }
      total += value < previous ? -value : value
      previous = max(previous, value)
    }
    return total > 0 && total < 4000 && written(total) == text ? total : nil
  }

  private static func letterValue(_ letter: UInt8) -> Int? {
    switch letter {
    case UInt8(ascii: "I"): return 1
    case UInt8(ascii: "V"): return 5
    case UInt8(ascii: "X"): return 10
    case UInt8(ascii: "L"): return 50
    case UInt8(ascii: "C"): return 100
    case UInt8(ascii: "D"): return 500
    case UInt8(ascii: "M"): return 1000
    default: return nil
    }
  }

  private static func written(_ value: Int) -> String {
    var rest = value
    var result = ""
    for (unit, letters) in parts {
      while rest >= unit {
        result += letters
        rest -= unit
      }
    }
    return result
  }

  private static let parts: [(Int, String)] = [
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"),
    (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
  ]
}
