/// Roman numerals where the words around say that they are some: siglo XXI, Felipe VI, II Guerra.
///
/// Centuries, kings and popes are read as ordinals up to ten and as cardinals above (siglo
/// veintiuno, Felipe sexto, Juan veintitrés); numerals before a noun always as ordinals (tercer
/// Congreso); chapters and the like as cardinals. Without such a word only numerals of three and
/// more letters out of I, V, X are read, so that MIX, VI, DI, CD stay words.
struct SpanishRomanRule: RewriteRule {
  func match(_ line: TokenLine, at index: Int, after context: SpokenContext) -> RewriteMatch? {
    if let match = Self.abbreviatedCentury(line, at: index) { return match }
    guard let value = Self.value(line, at: index) else { return nil }
    if let style = Self.style(of: context, line[index].text, value) {
      return Self.list(line, from: index, style: style, prefix: "")
    }
    if let ordinal = Self.beforeNoun(value, line, at: index) { return ordinal }
    guard Self.isUnmistakable(line[index].text, value) else { return nil }
    return RewriteMatch(
      kind: .romanNumeral, end: index + 1, spoken: SpanishNumberWords.cardinal(String(value)))
  }

  private enum Style { case cardinal, ordinal, feminineOrdinal }

  private static func value(_ line: TokenLine, at index: Int) -> Int? {
    guard line[index].isAllCapitals else { return nil }
    // X-Men: a letter of a compound.
    if line[index + 1].isMark("-"), line[index + 2].kind == .word,
      RomanNumeral.value(of: line[index + 2].text) == nil
    {
      return nil
    }
    return RomanNumeral.value(of: line[index].text)
  }

  private static func style(of context: SpokenContext, _ text: String, _ value: Int) -> Style? {
    let word = context.lowerWord
    if word == "siglo" || word == "siglos" { return .ordinal }
    let isPlain = text.utf8.allSatisfy { [0x49, 0x56, 0x58, 0x4C].contains($0) } && text != "L"
    guard isPlain, value < 100 else { return nil }
    if cardinalWords.contains(word) { return .cardinal }
    if SpanishNames.queens.contains(word) { return value < 40 ? .feminineOrdinal : nil }
    if SpanishNames.kings.contains(word) { return value < 40 ? .ordinal : nil }
    let isTitle = context.word.unicodeScalars.first?.properties.isUppercase == true
    let isName =
      isTitle && context.word != context.word.uppercased() && word.utf8.count > 2
      && !SpanishWordLists.notNouns.contains(word)
    // Rocky IV, Windows XI: a name and two letters and more.
    return isName && text.utf8.count >= 2 && value < 40 ? .cardinal : nil
  }

  /// Centuries behind the abbreviation of siglo or siglos.
  private static func abbreviatedCentury(_ line: TokenLine, at index: Int) -> RewriteMatch? {
    let word = line[index].lower
    guard word == "s" || word == "ss", line[index + 1].isMark(".") else { return nil }
    let place = line.skippingSpace(index + 2)
    guard value(line, at: place) != nil else { return nil }
    return list(line, from: place, style: .ordinal, prefix: word == "s" ? "siglo " : "siglos ")
  }

  /// XIX y XX, V-VI, I, II y III.
  private static func list(
    _ line: TokenLine, from index: Int, style: Style, prefix: String
  ) -> RewriteMatch? {
    guard let first = value(line, at: index) else { return nil }
    var spoken = prefix + words(first, style)
    var end = index + 1
    while let (connector, next) = connector(line, at: end), let more = value(line, at: next) {
      spoken += connector + words(more, style)
      end = next + 1
    }
    return RewriteMatch(kind: .romanNumeral, end: end, spoken: spoken)
  }

