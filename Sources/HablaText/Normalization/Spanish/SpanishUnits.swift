/// Spanish units of measure.
enum SpanishUnits {
  /// A unit found behind a number.
  struct Unit: Sendable {
    var singular: String
    var plural: String
    var isFeminine: Bool
    var end: Int

    /// Half of it: media hora, medio kilo.
    var half: String { (isFeminine ? "media " : "medio ") + singular }
  }

  /// The unit at `index`, behind an optional blank: km, kWh, m², km/h, °C, ml.
  static func unit(_ line: TokenLine, at index: Int) -> Unit? {
    let place = line.skippingSpace(index)
    if line[place].kind == .mark { return degrees(line, at: place) ?? inches(line, at: place) }
    let text = line[place].text
    guard line[place].kind == .word, var name = names[text] else { return nil }
    if text == "m", isBehindHours(line, at: index) { name = "minuto" }
    // An apostrophe, a hyphen or a point with more letters behind make it something else.
    if line[place + 1].isMark("-"), line[place + 2].kind == .word { return nil }
    let isFeminine = feminine.contains(name)
    var unit = Unit(
      singular: name, plural: SpanishPlural.plural(name), isFeminine: isFeminine, end: place + 1)
    readPower(line, text, &unit)
    readDenominator(line, &unit)
    if line[unit.end].isMark("."), !line.endsSentence(at: unit.end + 1),
      !line.isAlphanumeric(at: unit.end + 1)
    {
      unit.end += 1
    }
    return unit
  }

  /// Whether the digits before `index` follow hours: 2h 15m.
  private static func isBehindHours(_ line: TokenLine, at index: Int) -> Bool {
    let before = line[index - 2].kind == .space ? index - 3 : index - 2
    return line[before].lower == "h" && line[before - 1].kind != .word
  }

  /// The name of a unit behind "por": euros por kilo.
  static func denominator(_ token: Token) -> String? {
    denominators[token.lower] ?? names[token.text]
  }

  /// m², m2, km³.
  private static func readPower(_ line: TokenLine, _ symbol: String, _ unit: inout Unit) {
    guard ["m", "km", "cm", "mm", "dm", "hm"].contains(symbol) else { return }
    let power: String
    switch line[unit.end].text {
    case "²", "2": power = "cuadrado"
    case "³", "3": power = "cúbico"
    default: return
    }
    unit.singular += " " + power
    unit.plural += " " + power + "s"
    unit.end += 1
  }

  /// km/h, l/100 km, kg/m².
  private static func readDenominator(_ line: TokenLine, _ unit: inout Unit) {
    guard line[unit.end].isMark("/") else { return }
    var place = unit.end + 1
    var words = " por "
    var isCounted = false
    if let digits = line.digits(at: place), digits.utf8.count <= 4 {
      place = line.skippingSpace(place + 1)
      // 1 g/8 h: every eight hours.
      let isTime = ["h", "horas", "días", "min"].contains(line[place].lower)
      words = (isTime ? " cada " : " por ") + SpanishNumberWords.cardinal(digits, .masculine) + " "
      isCounted = true
    }
    guard line[place].kind == .word,
      let name = denominator(line[place])
    else { return }
    var lower = Unit(
      singular: name, plural: SpanishPlural.plural(name), isFeminine: false, end: place + 1)
    readPower(line, line[place].text, &lower)
    words += isCounted ? lower.plural : lower.singular
    unit.singular += words
    unit.plural += words
    unit.end = lower.end
  }

  /// °, °C, ºC, ° F.
  private static func degrees(_ line: TokenLine, at place: Int) -> Unit? {
    let sign = line[place].text
    guard sign == "°" || sign == "º" || sign == "℃" || sign == "℉" else { return nil }
    var scale = ""
    var end = place + 1
    let letter = line.skippingSpace(end)
    switch (sign, line[letter].text) {
    case ("℃", _): scale = " Celsius"
    case ("℉", _): scale = " Fahrenheit"
    case (_, "C"): (scale, end) = (" Celsius", letter + 1)
    case (_, "F"): (scale, end) = (" Fahrenheit", letter + 1)
    default:
      if line[end].kind == .space, let point = compass[line[end + 1].text] {
        (scale, end) = (" " + point, end + 2)
      }
    }
    return Unit(singular: "grado" + scale, plural: "grados" + scale, isFeminine: false, end: end)
  }

