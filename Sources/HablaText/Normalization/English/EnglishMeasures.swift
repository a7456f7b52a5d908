/// A number with a unit or a percent sign: 5 km, 60 mph, 20 °C, 3.5%.
struct EnglishMeasureRule: RewriteRule {
  func match(_ line: TokenLine, at index: Int, after context: SpokenContext) -> RewriteMatch? {
    guard let numeral = EnglishNumeral.read(line, at: index) else { return nil }
    if let height = Self.feetAndInches(line, at: index) { return height }
    let place = line.skippingSpace(numeral.end)
    if line[place].isMark("%") {
      let spoken = EnglishNumeralWords.words(numeral) + " percent"
      return RewriteMatch(kind: .percent, end: place + 1, spoken: spoken)
    }
    guard var (unit, end) = EnglishUnits.unit(line, at: place) else { return nil }
    if !numeral.isOne { unit = EnglishUnits.plural(unit) }
    if line[end].isMark("/"), let lower = EnglishUnits.names[line[end + 1].text] {
      unit += " per " + lower
      end += 2
    }
    end = EnglishUnits.withoutPoint(line, at: end)
    return RewriteMatch(
      kind: .unit, end: end, spoken: EnglishNumeralWords.words(numeral) + " " + unit)
  }

  /// A height in feet and inches: 6'2".
  private static func feetAndInches(_ line: TokenLine, at index: Int) -> RewriteMatch? {
    guard let feet = line.digits(at: index), feet.utf8.count <= 2,
      ["'", "’", "′"].contains(line[index + 1].text), let inches = line.digits(at: index + 2),
      let count = Int(inches), count < 12, ["\"", "”", "″"].contains(line[index + 3].text)
    else { return nil }
    let spoken =
      EnglishNumberWords.cardinal(feet) + (feet == "1" ? " foot " : " feet ")
      + EnglishNumberWords.cardinal(inches) + (count == 1 ? " inch" : " inches")
    return RewriteMatch(kind: .unit, end: index + 4, spoken: spoken)
  }
}

/// English units of measure.
enum EnglishUnits {
  /// The unit at `place` in the singular, with the index behind it.
  static func unit(_ line: TokenLine, at place: Int) -> (String, Int)? {
    if ["°", "º"].contains(line[place].text) {
      switch line[line.skippingSpace(place + 1)].text {
      case "C": return ("degree Celsius", line.skippingSpace(place + 1) + 1)
      case "F": return ("degree Fahrenheit", line.skippingSpace(place + 1) + 1)
      default: return ("degree", place + 1)
      }
    }
    guard line[place].kind == .word, let name = names[line[place].text] else {
      return nil
    }
    guard !(line[place + 1].isMark("-") && line[place + 2].kind == .word) else { return nil }
    guard ["m", "km", "cm", "ft"].contains(line[place].text) else { return (name, place + 1) }
    switch line[place + 1].text {
    case "²", "2": return ("square " + name, place + 2)
    case "³", "3": return ("cubic " + name, place + 2)
    default: return (name, place + 1)
    }
  }

  /// The plural of "mile per hour" is in its first word, that of "square foot" in its last.
  static func plural(_ unit: String) -> String {
    let words = unit.split(separator: " ").map(String.init)
    let isSplit = words.count > 1 && ["per", "Celsius", "Fahrenheit"].contains(words[1])
    let counted = isSplit ? 0 : words.count - 1
    return words.enumerated().map { number, word in
      guard number == counted else { return word }
      if word == "foot" { return "feet" }
      if word == "inch" { return "inches" }
      return word.hasSuffix("z") || word == "bar" ? word : word + "s"
    }.joined(separator: " ")
  }

  /// The index behind the full stop of an abbreviated unit that ends at `index`.
  static func withoutPoint(_ line: TokenLine, at index: Int) -> Int {
    let isPoint =
      line[index].isMark(".") && line[index + 1].kind == .space
      && !line.endsSentence(at: index + 1)
    return isPoint ? index + 1 : index
  }

  static let names = [
    "km": "kilometer", "m": "meter", "cm": "centimeter", "mm": "millimeter", "mi": "mile",
    "ft": "foot", "yd": "yard", "kg": "kilogram", "g": "gram", "mg": "milligram", "lb": "pound",
    "lbs": "pound", "oz": "ounce", "l": "liter", "L": "liter", "ml": "milliliter",
    "mL": "milliliter", "h": "hour", "hr": "hour", "hrs": "hour", "yr": "year", "yrs": "year",
    "pts": "point",
    "min": "minute",
    "mins": "minute", "sec": "second", "secs": "second", "s": "second", "ms": "millisecond",
    "mph": "mile per hour", "kph": "kilometer per hour", "rpm": "revolution per minute",
    "GB": "gigabyte", "MB": "megabyte", "KB": "kilobyte", "TB": "terabyte",
    "Mbps": "megabit per second", "Gbps": "gigabit per second", "Hz": "hertz", "kHz": "kilohertz",
    "MHz": "megahertz", "GHz": "gigahertz", "kW": "kilowatt", "W": "watt", "kWh": "kilowatt hour",
    "V": "volt", "mAh": "milliamp hour", "hPa": "hectopascal", "kcal": "kilocalorie",
    "dB": "decibel", "tsp": "teaspoon", "tbsp": "tablespoon",
  ]
}

