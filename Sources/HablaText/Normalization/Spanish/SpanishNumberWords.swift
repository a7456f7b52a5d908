/// Spanish number words.
///
/// Source: Real Academia Española, Ortografía and Diccionario panhispánico de dudas (numerals).
enum SpanishNumberWords {
  /// How a numeral agrees with what it counts.
  enum Form: Sendable {
    /// On its own: veintiuno, doscientos.
    case alone
    /// Before a masculine noun: veintiún, doscientos.
    case masculine
    /// Before or for a feminine noun: veintiuna, doscientas.
    case feminine
  }

  /// The number `digits` (ASCII, any length) in words.
  ///
  /// From 10^36 on the digits are read one by one.
  static func cardinal(_ digits: String, _ form: Form = .alone) -> String {
    let values = digits.utf8.map { Int($0) - 48 }
    let significant = values.drop { $0 == 0 }
    if significant.isEmpty { return "cero" }
    if significant.count > 36 { return spelled(digits) }
    // Six digits at a time, as Spanish counts: unidades, millones, billones, ...
    var words: [String] = []
    var rest = significant
    while !rest.isEmpty {
      let count = (rest.count - 1) % 6 + 1
      let value = rest.prefix(count).reduce(0) { $0 * 10 + $1 }
      rest = rest.dropFirst(count)
      if value == 0 { continue }
      let scale = rest.count / 6
      words.append(belowMillion(value, scale == 0 ? form : .masculine))
      if scale > 0 {
        words.append(value == 1 ? singularScales[scale - 1] : pluralScales[scale - 1])
      }
    }
    return words.joined(separator: " ")
  }

  /// Whether a noun follows the number with "de": dos millones de euros.
  static func takesDe(_ digits: String) -> Bool {
    let significant = digits.utf8.drop { $0 == 48 }
    return significant.count > 6 && significant.suffix(6).allSatisfy { $0 == 48 }
  }

  /// The digits one by one.
  static func spelled(_ digits: String) -> String {
    digits.utf8.map { units[Int($0) - 48] }.joined(separator: " ")
  }

  /// As a cardinal, but with every leading zero said: 05 is cero cinco.
  static func withZeros(_ digits: String, _ form: Form = .alone) -> String {
    let zeros = digits.utf8.prefix { $0 == 48 }.count
    if zeros == 0 || digits == "0" { return cardinal(digits, form) }
    if zeros >= 2 || digits.utf8.count > 3 { return spelled(digits) }
    return zeros == digits.utf8.count
      ? spelled(digits) : "cero " + cardinal(String(digits.dropFirst(zeros)), form)
  }

  /// The digits behind a decimal mark: up to three as a number, more one by one.
  static func fraction(_ digits: String) -> String {
    if digits.utf8.count > 3 { return spelled(digits) }
    let zeros = digits.utf8.prefix { $0 == 48 }.count
    if zeros == digits.utf8.count { return spelled(digits) }
    let head = [String](repeating: "cero", count: zeros)
    return (head + [cardinal(String(digits.dropFirst(zeros)))]).joined(separator: " ")
  }

  private static func belowMillion(_ value: Int, _ form: Form) -> String {
    let (thousands, rest) = value.quotientAndRemainder(dividingBy: 1000)
    var words: [String] = []
    if thousands > 1 {
      // Hundreds of thousands agree (doscientas mil), but uno is always cut (veintiún mil).
      words.append(belowThousand(thousands, hundreds: form, last: .masculine))
    }
    if thousands > 0 { words.append("mil") }
    if rest > 0 { words.append(belowThousand(rest, hundreds: form, last: form)) }
    return words.joined(separator: " ")
  }

  private static func belowThousand(_ value: Int, hundreds: Form, last: Form) -> String {
    if value == 100 { return "cien" }
    let (hundred, rest) = value.quotientAndRemainder(dividingBy: 100)
    var words: [String] = []
    if hundred > 0 {
      words.append(
        hundred > 1 && hundreds == .feminine ? feminine(hundred) : Self.hundreds[hundred])
    }
    if rest > 0 { words.append(belowHundred(rest, last)) }
    return words.joined(separator: " ")
  }

  private static func feminine(_ hundred: Int) -> String {
    String(hundreds[hundred].dropLast(2)) + "as"
  }

  private static func belowHundred(_ value: Int, _ form: Form) -> String {
    switch (value, form) {
    case (1, .masculine): return "un"
    case (1, .feminine): return "una"
    case (21, .masculine): return "veintiún"
    case (21, .feminine): return "veintiuna"
    case (0..<30, _): return units[value]
    default:
      let (ten, unit) = value.quotientAndRemainder(dividingBy: 10)
      return unit == 0 ? tens[ten] : tens[ten] + " y " + belowHundred(unit, form)
    }
  }

  static let units = [
    "cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez",
    "once", "doce", "trece", "catorce", "quince", "dieciséis", "diecisiete", "dieciocho",
    "diecinueve", "veinte", "veintiuno", "veintidós", "veintitrés", "veinticuatro",
    "veinticinco", "veintiséis", "veintisiete", "veintiocho", "veintinueve",
  ]
  private static let tens = [
    "", "", "", "treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa",
  ]
  private static let hundreds = [
    "", "ciento", "doscientos", "trescientos", "cuatrocientos", "quinientos", "seiscientos",
    "setecientos", "ochocientos", "novecientos",
  ]
  private static let singularScales = ["millón", "billón", "trillón", "cuatrillón", "quintillón"]
  private static let pluralScales = [
    "millones", "billones", "trillones", "cuatrillones", "quintillones",
  ]
}
