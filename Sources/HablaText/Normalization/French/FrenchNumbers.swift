/// Numbers in a French text.
enum FrenchNumeral {
  /// The number at `index`: 1 234,5 and 1.234,5 and 3.14.
  static func read(_ line: TokenLine, at index: Int) -> Numeral? {
    Numeral(line, at: index, decimalMark: ",")
  }
}

/// Any number that no other rule takes: 21, 1 234,5, 007, 3 000 000 habitants.
struct FrenchCardinalRule: RewriteRule {
  func match(_ line: TokenLine, at index: Int, after context: SpokenContext) -> RewriteMatch? {
    guard let numeral = FrenchNumeral.read(line, at: index) else { return nil }
    if numeral.fraction.isEmpty, !numeral.isGrouped, numeral.integer.utf8.count >= 10,
      !numeral.integer.hasSuffix("00000")
    {
      let spoken = SpokenDigits.grouped(numeral.integer, FrenchNumberWords.spelled)
      return RewriteMatch(kind: .digits, end: numeral.end, spoken: spoken)
    }
    let isFollowed = line[numeral.end].kind == .space && line[numeral.end + 1].kind == .word
    let noun = isFollowed ? line[numeral.end + 1] : Token.end
    // Behind "page" and "numéro" the number counts nothing.
    let isName = Self.numbered.contains(context.lowerWord)
    let gender = isName ? .masculine : FrenchNouns.gender(noun)
    var spoken = FrenchNumeralWords.words(numeral, gender)
    let hasOf = noun.lower.hasPrefix("d'") || noun.lower.hasPrefix("d’")
    if FrenchNumeralWords.needsOf(numeral), isFollowed, !hasOf,
      !Self.connectives.contains(noun.lower)
    {
      spoken += " " + FrenchNumeralWords.of(noun.text) + noun.text
      return RewriteMatch(kind: .number, end: numeral.end + 2, spoken: spoken)
    }
    return RewriteMatch(kind: .number, end: numeral.end, spoken: spoken)
  }

  static let numbered: Set<String> = [
    "page", "numéro", "chapitre", "ligne", "chambre", "salle", "quai", "voie", "porte", "tome",
    "article", "figure", "étage", "bus", "route", "chaîne",
  ]

  private static let connectives: Set<String> = [
    "et", "ou", "à", "de", "pour", "en", "au", "sur", "par", "est", "sont", "contre", "dans", "que",
    "mais", "il", "elle", "on", "plus", "moins", "avec", "sans", "puis", "soit", "a", "ont",
    "était", "ne", "n'est", "d'autres", "qui", "comme", "chez", "cette", "ce", "y",
  ]
}

/// Ordinals: 1er, 1re, 2e, 3ème, 2nd, 2nde.
struct FrenchOrdinalRule: RewriteRule {
  func match(_ line: TokenLine, at index: Int, after context: SpokenContext) -> RewriteMatch? {
    guard let digits = line.digits(at: index), digits.utf8.count <= 4, digits.utf8.first != 48
    else {
      return nil
    }
    guard let spoken = Self.spoken(digits, suffix: line[index + 1].text) else { return nil }
    return RewriteMatch(kind: .ordinal, end: index + 2, spoken: spoken)
  }

  /// The ordinal of a number with its ending, or nil.
  static func spoken(_ digits: String, suffix: String) -> String? {
    switch suffix {
    case "er", "ᵉʳ", "ers": return digits == "1" ? "premier" + (suffix == "ers" ? "s" : "") : nil
    case "re", "ère", "ere", "ʳᵉ": return digits == "1" ? "première" : nil
    case "nd": return digits == "2" ? "second" : nil
    case "nde": return digits == "2" ? "seconde" : nil
    case "e", "ᵉ", "ème", "eme", "è", "ième":
      return digits == "1" ? nil : FrenchNumberWords.ordinal(digits)
    case "es", "èmes", "emes":
      return digits == "1" ? nil : FrenchNumberWords.ordinal(digits) + "s"
    default: return nil
    }
  }
}

