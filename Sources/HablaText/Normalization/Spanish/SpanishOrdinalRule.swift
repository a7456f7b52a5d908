/// Ordinals: 1.º, 2ª, 3.er, 1ro, 4ta, and plurals 1.os.
struct SpanishOrdinalRule: RewriteRule {
  func match(_ line: TokenLine, at index: Int, after context: SpokenContext) -> RewriteMatch? {
    guard let digits = line.digits(at: index), digits.utf8.count <= 3, let value = Int(digits)
    else { return nil }
    let hasPoint = line[index + 1].isMark(".")
    let suffix = hasPoint ? index + 2 : index + 1
    var (form, plural) = (SpanishOrdinals.Form.masculine, false)
    switch line[suffix].lower {
    case "º", "ª":
      if line[suffix].text == "ª" { form = .feminine }
      // 5 ºC is a temperature, and so is "hace 25º".
      if ["c", "f"].contains(line[suffix + 1].lower) { return nil }
      let isTemperature =
        context.isAtSentenceStart || Self.temperatureWords.contains(context.lowerWord)
      if !hasPoint, value > 11, isTemperature { return nil }
    case "er": form = .shortened
    case "os" where hasPoint: plural = true
    case "as" where hasPoint: (form, plural) = (.feminine, true)
    case let letters where Self.endings[letters]?.contains(value % 10) == true:
      if letters.hasSuffix("a") { form = .feminine }
    default: return nil
    }
    if form == .masculine, !plural, Self.shortens(line, behind: suffix) { form = .shortened }
    guard let spoken = SpanishOrdinals.ordinal(value, form, plural: plural) else { return nil }
    return RewriteMatch(kind: .ordinal, end: suffix + 1, spoken: spoken)
  }

  /// Whether a noun follows before which primero becomes primer.
  private static func shortens(_ line: TokenLine, behind suffix: Int) -> Bool {
    line[suffix + 1].kind == .space && nouns.contains(line[suffix + 2].lower)
  }

  /// Letters behind a number, with the last digits they go with.
  private static let endings: [String: Set<Int>] = [
    "ro": [1, 3], "ra": [1, 3], "do": [2], "da": [2], "to": [4, 5, 6], "ta": [4, 5, 6],
    "mo": [7, 0], "ma": [7, 0], "vo": [8], "va": [8], "no": [9], "na": [9],
  ]

  private static let temperatureWords = SpanishWordLists.set(
    "a de hace hasta máxima mínima unos los son entre menos temperatura casi sobre marca bajo y")

  private static let nouns = SpanishWordLists.set(
    """
    piso puesto lugar grado año curso día mes tiempo capítulo premio trimestre cuatrimestre semestre
    ciclo nivel grupo equipo turno intento paso aniversario cumpleaños plato gol set cuarto hijo
    partido clasificado lunes martes miércoles jueves viernes sábado domingo encuentro centenario
    congreso concurso festival campeonato torneo certamen título ministro presidente periodo
    período bloque punto apartado volumen tomo acto episodio derecha izquierda exterior
    """)
}
