/// Abbreviations, with points (Sr.), ordinal indicators (n.º 3) or a slash (c/ Mayor).
struct SpanishAbbreviationRule: RewriteRule {
  func match(_ line: TokenLine, at index: Int, after context: SpokenContext) -> RewriteMatch? {
    if let match = Self.withIndicator(line, at: index) ?? Self.withSlash(line, at: index) {
      return match
    }
    guard let candidates = SpanishAbbreviations.byFirstWord[line[index].lower] else { return nil }
    for candidate in candidates {
      guard let end = candidate.match(line, at: index),
        candidate.condition.holds(line, from: index, to: end, after: context)
      else { continue }
      // The point of an abbreviation that may end a sentence also ends it.
      let keepsPoint = candidate.mayEndSentence && line.endsSentence(at: end)
      var spoken = candidate.spoken
      if spoken == "máximo" || spoken == "mínimo",
        ["la", "las"].contains(context.lowerWord)
          || SpanishNoun(context.lowerWord)?.isFeminine == true
      {
        spoken = spoken.dropLast() + "a"
      }
      return RewriteMatch(kind: .abbreviation, end: keepsPoint ? end - 1 : end, spoken: spoken)
    }
    return nil
  }

  /// Abbreviations with an indicator: n.º, nº, N°, Mª, D.ª.
  private static func withIndicator(_ line: TokenLine, at index: Int) -> RewriteMatch? {
    let hasPoint = line[index + 1].isMark(".")
    let place = hasPoint ? index + 2 : index + 1
    let sign = line[place].text
    let spoken: String
    switch (line[index].text, sign) {
    case ("n", "º"), ("N", "º"), ("n", "°"), ("N", "°"): spoken = "número"
    case ("n", "os"), ("N", "os"): spoken = "números"
    case ("M", "ª"): spoken = "María"
    case ("D", "ª"): spoken = "doña"
    case ("P", "º") where hasPoint: spoken = "paseo"
    case ("Cª", _), ("C", "ª"): spoken = "compañía"
    default: return nil
    }
    // M.ª. with a second point is not written; nº. is.
    let end =
      line[place + 1].isMark(".") && line[place + 2].kind == .space && sign != "os"
        && !line.endsSentence(at: place + 2) ? place + 2 : place + 1
    return RewriteMatch(kind: .abbreviation, end: end, spoken: spoken)
  }

  /// Abbreviations with a slash: c/ Mayor, s/n, c/u.
  private static func withSlash(_ line: TokenLine, at index: Int) -> RewriteMatch? {
    guard line[index + 1].isMark("/") else { return nil }
    switch (line[index].lower, line[index + 2].lower) {
    case ("e", _) where line[line.skippingSpace(index + 2)].kind == .digits:
      return RewriteMatch(kind: .abbreviation, end: index + 2, spoken: "entre")
    case ("s", "n"): return RewriteMatch(kind: .abbreviation, end: index + 3, spoken: "sin número")
    case ("c", "u"): return RewriteMatch(kind: .abbreviation, end: index + 3, spoken: "cada uno")
    case ("c", _) where line[index + 2].kind == .digits:
      return RewriteMatch(kind: .abbreviation, end: index + 2, spoken: "cada")
    case ("c", _):
      guard line[line.skippingSpace(index + 2)].isCapitalized else { return nil }
      return RewriteMatch(kind: .abbreviation, end: index + 2, spoken: "calle")
    default: return nil
    }
  }
}

/// Abbreviations that stand without a point before a number (km 21, pág 5), and days as L-V.
struct SpanishPlainAbbreviationRule: RewriteRule {
  func match(_ line: TokenLine, at index: Int, after context: SpokenContext) -> RewriteMatch? {
    if line[index].text == "L", line[index + 1].isMark("-"),
      let day = Self.days[line[index + 2].text]
    {
      return RewriteMatch(kind: .abbreviation, end: index + 3, spoken: "lunes a " + day)
    }
    guard let names = Self.names[line[index].lower], line[index + 1].kind == .space,
      line[index + 2].kind == .digits,
      !SpanishAbbreviations.numberWords.contains(context.lowerWord)
    else { return nil }
    let isPlural = ["los", "las"].contains(context.lowerWord)
    return RewriteMatch(
      kind: .abbreviation, end: index + 1, spoken: isPlural ? names.plural : names.singular)
  }

  /// The words this rule starts at, in lower case.
  static let words = Set(names.keys)

  private static let names: [String: (singular: String, plural: String)] = [
    "km": ("kilómetro", "kilómetros"), "pág": ("página", "páginas"),
    "núm": ("número", "números"), "tel": ("teléfono", "teléfonos"),
    "tlf": ("teléfono", "teléfonos"), "art": ("artículo", "artículos"),
    "cap": ("capítulo", "capítulos"), "vol": ("volumen", "volúmenes"),
    "lun": ("lunes", "lunes"), "mié": ("miércoles", "miércoles"), "jue": ("jueves", "jueves"),
    "vie": ("viernes", "viernes"), "sáb": ("sábado", "sábados"), "dom": ("domingo", "domingos"),
  ]

