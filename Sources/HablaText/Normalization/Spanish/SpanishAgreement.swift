/// What stands behind a Spanish number, and how the number agrees with it.
struct SpanishAgreement: Sendable {
  /// The form of the numeral.
  var form: SpanishNumberWords.Form = .alone
  /// Whether a noun follows directly, which takes "de" behind millions.
  var isBeforeNoun = false

  /// Looks at the words behind a numeral that ends before token `index`.
  init(_ numeral: Numeral, _ line: TokenLine, at index: Int, after context: SpokenContext) {
    if SpanishWordLists.labels.contains(context.lowerWord) { return }
    let isHour = SpanishWordLists.feminineDeterminers.contains(context.lowerWord)
    form = isHour || context.word == "la" && numeral.isOne ? .feminine : .alone
    let place = Self.placeBehindRange(line, at: index)
    guard line[place].kind == .space, line[place + 1].kind == .word else { return }
    let word = line[place + 1].lower
    if Self.scales.contains(word) {
      setScale(word, numeral, noun: line[place + 3].lower)
      return
    }
    let isOne = numeral.isOne && place == index
    if line[place + 1].isAllCapitals, word.utf8.count > 1, numeral.integer.hasSuffix("1") {
      // 1 CD, 21 CD; una ONG
      form = SpanishNoun(word)?.form ?? .masculine
      return
    }
    if numeral.isOne, word == "sobre", line[place + 3].text == "de" {
      // 1 sobre de levadura
      form = .masculine
      return
    }
    guard let noun = SpanishNoun(word), noun.agrees(withOne: isOne) else { return }
    form = noun.form
    isBeforeNoun = true
    if isOne, SpanishWordLists.stressedA.contains(word) { form = .masculine }
    // 1-21 días: the first number stands alone.
    if place != index, noun.form == .masculine { form = .alone }
  }

  /// Before mil and millones a numeral is cut (veintiún mil), but hundreds of thousands agree.
  private mutating func setScale(_ word: String, _ numeral: Numeral, noun: String) {
    let isHundreds = numeral.integer.utf8.count == 3 && numeral.integer.hasSuffix("00")
    let isFeminine = word == "mil" && isHundreds && SpanishNoun(noun)?.isFeminine == true
    form = isFeminine ? .feminine : .masculine
    isBeforeNoun = true
  }

  /// Where the noun of "200-300 páginas" or "200 o 300 páginas" begins, seen from the first number.
  private static func placeBehindRange(_ line: TokenLine, at index: Int) -> Int {
    let sign = line.skippingSpace(index)
    let next = line.skippingSpace(sign + 1)
    guard ["-", "–", "—", "o", "y", "a", "u"].contains(line[sign].text),
      let second = Numeral(line, at: next, decimalMark: spanishDecimalMark)
    else { return index }
    return second.end
  }

  /// Words that a numeral multiplies.
  static let scales: Set<String> = [
    "mil", "millón", "millones", "billón", "billones", "trillón", "trillones",
  ]
}

extension SpanishWordLists {
  /// Feminine words before which una becomes un.
  static let stressedA = set(
    "agua águila área aula arma hacha alma ave hada hambre ala ama ancla ánfora arca asa aya haba")
}

/// Says whole numerals in Spanish.
enum SpanishNumeralWords {
  /// The numeral in words: 1.234,56 is mil doscientos treinta y cuatro coma cincuenta y seis.
  ///
  /// The decimal mark is said as it is written, coma or punto. A number with decimals is not cut
  /// before a noun: veintiuno coma cinco kilos.
  static func words(_ numeral: Numeral, _ form: SpanishNumberWords.Form = .alone) -> String {
    if numeral.fraction.isEmpty {
      return numeral.hasLeadingZero
        ? SpanishNumberWords.withZeros(numeral.integer, form)
        : SpanishNumberWords.cardinal(numeral.integer, form)
    }
    let integer = SpanishNumberWords.cardinal(
      numeral.integer, form == .masculine ? .alone : form)
    let mark = numeral.decimalMark == "." ? "punto" : "coma"
    return integer + " " + mark + " " + SpanishNumberWords.fraction(numeral.fraction)
  }
}
