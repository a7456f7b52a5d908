/// A number with a unit or a percent sign: 5 km, 90 km/h, 20 °C, 3,5 %, 50 m².
struct FrenchMeasureRule: RewriteRule {
  func match(_ line: TokenLine, at index: Int, after context: SpokenContext) -> RewriteMatch? {
    guard let numeral = FrenchNumeral.read(line, at: index) else { return nil }
    let place = line.skippingSpace(numeral.end)
    if line[place].isMark("%") {
      let spoken = FrenchNumeralWords.words(numeral) + " pour cent"
      return RewriteMatch(kind: .percent, end: place + 1, spoken: spoken)
    }
    guard let (unit, unitEnd) = Self.unit(line, at: place) else { return nil }
    var end = unitEnd
    var name = FrenchNumeralWords.isSingular(numeral) ? unit.singular : unit.plural
    if line[end].isMark("/"), let lower = FrenchUnits.names[line[end + 1].text] {
      name += " par " + lower.singular
      end += 2
    }
    let spoken = FrenchNumeralWords.words(numeral, unit.gender) + " " + name
    return RewriteMatch(kind: .unit, end: end, spoken: spoken)
  }

  private static func unit(_ line: TokenLine, at place: Int) -> (FrenchUnits.Unit, Int)? {
    if ["°", "º"].contains(line[place].text) {
      let next = line.skippingSpace(place + 1)
      switch line[next].text {
      case "C": return (.init("degré Celsius", "degrés Celsius"), next + 1)
      case "F": return (.init("degré Fahrenheit", "degrés Fahrenheit"), next + 1)
      default: return (.init("degré", "degrés"), place + 1)
      }
    }
    guard line[place].kind == .word, let unit = FrenchUnits.names[line[place].text],
      !(line[place + 1].isMark("-") && line[place + 2].kind == .word)
    else { return nil }
    guard ["m", "km", "cm", "mm", "dm"].contains(line[place].text) else { return (unit, place + 1) }
    switch line[place + 1].text {
    case "²", "2": return (.init(unit.singular + " carré", unit.plural + " carrés"), place + 2)
    case "³", "3": return (.init(unit.singular + " cube", unit.plural + " cubes"), place + 2)
    default: return (unit, place + 1)
    }
  }
}

/// French units of measure.
enum FrenchUnits {
  struct Unit: Sendable {
    let singular: String
    let plural: String
    let gender: FrenchNumberWords.Gender

    init(
      _ singular: String, _ plural: String? = nil, _ gender: FrenchNumberWords.Gender = .masculine
    ) {
      self.singular = singular
      self.plural = plural ?? singular + "s"
      self.gender = gender
    }
  }

  static let names: [String: Unit] = [
    "km": Unit("kilomètre"), "m": Unit("mètre"), "dm": Unit("décimètre"), "cm": Unit("centimètre"),
    "mm": Unit("millimètre"), "kg": Unit("kilogramme"), "g": Unit("gramme"),
    "mg": Unit("milligramme"), "t": Unit("tonne", nil, .feminine), "l": Unit("litre"),
    "L": Unit("litre"), "cl": Unit("centilitre"), "cL": Unit("centilitre"),
    "ml": Unit("millilitre"), "mL": Unit("millilitre"), "dl": Unit("décilitre"),
    "h": Unit("heure", nil, .feminine), "min": Unit("minute", nil, .feminine),
    "mn": Unit("minute", nil, .feminine), "s": Unit("seconde", nil, .feminine),
    "sec": Unit("seconde", nil, .feminine), "ms": Unit("milliseconde", nil, .feminine),
    "ha": Unit("hectare"), "Go": Unit("gigaoctet"), "Mo": Unit("mégaoctet"),
    "Ko": Unit("kilooctet"), "ko": Unit("kilooctet"), "To": Unit("téraoctet"),
    "Hz": Unit("hertz", "hertz"), "kHz": Unit("kilohertz", "kilohertz"),
    "MHz": Unit("mégahertz", "mégahertz"), "GHz": Unit("gigahertz", "gigahertz"),
    "W": Unit("watt"), "kW": Unit("kilowatt"), "MW": Unit("mégawatt"), "kWh": Unit("kilowattheure"),
    "V": Unit("volt"), "hPa": Unit("hectopascal"), "dB": Unit("décibel"),
    "kcal": Unit("kilocalorie", nil, .feminine),
  ]
}