  private static let compass = ["N": "norte", "S": "sur", "E": "este", "O": "oeste", "W": "oeste"]

  /// Inches: 6,1", unless a quotation mark stands open before it.
  private static func inches(_ line: TokenLine, at place: Int) -> Unit? {
    let sign = line[place].text
    let isOpen = (max(0, place - 40)..<place).contains { line[$0].isMark("\"") }
    guard sign == "″" || sign == "\"" && !isOpen, line[place - 1].kind == .digits,
      !line.isAlphanumeric(at: place + 1)
    else {
      return nil
    }
    return Unit(singular: "pulgada", plural: "pulgadas", isFeminine: true, end: place + 1)
  }

  /// How often: al mes.
  static let perTime = [
    "mes": "al mes", "año": "al año", "día": "al día", "semana": "a la semana",
  ]

  private static let denominators = [
    "día": "día", "mes": "mes", "año": "año", "semana": "semana", "persona": "persona",
    "noche": "noche", "hora": "hora", "minuto": "minuto", "segundo": "segundo", "kilo": "kilo",
    "litro": "litro", "unidad": "unidad", "hab": "habitante", "pax": "persona", "ud": "unidad",
    "usuario": "usuario", "mensual": "mes", "metro": "metro", "docena": "docena", "horas": "hora",
    "días": "día", "min": "minuto",
    "seg": "segundo", "sem": "semana", "alumno": "alumno",
  ]

  private static let feminine: Set<String> = [
    "hora", "tonelada", "hectárea", "libra", "onza", "milla", "pulgada", "yarda", "caloría",
    "kilocaloría", "revolución por minuto", "atmósfera", "parte por millón", "milla por hora",
    "página", "cucharada", "cucharadita", "peseta",
  ]

  private static let names = [
    "km": "kilómetro", "Km": "kilómetro", "KM": "kilómetro", "hm": "hectómetro", "m": "metro",
    "mts": "metro", "dm": "decímetro", "cm": "centímetro", "mm": "milímetro",
    "µm": "micrómetro", "μm": "micrómetro", "nm": "nanómetro",
    "kg": "kilo", "Kg": "kilo", "KG": "kilo", "kgs": "kilo", "hg": "hectogramo", "g": "gramo",
    "gr": "gramo", "grs": "gramo", "mg": "miligramo", "µg": "microgramo", "μg": "microgramo",
    "mcg": "microgramo", "t": "tonelada", "lb": "libra", "lbs": "libra", "oz": "onza",
    "l": "litro", "L": "litro", "lt": "litro", "lts": "litro", "dl": "decilitro",
    "cl": "centilitro", "cL": "centilitro", "ml": "mililitro", "mL": "mililitro",
    "hl": "hectolitro", "cc": "centímetro cúbico",
    "h": "hora", "hs": "hora", "hr": "hora", "hrs": "hora", "min": "minuto", "mins": "minuto",
    "s": "segundo", "seg": "segundo", "segs": "segundo", "ms": "milisegundo",
    "µs": "microsegundo", "ns": "nanosegundo",
    "ha": "hectárea", "mi": "milla", "ft": "pie", "in": "pulgada", "yd": "yarda", "pulg": "pulgada",
    "mph": "milla por hora", "rpm": "revolución por minuto", "fps": "fotograma por segundo",
    "kW": "kilovatio", "MW": "megavatio", "GW": "gigavatio", "W": "vatio", "Wh": "vatio hora",
    "kWh": "kilovatio hora", "KWh": "kilovatio hora", "MWh": "megavatio hora",
    "GWh": "gigavatio hora", "V": "voltio", "kV": "kilovoltio", "mV": "milivoltio",
    "mA": "miliamperio", "mAh": "miliamperio hora", "CV": "caballo",
    "Hz": "hercio", "kHz": "kilohercio", "MHz": "megahercio", "GHz": "gigahercio",
    "KB": "kilobyte", "kB": "kilobyte", "MB": "megabyte", "GB": "gigabyte", "TB": "terabyte",
    "PB": "petabyte", "Mb": "megabit", "Gb": "gigabit", "kbps": "kilobit por segundo",
    "Mbps": "megabit por segundo", "Gbps": "gigabit por segundo",
    "mmHg": "milímetro de mercurio", "lpm": "latido por minuto", "pts": "punto",
    "ptos": "punto", "pto": "punto", "ptas": "peseta",
    "cda": "cucharada", "cdas": "cucharada", "cdta": "cucharadita", "cdtas": "cucharadita",
    "cdita": "cucharadita", "cditas": "cucharadita", "Pa": "pascal", "hPa": "hectopascal",
    "kPa": "kilopascal", "MPa": "megapascal", "bar": "bar",
    "mbar": "milibar", "mb": "milibar", "atm": "atmósfera",
    "kJ": "kilojulio", "cal": "caloría", "kcal": "kilocaloría", "Kcal": "kilocaloría",
    "dB": "decibelio", "lm": "lumen", "Ω": "ohmio", "px": "píxel", "Mpx": "megapíxel",
    "MP": "megapíxel", "ppm": "parte por millón", "pp": "página",
  ]
}