/// Amounts of money: $5, $1.50, £20, 5 USD, $3 million, $10/month.
struct EnglishCurrencyRule: RewriteRule {
  func match(_ line: TokenLine, at index: Int, after context: SpokenContext) -> RewriteMatch? {
    if let numeral = EnglishNumeral.read(line, at: index) {
      let scale = Self.scale(line, at: numeral.end)
      let place = line.skippingSpace(scale?.end ?? numeral.end)
      guard let currency = Self.currencies[line[place].text],
        !(line[place].kind == .mark && line[place + 1].kind == .digits)
      else { return nil }
      return Self.match(numeral, scale?.words, currency, line, end: place + 1)
    }
    let isDollar = line[index + 1].isMark("$") && ["US", "A", "C", "CA"].contains(line[index].text)
    let sign = isDollar ? index + 1 : index
    guard let currency = Self.currencies[line[sign].text],
      let numeral = EnglishNumeral.read(line, at: line.skippingSpace(sign + 1))
    else { return nil }
    let scale = Self.scale(line, at: numeral.end)
    return Self.match(numeral, scale?.words, currency, line, end: scale?.end ?? numeral.end)
  }

  private struct Currency: Sendable {
    let singular: String
    let plural: String
    let cent: String
    let cents: String

    init(_ singular: String, _ plural: String, _ cent: String = "cent", _ cents: String = "cents") {
      (self.singular, self.plural, self.cent, self.cents) = (singular, plural, cent, cents)
    }
  }

  private static func match(
    _ numeral: Numeral, _ scale: String?, _ currency: Currency, _ line: TokenLine, end: Int
  ) -> RewriteMatch {
    var spoken = words(numeral, scale, currency)
    var end = end
    if line[end].isMark("/"), line[end + 1].kind == .word {
      let word = line[end + 1]
      spoken +=
        " per " + (EnglishUnits.names[word.text] ?? (word.lower == "mo" ? "month" : word.lower))
      end += 2
    }
    return RewriteMatch(kind: .currency, end: end, spoken: spoken)
  }

  private static func words(_ numeral: Numeral, _ scale: String?, _ currency: Currency) -> String {
    if let scale { return EnglishNumeralWords.words(numeral) + " " + scale + " " + currency.plural }
    guard numeral.fraction.utf8.count == 2 else {
      return EnglishNumeralWords.words(numeral) + " "
        + (numeral.isOne ? currency.singular : currency.plural)
    }
    let whole =
      EnglishNumberWords.cardinal(numeral.integer) + " "
      + (numeral.integer == "1" ? currency.singular : currency.plural)
    if numeral.fraction == "00" { return whole }
    let cents =
      EnglishNumberWords.cardinal(numeral.fraction) + " "
      + (numeral.fraction == "01" ? currency.cent : currency.cents)
    return numeral.integer == "0" ? cents : whole + " and " + cents
  }

  /// thousand, million, M, B, k behind an amount.
  private static func scale(_ line: TokenLine, at index: Int) -> (words: String, end: Int)? {
    let place = line.skippingSpace(index)
    switch line[place].text {
    case "thousand", "million", "billion", "trillion": return (line[place].text, place + 1)
    case "k", "K": return ("thousand", place + 1)
    case "M", "mn": return ("million", place + 1)
    case "B", "bn": return ("billion", place + 1)
    case "T": return ("trillion", place + 1)
    default: return nil
    }
  }

  private static let dollar = Currency("dollar", "dollars")
  private static let euro = Currency("euro", "euros")
  private static let pound = Currency("pound", "pounds", "penny", "pence")
  private static let currencies = [
    "$": dollar, "USD": dollar, "€": euro, "EUR": euro, "£": pound, "GBP": pound,
    "¥": Currency("yen", "yen"), "JPY": Currency("yen", "yen"),
    "MXN": Currency("Mexican peso", "Mexican pesos", "centavo", "centavos"),
    "CAD": Currency("Canadian dollar", "Canadian dollars"),
    "AUD": Currency("Australian dollar", "Australian dollars"),
    "CHF": Currency("Swiss franc", "Swiss francs"),
    "₹": Currency("rupee", "rupees", "paisa", "paise"),
  ]
}

/// Telephone numbers, digit by digit: 555-123-4567, (555) 123-4567, +1 555 123 4567.
struct EnglishPhoneRule: RewriteRule {
  func match(_ line: TokenLine, at index: Int, after context: SpokenContext) -> RewriteMatch? {
    guard let phone = PhoneNumber(line, at: index) else { return nil }
    let lengths = phone.groups.map(\.utf8.count)
    let isGrouping = lengths == [3, 3, 4] || lengths == [3, 4] && phone.separator == "-"
    guard phone.hasCountryCode || phone.hasArea || isGrouping else { return nil }
    var parts = phone.groups.map { SpokenDigits.grouped($0, EnglishNumberWords.spelled) }
    if phone.hasCountryCode { parts[0] = "plus " + EnglishNumberWords.cardinal(phone.groups[0]) }
    return RewriteMatch(kind: .phone, end: phone.end, spoken: parts.joined(separator: ", "))
  }
}
