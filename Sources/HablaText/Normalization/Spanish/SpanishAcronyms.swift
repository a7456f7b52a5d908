/// Acronyms in capitals: spelled when they cannot be read as a Spanish word (DVD, ADN, ONG),
/// otherwise left as they are (ONU, OTAN, NASA).
struct SpanishAcronymRule: RewriteRule {
  func match(_ line: TokenLine, at index: Int, after context: SpokenContext) -> RewriteMatch? {
    var text = line[index].text
    if text.utf8.count > 3, text.hasSuffix("s") { text.removeLast() }
    guard (2...8).contains(text.utf8.count), text.utf8.allSatisfy({ $0 >= 65 && $0 <= 90 }) else {
      return nil
    }
    // EE UU: the plural of two words, without its points.
    if line[index + 1].kind == .space, let word = Self.respelled[text + line[index + 2].text],
      text.utf8.count == 2, line[index + 2].text.utf8.count == 2
    {
      return RewriteMatch(kind: .acronym, end: index + 3, spoken: word)
    }
    if let word = Self.respelled[text] {
      return RewriteMatch(kind: .acronym, end: index + 1, spoken: word)
    }
    // CO2, IB3170: letters before digits are spelled.
    let isCode = text.utf8.count <= 3 && line[index + 1].kind == .digits
    guard isCode || Self.isSpelled(text) else { return nil }
    return RewriteMatch(kind: .acronym, end: index + 1, spoken: SpanishLetters.spelled(text))
  }

  private static func isSpelled(_ text: String) -> Bool {
    if read.contains(text) { return false }
    if spelled.contains(text) || !Letters.hasVowel(text) { return true }
    return text.utf8.count <= 5 && !SpanishLetters.isReadable(text)
  }

  private static let read: Set<String> = ["IMSS", "CURP", "ISSSTE", "INFONAVIT", "IMPI", "CONACYT"]

  /// Spelled although they could be read.
  private static let spelled: Set<String> = [
    "UE", "IA", "AI", "IU", "ID", "IP", "IT", "UX", "UI", "UK", "OCDE", "OEA", "UAB", "UPM", "AM",
    "EH", "AA", "CPI", "SMI",
  ]

  private static let respelled = [
    "OK": "okey", "EUR": "euro", "USD": "dólar", "EEUU": "Estados Unidos",
    "JJOO": "Juegos Olímpicos", "RRHH": "recursos humanos",
    "CCOO": "Comisiones Obreras", "CSIC": "cesic", "DJ": "diyéi", "SPA": "spa",
    "RRSS": "redes sociales",
  ]
}

/// Spanish letters and their names.
enum SpanishLetters {
  /// The names of the ASCII letters of `text`; other characters are skipped.
  static func spelled(_ text: String) -> String {
    text.lowercased().unicodeScalars.compactMap { name[$0] }.joined(separator: " ")
  }

  /// Whether Spanish can begin and end a word as `text` (ASCII letters) does.
  static func isReadable(_ text: String) -> Bool {
    let letters = Array(text.lowercased().unicodeScalars)
    guard let first = letters.firstIndex(where: Letters.vowels.contains),
      let last = letters.lastIndex(where: Letters.vowels.contains)
    else { return false }
    let onset = String(String.UnicodeScalarView(letters[..<first]))
    let coda = String(String.UnicodeScalarView(letters[(last + 1)...]))
    let startsWell = onset.utf8.count <= 1 || onsets.contains(onset)
    let endsWell =
      coda.isEmpty || coda.utf8.count == 1 && !["v", "h", "q", "w"].contains(coda)
      || codas.contains(coda)
    return startsWell && endsWell
  }

  private static let onsets: Set<String> = [
    "bl", "br", "cl", "cr", "dr", "fl", "fr", "gl", "gr", "pl", "pr", "tr", "tl", "ch", "ll", "ps",
    "gn", "pn", "sp", "st", "sk", "sc", "sm", "sn", "sl", "str", "scr", "spr", "th", "sh", "ph",
  ]
  private static let codas: Set<String> = [
    "ns", "rs", "bs", "ps", "ls", "st", "nt", "nd", "rt", "rk", "ck", "ll", "ss", "ft", "ts", "ch",
    "rd", "ld", "nk", "sh", "th",
  ]

  private static let name: [Unicode.Scalar: String] = [
    "a": "a", "b": "be", "c": "ce", "d": "de", "e": "e", "f": "efe", "g": "ge", "h": "hache",
    "i": "i", "j": "jota", "k": "ka", "l": "ele", "m": "eme", "n": "ene", "o": "o", "p": "pe",
    "q": "cu", "r": "erre", "s": "ese", "t": "te", "u": "u", "v": "uve", "w": "uve doble",
    "x": "equis", "y": "i griega", "z": "zeta", "ñ": "eñe",
  ]
}
