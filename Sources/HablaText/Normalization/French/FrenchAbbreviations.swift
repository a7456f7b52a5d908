/// Abbreviations of titles, months, Latin words and initials.
struct FrenchAbbreviationRule: RewriteRule {
  func match(_ line: TokenLine, at index: Int, after context: SpokenContext) -> RewriteMatch? {
    if let fixed = Self.fixed(line, at: index) { return fixed }
    let word = line[index].lower
    if word == "n", ["°", "º"].contains(line[index + 1].text),
      line[line.skippingSpace(index + 2)].kind == .digits
    {
      return RewriteMatch(kind: .abbreviation, end: index + 2, spoken: "numéro")
    }
    if let title = Self.titles[line[index].text], line[index + 1].kind == .space,
      line[index + 2].isCapitalized
    {
      return RewriteMatch(kind: .abbreviation, end: index + 1, spoken: title)
    }
    if word == "svp" || word == "stp" {
      let spoken = word == "svp" ? "s'il vous plaît" : "s'il te plaît"
      return RewriteMatch(kind: .abbreviation, end: index + 1, spoken: spoken)
    }
    if let saint = Self.saints[line[index].text],
      line[index + 1].isMark("-") || line[index + 1].kind == .space,
      line[index + 2].isCapitalized
    {
      return RewriteMatch(kind: .abbreviation, end: index + 1, spoken: saint)
    }
    guard line[index + 1].isMark(".") else { return nil }
    let next = line[line.skippingSpace(index + 2)]
    var spoken: String?
    var mayEnd = false
    if let title = Self.pointed[line[index].text], next.isCapitalized {
      spoken = title
    } else if let name = Self.beforeDigits[word], next.kind == .digits {
      spoken = name
    } else if let month = Self.months[word],
      context.word.isEmpty == false, next.kind == .digits || line.endsSentence(at: index + 2)
    {
      (spoken, mayEnd) = (month, true)
    } else if let name = Self.anywhere[word] {
      (spoken, mayEnd) = (name, true)
    }
    guard let spoken else { return Self.initials(line, at: index, after: context) }
    let keepsPoint = mayEnd && line.endsSentence(at: index + 2)
    return RewriteMatch(
      kind: .abbreviation, end: keepsPoint ? index + 1 : index + 2, spoken: spoken)
  }

  /// Abbreviations of several parts, such as "c.-à-d.".
  private static func fixed(_ line: TokenLine, at index: Int) -> RewriteMatch? {
    for (parts, spoken) in sequences where line[index].lower == parts[0] {
      var place = index
      var isMatch = true
      for part in parts {
        if part != "." && part != "-" { place = line.skippingSpace(place) }
        guard line[place].lower == part else {
          isMatch = false
          break
        }
        place += 1
      }
      if isMatch {
        let isEnd = line.endsSentence(at: place) && line[line.skippingSpace(place)].kind == .end
        return RewriteMatch(kind: .abbreviation, end: isEnd ? place - 1 : place, spoken: spoken)
      }
    }
    return nil
  }

  /// Capitals with points are spelled.
  private static func initials(
    _ line: TokenLine, at index: Int, after context: SpokenContext
  ) -> RewriteMatch? {
    guard line[index].isAllCapitals, line[index].text.utf8.count == 1, !context.touchesWord else {
      return nil
    }
    var words = [line[index].text]
    var end = index + 2
    while words.count < 8, line[end].isAllCapitals, line[end].text.utf8.count == 1,
      line[end + 1].isMark(".")
    {
      words.append(line[end].text)
      end += 2
    }
    guard words.count > 1 else { return nil }
    if line.endsSentence(at: end), line[line.skippingSpace(end)].kind == .end { end -= 1 }
    return RewriteMatch(kind: .abbreviation, end: end, spoken: words.joined(separator: " "))
  }

  private static let sequences: [([String], String)] = [
    (["p", ".", "ex", "."], "par exemple"), (["c", ".", "-", "à", "-", "d", "."], "c'est-à-dire"),
    (["av", ".", "j", ".", "-", "c", "."], "avant Jésus-Christ"),
    (["apr", ".", "j", ".", "-", "c", "."], "après Jésus-Christ"),
    (["ap", ".", "j", ".", "-", "c", "."], "après Jésus-Christ"),
  ]
  /// Without a point, before a name.
  private static let titles = [
    "Mme": "madame", "Mmes": "mesdames", "Mlle": "mademoiselle", "Mlles": "mesdemoiselles",
    "Dr": "docteur", "Pr": "professeur", "Me": "maître", "Mgr": "monseigneur",
  ]
  private static let saints = ["St": "Saint", "Ste": "Sainte"]
  private static let pointed = [
    "M": "monsieur", "MM": "messieurs", "Dr": "docteur", "Pr": "professeur", "Mme": "madame",
    "Mlle": "mademoiselle", "St": "saint", "Ste": "sainte", "av": "avenue", "Av": "avenue",
    "bd": "boulevard", "Bd": "boulevard", "pl": "place",
  ]
  private static let beforeDigits = [
    "p": "page", "pp": "pages", "vol": "volume", "chap": "chapitre", "fig": "figure",
    "art": "article", "no": "numéro", "env": "environ", "tél": "téléphone", "éd": "édition",
  ]
  private static let months = [
    "janv": "janvier", "févr": "février", "fév": "février", "avr": "avril", "juil": "juillet",
    "sept": "septembre", "oct": "octobre", "nov": "novembre", "déc": "décembre",
  ]
  private static let anywhere = [
    "etc": "et cetera", "tél": "téléphone", "env": "environ", "cf": "confer", "vs": "versus",
    "max": "maximum", "bibl": "bibliothèque", "dép": "département", "hab": "habitants",
  ]
}

