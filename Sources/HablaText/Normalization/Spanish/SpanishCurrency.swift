/// A currency in Spanish words.
struct SpanishCurrency: Sendable {
  let singular: String
  let plural: String
  var isFeminine = false
  var cent = "centavo"
  /// Whether amounts are written with two decimals.
  var hasCents = true

  private init(
    _ singular: String, _ plural: String, isFeminine: Bool = false, cent: String = "centavo",
    hasCents: Bool = true
  ) {
    self.singular = singular
    self.plural = plural
    self.isFeminine = isFeminine
    self.cent = cent
    self.hasCents = hasCents
  }

  /// The currency whose sign or code stands at `index`, with the index behind it.
  static func at(_ index: Int, _ line: TokenLine) -> (SpanishCurrency, end: Int)? {
    let token = line[index]
    if line[index + 1].isMark("$"), let currency = dollars[token.text] {
      return (currency, index + 2)
    }
    if token.kind == .mark, let currency = signs[token.text] { return (currency, index + 1) }
    if token.text == "S", line[index + 1].isMark("/"), line[index + 2].text != "n" {
      return (sol, line[index + 2].isMark(".") ? index + 3 : index + 2)
    }
    if token.kind == .word, let currency = codes[token.text] { return (currency, index + 1) }
    return nil
  }

  private static let euro = SpanishCurrency("euro", "euros", cent: "céntimo")
  private static let dollar = SpanishCurrency("dólar", "dólares")
  private static let peso = SpanishCurrency("peso", "pesos")
  private static let pound = SpanishCurrency("libra", "libras", isFeminine: true, cent: "penique")
  private static let yen = SpanishCurrency("yen", "yenes", hasCents: false)
  private static let yuan = SpanishCurrency("yuan", "yuanes", cent: "fen")
  private static let sol = SpanishCurrency("sol", "soles", cent: "céntimo")
  private static let real = SpanishCurrency("real", "reales")
  private static let rupee = SpanishCurrency("rupia", "rupias", isFeminine: true, cent: "paisa")
  private static let franc = SpanishCurrency("franco suizo", "francos suizos", cent: "céntimo")
  private static let crown = SpanishCurrency("corona", "coronas", isFeminine: true, cent: "öre")

  private static let signs = [
    "€": euro, "$": dollar, "£": pound, "¥": yen, "₹": rupee,
    "₡": SpanishCurrency("colón", "colones", cent: "céntimo"),
    "₲": SpanishCurrency("guaraní", "guaraníes", hasCents: false),
    "₽": SpanishCurrency("rublo", "rublos", cent: "kopek"),
    "₩": SpanishCurrency("won", "wones", hasCents: false),
    "₺": SpanishCurrency("lira", "liras", isFeminine: true, cent: "kurus"),
    "₿": SpanishCurrency("bitcoin", "bitcoins", hasCents: false),
    "₱": peso,
  ]

  /// Whether a word names a currency: "$350 pesos".
  static func isName(_ word: String) -> Bool {
    ["peso", "pesos", "dólar", "dólares", "euro", "euros", "reales", "soles"].contains(word)
  }

  /// The plural for each sign.
  static let signNames = signs.mapValues(\.plural)

  private static let dollars = [
    "US": dollar, "USD": dollar, "U": dollar, "MX": mexican, "R": real, "A": australian,
    "AU": australian, "C": canadian, "CA": canadian, "AR": argentine, "CO": colombian,
    "COL": colombian, "CL": chilean, "CLP": chilean, "RD": dominican, "MXN": mexican,
    "HK": SpanishCurrency("dólar de Hong Kong", "dólares de Hong Kong"),
  ]

