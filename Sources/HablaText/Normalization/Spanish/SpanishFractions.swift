/// Fractions: 1/2, 3/4 de hora, 1 1/2 tazas, ½; and pairs that are none: 24/7, 8/10.
struct SpanishFractionRule: RewriteRule {
  func match(_ line: TokenLine, at index: Int, after context: SpokenContext) -> RewriteMatch? {
    if let sign = VulgarFraction.values[line[index].text] {
      return Self.match(sign.0, sign.1, line, end: index + 1)
    }
    guard let first = line.digits(at: index) else { return nil }
    // A whole number before a fraction: 1 1/2, 1½.
    let place = line.skippingSpace(index + 1)
    if let sign = VulgarFraction.values[line[place].text] {
      return Self.mixed(first, sign.0, sign.1, line, end: place + 1)
    }
    if place > index + 1, let (top, bottom) = Self.slashed(line, at: place), top < bottom,
      bottom <= 9
    {
      return Self.mixed(first, top, bottom, line, end: place + 3)
    }
    guard let (top, bottom) = Self.slashed(line, at: index) else { return nil }
    if (top, bottom) == (24, 7) || top == bottom && top > 9 {
      return Self.joined(top, " ", bottom, line, end: index + 3)
    }
    if top == bottom {
      // 3/3 en tiros libres
      return Self.joined(top, " de ", bottom, line, end: index + 3)
    }
    if SpanishWordLists.labels.contains(context.lowerWord), top <= bottom, bottom < 100 {
      // Paso 3/5
      return Self.joined(top, " de ", bottom, line, end: index + 3)
    }
    if top > bottom, line[line.skippingSpace(index + 3)].isMark("=") {
      // 10/2 = 5
      return Self.joined(top, " entre ", bottom, line, end: index + 3)
    }
    guard top <= 12, bottom <= 9, SpanishOrdinals.part(bottom) != nil else {
      // Ley 39/2015 is of a year, 2024/2025 two years.
      let years = 1800...2100
      let word = !years.contains(bottom) ? " sobre " : years.contains(top) ? " " : " de "
      return Self.joined(top, word, bottom, line, end: index + 3)
    }
    return Self.match(top, bottom, line, end: index + 3)
  }

  private static func joined(
    _ top: Int, _ word: String, _ bottom: Int, _ line: TokenLine, end: Int
  ) -> RewriteMatch {
    let spoken =
      SpanishNumberWords.cardinal(String(top)) + word + SpanishNumberWords.cardinal(String(bottom))
    if let unit = SpanishUnits.unit(line, at: end) {
      return RewriteMatch(kind: .unit, end: unit.end, spoken: spoken + " " + unit.plural)
    }
    return RewriteMatch(kind: .fraction, end: end, spoken: spoken)
  }

  /// Digits, slash, digits, and no third part; up to four digits each.
  private static func slashed(_ line: TokenLine, at index: Int) -> (Int, Int)? {
    guard !line[index - 1].isMark("/"), let first = line.digits(at: index),
      line[index + 1].isMark("/"),
      let second = line.digits(at: index + 2), first.utf8.count <= 4, second.utf8.count <= 4,
      !(line[index + 3].isMark("/") && line[index + 4].kind == .digits), let top = Int(first),
      let bottom = Int(second)
    else { return nil }
    return (top, bottom)
  }

  private static func match(_ top: Int, _ bottom: Int, _ line: TokenLine, end: Int) -> RewriteMatch?
  {
    guard let part = SpanishOrdinals.part(bottom) else { return nil }
    let following = line[end].kind == .space ? line[end + 1] : Token.end
    let noun = following.kind == .word ? SpanishNoun(following.lower) : nil
    if top == 1, bottom == 2 {
      // media hora, medio kilo
      let unit = SpanishUnits.unit(line, at: end)
      if let unit { return RewriteMatch(kind: .unit, end: unit.end, spoken: unit.half) }
      let isFeminine = noun?.isFeminine ?? false
      let isHalf = noun.map { !$0.isPlural } ?? false
      let spoken = isHalf ? (isFeminine ? "media" : "medio") : "un medio"
      return RewriteMatch(kind: .fraction, end: end, spoken: spoken)
    }
    if ["parte", "partes"].contains(following.lower), bottom > 2,
      let ordinal = SpanishOrdinals.ordinal(bottom, .feminine, plural: top != 1)
    {
      // tres cuartas partes
      let number = SpanishNumberWords.cardinal(String(top), .feminine)
      return RewriteMatch(kind: .fraction, end: end, spoken: number + " " + ordinal)
    }
    var spoken = SpanishNumberWords.cardinal(String(top), .masculine) + " " + part
    if top != 1 { spoken += "s" }
    if let unit = SpanishUnits.unit(line, at: end) {
      return RewriteMatch(kind: .unit, end: unit.end, spoken: spoken + " de " + unit.singular)
    }
    if noun != nil { spoken += " de" }
    return RewriteMatch(kind: .fraction, end: end, spoken: spoken)
  }

  /// 2 1/2: dos y medio; with a unit or a noun behind, una taza y media, dos litros y tres cuartos.
  private static func mixed(
    _ whole: String, _ top: Int, _ bottom: Int, _ line: TokenLine, end: Int
  ) -> RewriteMatch? {
    guard let part = SpanishOrdinals.part(bottom) else { return nil }
    let isOne = whole == "1"
    var counted = ""
    var isFeminine = false
    var end = end
    if let unit = SpanishUnits.unit(line, at: end) {
      counted = isOne ? unit.singular : unit.plural
      (isFeminine, end) = (unit.isFeminine, unit.end)
    } else if line[end].kind == .space, let noun = SpanishNoun(line[end + 1].lower),
      !noun.isInvariable
    {
      let isPlural = noun.isPlural && isOne
      counted = isPlural ? String(line[end + 1].text.dropLast()) : line[end + 1].text
      (isFeminine, end) = (noun.isFeminine, end + 2)
    }
    let form: SpanishNumberWords.Form =
      isFeminine ? .feminine : counted.isEmpty ? .alone : .masculine
    var words = [SpanishNumberWords.cardinal(whole, form)]
    if !counted.isEmpty { words.append(counted) }
    words.append("y")
    if top == 1, bottom == 2 {
      words.append(isFeminine ? "media" : "medio")
    } else {
      words.append(SpanishNumberWords.cardinal(String(top), .masculine))
      words.append(top == 1 ? part : part + "s")
    }
    return RewriteMatch(kind: .fraction, end: end, spoken: words.joined(separator: " "))
  }
}