  private static let days = ["V": "viernes", "J": "jueves", "S": "sábado", "D": "domingo"]
}

/// Initials of names, so that their points end no sentence.
///
/// A capital and a point, a capital behind, and before it a name, a title or nothing: not "el plan
/// B. Después".
struct SpanishInitialRule: RewriteRule {
  func match(_ line: TokenLine, at index: Int, after context: SpokenContext) -> RewriteMatch? {
    guard line[index].isAllCapitals, line[index].text.utf8.count == 1, line[index + 1].isMark("."),
      line[line.skippingSpace(index + 2)].isCapitalized, !context.touchesWord
    else { return nil }
    let isName = context.word.unicodeScalars.first?.properties.isUppercase == true
    let isInitial = line[index - 1].isMark(".") || line[index - 2].isMark(".")
    guard
      context.isAtSentenceStart || Self.titles.contains(context.lowerWord) || isInitial || isName,
      !SpanishWordLists.letterLabels.contains(context.lowerWord)
    else { return nil }
    return RewriteMatch(
      kind: .initial, end: index + 2, spoken: SpanishLetters.spelled(line[index].text))
  }

  private static let titles = SpanishWordLists.set(
    "señor señora señorita doctor doctora don doña profesor profesora de por y a con según")
}

/// One abbreviation: words with points between them and one at the end.
struct SpanishAbbreviation: Sendable {
  enum Condition: Sendable {
    case always
    /// Only before digits: p. 5.
    case beforeDigits
    /// Only before a capitalized word: Sto. Tomás.
    case beforeCapital
    /// Only before digits, and not where "No." may be a sentence: el No. 5.
    case beforeDigitsInside
    /// Only behind "y": páginas 3 y ss.
    case afterAnd
    /// Only behind a number: 44 a. C.
    case afterNumber
    /// Only before a capitalized word, and not behind a word that letters follow: vitamina D.
    case title

    func holds(_ line: TokenLine, from index: Int, to end: Int, after context: SpokenContext)
      -> Bool
    {
      let next = line[line.skippingSpace(end)]
      switch self {
      case .always: return true
      case .beforeDigits:
        return next.kind == .digits
          || next.isAllCapitals && RomanNumeral.value(of: next.text) != nil
      case .beforeCapital: return next.isCapitalized
      case .beforeDigitsInside: return next.kind == .digits && !context.isAtSentenceStart
      case .afterNumber: return SpanishAbbreviations.numberWords.contains(context.lowerWord)
      case .afterAnd: return context.lowerWord == "y"
      case .title:
        return next.isCapitalized && !SpanishWordLists.letterLabels.contains(context.lowerWord)
      }
    }
  }

  let words: [String]
  let spoken: String
  var condition = Condition.always
  var mayEndSentence = false
  /// Whether letter case must be as in `words`.
  var isExact = false

  /// The index behind the abbreviation and its last point, or nil.
  func match(_ line: TokenLine, at index: Int) -> Int? {
    var place = index
    for (number, word) in words.enumerated() {
      if number > 0 { place = line.skippingSpace(place) }
      let token = line[place]
      guard token.kind == .word, (isExact ? token.text : token.lower) == word,
        line[place + 1].isMark(".")
      else { return nil }
      place += 2
    }
    return place
  }
}

/// The table of Spanish abbreviations.
enum SpanishAbbreviations {
  /// All of them by their first word in lower case, those of more words first.
  static let byFirstWord = [String: [SpanishAbbreviation]](
    grouping: all.sorted { $0.words.count > $1.words.count }, by: { $0.words[0].lowercased() })

  private static let all: [SpanishAbbreviation] =
    table(always) + table(beforeDigits, .beforeDigits) + table(beforeCapital, .beforeCapital)
    + table(closing, mayEnd: true) + table(exactClosing, mayEnd: true, exact: true) + special

  private static let special = [
    SpanishAbbreviation(
      words: ["mill"], spoken: "millones", condition: .afterNumber, mayEndSentence: true),
    SpanishAbbreviation(
      words: ["bill"], spoken: "billones", condition: .afterNumber, mayEndSentence: true),
    SpanishAbbreviation(
      words: ["ss"], spoken: "siguientes", condition: .afterAnd, mayEndSentence: true),
    SpanishAbbreviation(words: ["D"], spoken: "don", condition: .title, isExact: true),
    SpanishAbbreviation(
      words: ["No"], spoken: "número", condition: .beforeDigitsInside, isExact: true),
    SpanishAbbreviation(
      words: ["a", "C"], spoken: "antes de Cristo", condition: .afterNumber, mayEndSentence: true,
      isExact: true),
    SpanishAbbreviation(
      words: ["d", "C"], spoken: "después de Cristo", condition: .afterNumber, mayEndSentence: true,
      isExact: true),
  ]