/// Amounts of money: 5 €, 5,50 €, 1 €, 3 M€, $20, 20 $, 12 €/mois.
struct FrenchCurrencyRule: RewriteRule {
  func match(_ line: TokenLine, at index: Int, after context: SpokenContext) -> RewriteMatch? {
    if let numeral = FrenchNumeral.read(line, at: index) {
      let place = line.skippingSpace(numeral.end)
      if let scale = Self.scales[line[place].text],
        let currency = Self.currencies[line[place + 1].text],
        line[place + 1].kind == .mark
      {
        return Self.match(numeral, scale, currency, line, end: place + 2)
      }
      guard let currency = Self.currencies[line[place].text],
        !(line[place].kind == .mark && line[place + 1].kind == .digits && place > numeral.end)
      else { return nil }
      if line[place].isMark("€"), let cents = line.digits(at: place + 1), numeral.fraction.isEmpty,
        place == numeral.end, cents.utf8.count == 2
      {
        // 3€50
        var whole = numeral
        whole.fraction = cents
        whole.decimalMark = ","
        return Self.match(whole, nil, currency, line, end: place + 2)
      }
      return Self.match(numeral, nil, currency, line, end: place + 1)
    }
    guard let currency = Self.currencies[line[index].text], line[index].kind == .mark,
      let numeral = FrenchNumeral.read(line, at: line.skippingSpace(index + 1))
    else { return nil }
    return Self.match(numeral, nil, currency, line, end: numeral.end)
  }

  private struct Currency: Sendable {
    let unit: FrenchUnits.Unit
    let cent: String

    init(
      _ singular: String, _ plural: String? = nil, _ gender: FrenchNumberWords.Gender = .masculine,
      cent: String = "centime"
    ) {
      unit = .init(singular, plural, gender)
      self.cent = cent
    }
  }

  private static func match(
    _ numeral: Numeral, _ scale: String?, _ currency: Currency, _ line: TokenLine, end: Int
  ) -> RewriteMatch {
    var spoken = words(numeral, scale, currency)
    var end = end
    if line[end].isMark("/"), line[end + 1].kind == .word {
      let word = line[end + 1]
      spoken += " par " + (FrenchUnits.names[word.text]?.singular ?? word.lower)
      end += 2
    }
    return RewriteMatch(kind: .currency, end: end, spoken: spoken)
  }

  private static func words(_ numeral: Numeral, _ scale: String?, _ currency: Currency) -> String {
    let unit = currency.unit
    if let scale {
      let number = FrenchNumeralWords.words(numeral)
      if scale == "mille" {
        return (numeral.isOne ? "" : number + " ") + scale + " " + unit.plural
      }
      return number + " " + scale + (FrenchNumeralWords.isSingular(numeral) ? " " : "s ")
        + FrenchNumeralWords.of(unit.plural) + unit.plural
    }
    if FrenchNumeralWords.needsOf(numeral) {
      return FrenchNumeralWords.words(numeral) + " " + FrenchNumeralWords.of(unit.plural)
        + unit.plural
    }
    guard numeral.fraction.utf8.count == 2, let cents = Int(numeral.fraction) else {
      let name = FrenchNumeralWords.isSingular(numeral) ? unit.singular : unit.plural
      return FrenchNumeralWords.words(numeral, unit.gender) + " " + name
    }
    let name = FrenchNumeralWords.isSingular(numeral) ? unit.singular : unit.plural
    let whole = FrenchNumberWords.cardinal(numeral.integer, unit.gender) + " " + name
    if cents == 0 { return whole }
    let part = FrenchNumberWords.cardinal(cents)
    if numeral.integer == "0" { return part + " " + currency.cent + (cents > 1 ? "s" : "") }
    return whole + " " + part
  }

  private static let scales = ["k": "mille", "M": "million", "Md": "milliard", "Mds": "milliard"]

  private static let currencies = [
    "€": Currency("euro"), "EUR": Currency("euro"), "$": Currency("dollar", cent: "cent"),
    "USD": Currency("dollar", cent: "cent"), "£": Currency("livre", nil, .feminine, cent: "penny"),
    "GBP": Currency("livre", nil, .feminine, cent: "penny"), "¥": Currency("yen"),
    "CHF": Currency("franc suisse", "francs suisses"),
    "CAD": Currency("dollar canadien", "dollars canadiens", cent: "cent"),
  ]
}