/// Acronyms in capitals that are spelled: SNCF, TGV, l'EDF; others are left as they are.
struct FrenchAcronymRule: RewriteRule {
  func match(_ line: TokenLine, at index: Int, after context: SpokenContext) -> RewriteMatch? {
    var text = line[index].text
    var prefix = ""
    if let mark = text.firstIndex(where: { $0 == "'" || $0 == "’" }) {
      prefix = String(text[...mark])
      text = String(text[text.index(after: mark)...])
    }
    guard (2...8).contains(text.utf8.count), text.utf8.allSatisfy({ $0 >= 65 && $0 <= 90 }),
      Self.spelled.contains(text) || !Letters.hasVowel(text)
    else { return nil }
    return RewriteMatch(kind: .acronym, end: index + 1, spoken: prefix + Self.spell(text))
  }

  /// The letters with blanks between.
  static func spell(_ text: String) -> String {
    text.uppercased().map(String.init).joined(separator: " ")
  }

  private static let spelled: Set<String> = [
    "EDF", "RATP", "UE", "USA", "EU", "ADN", "ARN", "PIB", "PME", "URL", "USB", "IBM", "BBC",
    "CGT", "CFDT", "RER", "SUV", "CV", "QI", "UMP", "RSA", "HLM", "PDG", "IUT", "API",
    "CPU", "GPU", "IP", "PDF", "TVA", "VTT", "FAQ", "IVG", "ONG", "OGM", "OM", "PSG", "CIA",
    "FBI", "AOC", "IA", "RFI", "UV", "OL",
  ]
}

/// Roman numerals: XXIe siècle, Louis XIV, François Ier, chapitre IV, IIe Guerre mondiale.
struct FrenchRomanRule: RewriteRule {
  func match(_ line: TokenLine, at index: Int, after context: SpokenContext) -> RewriteMatch? {
    let text = line[index].text
    if let ordinal = Self.ordinal(text, after: context) {
      return RewriteMatch(kind: .romanNumeral, end: index + 1, spoken: ordinal)
    }
    guard line[index].isAllCapitals, let value = RomanNumeral.value(of: text), value < 100,
      !(line[index + 1].isMark("-") && line[index + 2].kind == .word)
    else { return nil }
    let word = context.lowerWord
    guard
      Self.rulers.contains(word)
        || Self.numbered.contains(word) && !["C", "D", "M", "L"].contains(text)
    else { return nil }
    let isFirst = value == 1 && Self.rulers.contains(word)
    let spoken = isFirst ? "premier" : FrenchNumberWords.cardinal(value)
    return RewriteMatch(kind: .romanNumeral, end: index + 1, spoken: spoken)
  }

  /// XXIe, XIXème, Ier, Ire.
  private static func ordinal(_ text: String, after context: SpokenContext) -> String? {
    let capitals = text.prefix { "IVXLC".contains($0) }
    let suffix = text.dropFirst(capitals.count)
    guard !capitals.isEmpty, !suffix.isEmpty, let value = RomanNumeral.value(of: String(capitals)),
      value < 100, capitals != "C", capitals != "L"
    else { return nil }
    return FrenchOrdinalRule.spoken(String(value), suffix: String(suffix))
  }

  private static let rulers: Set<String> = [
    "louis", "charles", "henri", "philippe", "napoléon", "françois", "paul", "jean-paul", "benoît",
    "pie", "léon", "élisabeth", "elizabeth", "georges", "guillaume", "édouard", "jacques",
    "alexandre", "nicolas", "pierre", "catherine", "ferdinand", "alphonse", "carlos", "felipe",
    "albert", "léopold", "ramsès", "ptolémée", "frédéric", "jean", "grégoire", "urbain", "clément",
    "innocent", "richard", "robert", "rodolphe", "mohammed", "hassan", "victor-emmanuel",
  ]

  private static let numbered: Set<String> = [
    "chapitre", "tome", "partie", "acte", "scène", "livre", "volume", "article", "titre", "phase",
    "type", "annexe", "section", "niveau", "groupe", "apollo", "paris", "lyon",
  ]
}