/// Spanish plurals.
enum SpanishPlural {
  /// The plural of a noun, or of a noun with "por ..." or a second noun behind it.
  static func plural(_ noun: String) -> String {
    guard let space = noun.firstIndex(of: " ") else { return pluralWord(noun) }
    let tail = noun[space...]
    let end = tail == " cúbico" ? tail + "s" : tail == " hora" ? " hora" : tail
    return pluralWord(String(noun[..<space])) + end
  }

  private static func pluralWord(_ word: String) -> String {
    if word.hasSuffix("ón") { return String(word.dropLast(2)) + "ones" }
    if word == "lumen" { return "lúmenes" }
    guard let last = word.unicodeScalars.last else { return word }
    if "aeiouáéó".unicodeScalars.contains(last) { return word + "s" }
    if word == "megabit" || word == "gigabit" || word == "kilobit" { return word + "s" }
    if word.hasSuffix("s") { return word }
    return word + "es"
  }
}

/// A number with a unit or a percent sign: 5 kg, 120 km/h, −5 °C, 3,5 %.
struct SpanishMeasureRule: RewriteRule {
  func match(_ line: TokenLine, at index: Int, after context: SpokenContext) -> RewriteMatch? {
    guard let numeral = Numeral(line, at: index, decimalMark: spanishDecimalMark) else {
      return nil
    }
    if let percent = Self.percent(numeral, line) { return percent }
    guard let unit = SpanishUnits.unit(line, at: numeral.end) else { return nil }
    let form: SpanishNumberWords.Form = unit.isFeminine ? .feminine : .masculine
    var spoken = SpanishNumeralWords.words(numeral, form)
    if numeral.fraction.isEmpty, SpanishNumberWords.takesDe(numeral.integer) { spoken += " de" }
    spoken += " " + (numeral.isOne ? unit.singular : unit.plural)
    return RewriteMatch(kind: .unit, end: unit.end, spoken: spoken)
  }

  private static func percent(_ numeral: Numeral, _ line: TokenLine) -> RewriteMatch? {
    let place = line.skippingSpace(numeral.end)
    let words: String
    switch line[place].text {
    case "%", "٪": words = " por ciento"
    case "‰": words = " por mil"
    default: return nil
    }
    let spoken = SpanishNumeralWords.words(numeral) + words
    return RewriteMatch(kind: .percent, end: place + 1, spoken: spoken)
  }
}