  private static func connector(_ line: TokenLine, at index: Int) -> (String, Int)? {
    let token = line[index]
    if token.isMark("-") || token.isMark("–") { return (" a ", index + 1) }
    if token.isMark(","), line[index + 1].kind == .space { return (", ", index + 2) }
    guard token.kind == .space, line[index + 2].kind == .space,
      ["y", "e", "o", "al", "a"].contains(line[index + 1].text)
    else { return nil }
    return (" " + line[index + 1].text + " ", index + 3)
  }

  private static func words(_ value: Int, _ style: Style) -> String {
    if style != .cardinal, value <= 10,
      let ordinal = SpanishOrdinals.ordinal(
        value, style == .feminineOrdinal ? .feminine : .masculine)
    {
      return ordinal
    }
    return SpanishNumberWords.cardinal(String(value))
  }

  /// II Guerra Mundial, III Congreso, XX aniversario.
  private static func beforeNoun(_ value: Int, _ line: TokenLine, at index: Int) -> RewriteMatch? {
    guard line[index + 1].kind == .space, line[index + 2].kind == .word, value < 200 else {
      return nil
    }
    let next = line[index + 2].lower
    let isPlural = next.hasSuffix("s")
    let isListed = numberedNouns.contains(isPlural ? String(next.dropLast()) : next)
    guard isListed, let noun = SpanishNoun(next) else { return nil }
    let form: SpanishOrdinals.Form =
      noun.isFeminine ? .feminine : isPlural ? .masculine : .shortened
    guard let spoken = SpanishOrdinals.ordinal(value, form, plural: isPlural) else { return nil }
    return RewriteMatch(kind: .romanNumeral, end: index + 1, spoken: spoken)
  }

  /// XXI, VIII, MCMXCII: no Spanish word or common acronym looks like it.
  private static func isUnmistakable(_ text: String, _ value: Int) -> Bool {
    if text.utf8.count >= 5 { return true }
    return text.utf8.count >= 3 && value < 40 && text != "XXX"
  }

  private static let cardinalWords = SpanishWordLists.set(
    """
    capítulo capítulos tomo tomos volumen volúmenes acto escena parte partes fase fases grupo nivel
    título artículo artículos anexo división libro canto apéndice lámina cuadro tabla figura sección
    apartado punto episodio temporada tipo clase grado categoría estadio etapa serie apolo bowl
    módulo unidad tema lección vatican par nervio
    """)

  private static let numberedNouns = SpanishWordLists.set(
    """
    guerra república congreso edición concurso jornada feria festival premio cumbre copa
    campeonato torneo semana certamen encuentro foro simposio maratón carrera trofeo bienal muestra
    aniversario asamblea reich internacional dinastía legislatura plan convenio cruzada concilio
    centenario exposición conferencia región ejército milenio división liga gala olimpiada gran
    curso seminario marcha vuelta memorial conde duque marqués
    """)
}

/// Names that kings, queens and popes bear with numerals.
enum SpanishNames {
  static let kings = SpanishWordLists.set(
    """
    felipe carlos juan pedro alfonso fernando enrique luis luís jaime sancho ramiro garcía ordoño
    bermudo fruela jorge eduardo guillermo ricardo jacobo esteban federico francisco josé leopoldo
    maximiliano napoleón nicolás alejandro iván pablo pío benedicto clemente gregorio inocencio
    león urbano sixto julio bonifacio calixto celestino martín honorio adriano alberto balduino
    rainiero gustavo cristián haakon harald olaf otón segismundo rodolfo matías mohamed hasán
    hassan ramsés tutmosis amenhotep ptolomeo darío jerjes artajerjes constantino teodosio
    justiniano abderramán alhakén hisham muley faruk fuad abdalá faisal humberto amadeo miguel
    manuel sebastián dionisio vaticano akihito roberto david malcolm2 balduíno teobaldo boabdil
    """)

  static let queens = SpanishWordLists.set(
    """
    isabel catalina maría juana cristina margarita ana urraca blanca victoria leonor beatriz
    cleopatra berenguela constanza petronila
    """)
}