  private static let codes = [
    "EUR": euro, "USD": dollar, "GBP": pound, "JPY": yen, "CNY": yuan, "RMB": yuan, "PEN": sol,
    "BRL": real, "INR": rupee, "CHF": franc, "MXN": mexican, "ARS": argentine, "COP": colombian,
    "CLP": chilean, "UYU": SpanishCurrency("peso uruguayo", "pesos uruguayos"),
    "DOP": dominican, "AUD": australian, "CAD": canadian,
    "BOB": SpanishCurrency("boliviano", "bolivianos"),
    "CRC": SpanishCurrency("colón", "colones", cent: "céntimo"),
    "GTQ": SpanishCurrency("quetzal", "quetzales"), "HNL": SpanishCurrency("lempira", "lempiras"),
    "PYG": SpanishCurrency("guaraní", "guaraníes", hasCents: false),
    "VES": SpanishCurrency("bolívar", "bolívares", cent: "céntimo"),
    "SEK": crown, "NOK": crown, "DKK": crown, "CZK": crown,
    "PLN": SpanishCurrency("esloti", "eslotis"), "BTC": SpanishCurrency("bitcoin", "bitcoins"),
    "RUB": SpanishCurrency("rublo", "rublos", cent: "kopek"),
    "ETH": SpanishCurrency("ether", "ethers"),
  ]
  private static let mexican = SpanishCurrency("peso mexicano", "pesos mexicanos")
  private static let argentine = SpanishCurrency("peso argentino", "pesos argentinos")
  private static let colombian = SpanishCurrency("peso colombiano", "pesos colombianos")
  private static let chilean = SpanishCurrency("peso chileno", "pesos chilenos")
  private static let dominican = SpanishCurrency("peso dominicano", "pesos dominicanos")
  private static let australian = SpanishCurrency("dólar australiano", "dólares australianos")
  private static let canadian = SpanishCurrency("dólar canadiense", "dólares canadienses")
}

/// Amounts of money: 12,50 €, $5, US$ 1,234.56, 3 M€, 5 millones USD, 1,45 €/l.
struct SpanishCurrencyRule: RewriteRule {
  func match(_ line: TokenLine, at index: Int, after context: SpokenContext) -> RewriteMatch? {
    if line[index].kind == .digits {
      guard let numeral = Numeral(line, at: index, decimalMark: spanishDecimalMark) else {
        return nil
      }
      let scale = Scale(line, at: numeral.end)
      let place = line.skippingSpace(scale?.end ?? numeral.end)
      guard let (currency, end) = SpanishCurrency.at(place, line) else { return nil }
      // "5 $10": the sign belongs to the amount behind it.
      if place > numeral.end, line[end].kind == .digits, line[place].kind == .mark { return nil }
      return Self.match(Amount(numeral, scale, currency, line, end: end))
    }
    guard let (currency, end) = SpanishCurrency.at(index, line) else { return nil }
    let place = line.skippingSpace(end)
    guard line[place].kind == .digits else { return nil }
    // Where a dollar sign stands in front, a lone separator before three digits is of thousands.
    let mark = currency.singular == "euro" ? spanishDecimalMark : ""
    guard let numeral = Numeral(line, at: place, decimalMark: mark) else { return nil }
    let scale = Scale(line, at: numeral.end)
    let behind = scale?.end ?? numeral.end
    let named = line.skippingSpace(behind)
    // $1,250 MXN says which dollars or pesos; in "$350 pesos" the word says it.
    if line[named].kind == .word, let (exact, end) = SpanishCurrency.at(named, line) {
      return Self.match(Amount(numeral, scale, exact, line, end: end))
    }
    if SpanishCurrency.isName(line[named].lower) {
      let words = SpanishNumeralWords.words(numeral, .masculine)
      let spoken = scale.map { words + " " + $0.words } ?? words
      return RewriteMatch(kind: .currency, end: behind, spoken: spoken)
    }
    return Self.match(Amount(numeral, scale, currency, line, end: behind))
  }

  /// mil, millones, M, k behind an amount.
  private struct Scale {
    let words: String
    let takesDe: Bool
    let end: Int