  private static func table(
    _ text: String, _ condition: SpanishAbbreviation.Condition = .always, mayEnd: Bool = false,
    exact: Bool = false
  ) -> [SpanishAbbreviation] {
    text.split(whereSeparator: { $0 == ";" || $0.isNewline }).compactMap { entry in
      let sides = entry.split(separator: "=")
      guard sides.count == 2 else { return nil }
      return SpanishAbbreviation(
        words: sides[0].split(separator: " ").map(String.init),
        spoken: sides[1].split(separator: " ").joined(separator: " "), condition: condition,
        mayEndSentence: mayEnd, isExact: exact)
    }
  }

  private static let always = """
    sr = señor; sra = señora; srta = señorita; sres = señores; sras = señoras; srtas = señoritas
    dr = doctor; dra = doctora; dres = doctores; dras = doctoras; dña = doña; prof = profesor
    profa = profesora; gral = general; cnel = coronel; tte = teniente; sgto = sargento
    excmo = excelentísimo; excma = excelentísima; ilmo = ilustrísimo; ilma = ilustrísima
    rvdo = reverendo; rvda = reverenda; mons = monseñor; pbro = presbítero; hno = hermano
    hna = hermana; hnos = hermanos; hnas = hermanas; ntra = nuestra; ntro = nuestro
    mr = míster; mrs = míster; avda = avenida; avd = avenida; av = avenida; pza = plaza
    plza = plaza; ctra = carretera; edif = edificio; dpto = departamento; depto = departamento
    dto = descuento; apdo = apartado; esq = esquina; entlo = entresuelo; pág = página
    págs = páginas; núm = número; núms = números; nro = número; nros = números; ref = referencia
    cód = código; cía = compañía; admón = administración; fdo = firmado; p ej = por ejemplo
    v gr = verbigracia; pol ind = polígono industrial; op cit = obra citada; fdez = Fernández; glez = González; rguez = Rodríguez
    hdez = Hernández; mtnez = Martínez; fco = Francisco; bs as = Buenos Aires
    """
  private static let beforeCapital = """
    sto = santo; sta = santa; lic = licenciado; ing = ingeniero; arq = arquitecto; cap = capitán
    pl = plaza; col = colonia; urb = urbanización; univ = universidad; gob = gobernador; pdte = presidente
    """
  private static let beforeDigits = """
    p = página; pp = páginas; pag = página; pags = páginas; num = número; vol = volumen
    vols = volúmenes; art = artículo; arts = artículos; fig = figura; figs = figuras
    cap = capítulo; caps = capítulos; ed = edición; aptdo = apartado; km = kilómetro; tít = título
    ap = apartado; min = minuto; ext = extensión
    """
  private static let closing = """
    etc = etcétera; incl = incluido; temp = temperatura; aprox = aproximadamente; máx = máximo; mín = mínimo; tel = teléfono
    teléf = teléfono; tfno = teléfono; tlf = teléfono; tlfno = teléfono; izq = izquierda
    izda = izquierda; izqda = izquierda; dcha = derecha; dcho = derecho; izdo = izquierdo
    ud = usted; vd = usted; uds = ustedes; vds = ustedes; atte = atentamente; jr = júnior
    vs = versus; ej = ejemplo; q e p d = que en paz descanse; d e p = descanse en paz
    """
  private static let exactClosing = """
    EE UU = Estados Unidos; JJ OO = Juegos Olímpicos; CC OO = Comisiones Obreras
    RR HH = recursos humanos; FF AA = Fuerzas Armadas; S A = sociedad anónima
    S L = sociedad limitada; S A D = sociedad anónima deportiva; P D = posdata; C P = código postal; S M = su majestad
    """

  /// Words that end a number.
  static let numberWords: Set<String> = {
    var words = Set(SpanishNumberWords.units)
    words.formUnion(
      SpanishWordLists.set(
        """
        treinta cuarenta cincuenta sesenta setenta ochenta noventa cien ciento doscientos
        trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos mil
        primero segundo tercero cuarto quinto sexto séptimo octavo noveno décimo siglo
        """))
    return words
  }()
}

extension SpanishWordLists {
  /// Words behind which a single capital is a letter, not a title or an initial.
  static let letterLabels = set(
    """
    vitamina plan grupo opción hepatitis clase tipo letra bloque sección apartado fila vía puerta
    zona punto serie categoría sector portal escalera respuesta influenza gripe línea aula
    """)
}