/// Fractions: 1/2, 3/4, 2 1/2, ½, 24/7, 15/20.
struct FrenchFractionRule: RewriteRule {
  func match(_ line: TokenLine, at index: Int, after context: SpokenContext) -> RewriteMatch? {
    if let (top, bottom) = VulgarFraction.values[line[index].text] {
      return Self.match("", top, bottom, end: index + 1)
    }
    guard let whole = line.digits(at: index) else { return nil }
    let place = line.skippingSpace(index + 1)
    if let (top, bottom) = VulgarFraction.values[line[place].text] {
      return Self.match(FrenchNumberWords.cardinal(whole), top, bottom, end: place + 1)
    }
    if place > index + 1, let (top, bottom) = Self.slashed(line, at: place), top < bottom {
      return Self.match(FrenchNumberWords.cardinal(whole), top, bottom, end: place + 3)
    }
    guard let (top, bottom) = Self.slashed(line, at: index) else { return nil }
    if top < bottom, let match = Self.match("", top, bottom, end: index + 3) { return match }
    // A mark out of twenty, or the like.
    let isPair = (top, bottom) == (24, 7)
    let spoken =
      FrenchNumberWords.cardinal(top) + (isPair ? " " : " sur ")
      + FrenchNumberWords.cardinal(bottom)
    return RewriteMatch(kind: .fraction, end: index + 3, spoken: spoken)
  }

  private static func slashed(_ line: TokenLine, at index: Int) -> (Int, Int)? {
    guard !line[index - 1].isMark("/"), let first = line.digits(at: index),
      line[index + 1].isMark("/"), let second = line.digits(at: index + 2), first.utf8.count <= 4,
      second.utf8.count <= 4, !line[index + 3].isMark("/"), let top = Int(first),
      let bottom = Int(second)
    else { return nil }
    return (top, bottom)
  }

  private static func match(_ whole: String, _ top: Int, _ bottom: Int, end: Int) -> RewriteMatch? {
    guard let part = parts[bottom], top > 0 else { return nil }
    let plural = top > 1 && bottom != 3 ? part + "s" : part
    let fraction = FrenchNumberWords.cardinal(top) + " " + plural
    let spoken =
      whole.isEmpty ? fraction : whole + " et " + (fraction == "un demi" ? "demi" : fraction)
    return RewriteMatch(kind: .fraction, end: end, spoken: spoken)
  }

  private static let parts = [
    2: "demi", 3: "tiers", 4: "quart", 5: "cinquième", 6: "sixième", 7: "septième",
    8: "huitième", 9: "neuvième", 10: "dixième",
  ]
}

/// Numbers of three and more groups with points: versions and network addresses.
struct FrenchVersionRule: RewriteRule {
  func match(_ line: TokenLine, at index: Int, after context: SpokenContext) -> RewriteMatch? {
    guard let version = DottedNumber(line, at: index), version.isVersion else { return nil }
    let spoken = version.groups.map(FrenchNumberWords.withZeros).joined(separator: " point ")
    return RewriteMatch(kind: .version, end: version.end, spoken: spoken)
  }
}

/// Telephone numbers: 06 12 34 56 78, 01.23.45.67.89, +33 6 12 34 56 78.
struct FrenchPhoneRule: RewriteRule {
  func match(_ line: TokenLine, at index: Int, after context: SpokenContext) -> RewriteMatch? {
    var groups: [String] = []
    var end = index
    var prefix = ""
    if line[index].isMark("+") {
      guard let code = line.digits(at: index + 1), code.utf8.count <= 3 else { return nil }
      prefix = "plus " + FrenchNumberWords.cardinal(code)
      end = line.skippingSpace(index + 2)
    }
    guard let first = line.digits(at: end), first.utf8.count <= (prefix.isEmpty ? 2 : 3) else {
      return nil
    }
    groups.append(first)
    let separator = line[end + 1].text
    guard [" ", "\u{A0}", "\u{202F}", ".", "-"].contains(separator) else { return nil }
    end += 1
    while groups.count < 6, line[end].text == separator, let digits = line.digits(at: end + 1),
      digits.utf8.count == 2 || digits.utf8.count == 3
    {
      groups.append(digits)
      end += 2
    }
    let isFrench = groups.count == 5 && groups.dropFirst().allSatisfy { $0.utf8.count == 2 }
    let isHome = first.utf8.count == 2 && first.utf8.first == 48
    guard prefix.isEmpty ? isFrench && isHome : groups.count >= 3 else { return nil }
    let parts = (prefix.isEmpty ? [] : [prefix]) + groups.map(FrenchNumberWords.withZeros)
    return RewriteMatch(kind: .phone, end: end, spoken: parts.joined(separator: ", "))
  }
}