    init?(_ line: TokenLine, at index: Int) {
      let place = line.skippingSpace(index)
      let word = line[place].text
      switch word {
      case "mil":
        let next = line[place + 2].text
        if next == "millones" || next == "M" {
          (words, takesDe, end) = ("mil millones", true, place + 3)
        } else {
          (words, takesDe, end) = ("mil", false, place + 1)
        }
      case "millón", "millones", "billón", "billones":
        (words, takesDe, end) = (word, true, place + 1)
      case "M", "MM", "mill", "mm":
        (words, takesDe) = ("millones", true)
        end = line[place + 1].isMark(".") && word == "mill" ? place + 2 : place + 1
      case "bill":
        (words, takesDe) = ("billones", true)
        end = line[place + 1].isMark(".") ? place + 2 : place + 1
      case "k", "K": (words, takesDe, end) = ("mil", false, place + 1)
      default:
        // M€ and k€ are one word and a sign; MUSD and the like are not read.
        return nil
      }
    }
  }

  private struct Amount {
    let numeral: Numeral
    let scale: Scale?
    let currency: SpanishCurrency
    let line: TokenLine
    let end: Int

    init(
      _ numeral: Numeral, _ scale: Scale?, _ currency: SpanishCurrency, _ line: TokenLine, end: Int
    ) {
      (self.numeral, self.scale, self.currency, self.line) = (numeral, scale, currency, line)
      self.end = end
    }
  }

  private static func match(_ amount: Amount) -> RewriteMatch {
    var spoken = words(amount)
    var end = amount.end
    if let (per, perEnd) = perUnit(amount.line, at: end) {
      spoken += per
      end = perEnd
    }
    return RewriteMatch(kind: .currency, end: end, spoken: spoken)
  }

  private static func words(_ amount: Amount) -> String {
    let (numeral, currency) = (amount.numeral, amount.currency)
    let form: SpanishNumberWords.Form = currency.isFeminine ? .feminine : .masculine
    if let scale = amount.scale {
      let isOne = numeral.isOne && scale.words == "millones"
      let number = SpanishNumeralWords.words(numeral, .masculine)
      let scaled =
        scale.words == "mil" && numeral.isOne
        ? "mil" : number + " " + (isOne ? "millón" : scale.words)
      return scaled + (scale.takesDe ? " de " : " ") + currency.plural
    }
    if currency.hasCents, numeral.fraction.utf8.count == 2 {
      return withCents(numeral, currency, form)
    }
    let takesDe = numeral.fraction.isEmpty && SpanishNumberWords.takesDe(numeral.integer)
    return SpanishNumeralWords.words(numeral, form) + (takesDe ? " de " : " ")
      + (numeral.isOne ? currency.singular : currency.plural)
  }

  private static func withCents(
    _ numeral: Numeral, _ currency: SpanishCurrency, _ form: SpanishNumberWords.Form
  ) -> String {
    let isOne = numeral.integer.utf8.drop { $0 == 48 }.elementsEqual("1".utf8)
    let isZero = numeral.integer.utf8.allSatisfy { $0 == 48 }
    let takesDe = SpanishNumberWords.takesDe(numeral.integer)
    let whole =
      SpanishNumberWords.cardinal(numeral.integer, form) + (takesDe ? " de " : " ")
      + (isOne ? currency.singular : currency.plural)
    if numeral.fraction == "00" { return whole }
    let cents =
      SpanishNumberWords.cardinal(numeral.fraction, .masculine) + " " + currency.cent
      + (numeral.fraction == "01" ? "" : "s")
    return isZero ? cents : whole + " con " + cents
  }

  /// The words for "/kg", "/mes", "/h" at `index`, with the index behind.
  private static func perUnit(_ line: TokenLine, at index: Int) -> (String, Int)? {
    guard line[index].isMark("/"), line[index + 1].kind == .word else { return nil }
    let word = line[index + 1].lower
    if let time = SpanishUnits.perTime[word] { return (" " + time, index + 2) }
    if let name = SpanishUnits.denominator(line[index + 1]) {
      let isSquare = word == "m" && ["²", "2"].contains(line[index + 2].text)
      return (" por " + name + (isSquare ? " cuadrado" : ""), isSquare ? index + 3 : index + 2)
    }
    return (" por " + word, index + 2)
  }
}
