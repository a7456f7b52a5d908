/// French phones as MeloTTS has them; the words are spoken as in `MeloSpanish`.
struct MeloFrench: MeloLanguage {
  let marks = MeloMarks(
    phones: [",": ",", ".": ".", "!": "!", "?": "?", "…": "…", ";": ",", ":": ","],
    spoken: ["%", "@", "+", "=", "€", "$", "&"])
  let endsInMark = true

  func phones(
    of words: [String], phonemizer: EspeakPhonemizer
  ) throws(TextError) -> [[MeloPhone]] {
    let parts = words.map { word in
      word.utf8.allSatisfy { (0x30...0x39).contains($0) }
        ? FrenchNumberWords.cardinal(word) : abbreviations[word] ?? [word]
    }
    var spoken = try phonemizer.repeatedWords(parts.flatMap { $0 }, voice: "fr").makeIterator()
    return parts.map { part in
      part.flatMap { word in
        let (inContext, alone) = spoken.next() ?? ("", "")
        return MeloPhone.scalars(
          Self.exceptions[word] ?? Self.adapted(inContext, alone: alone, of: word))
      }
    }
  }

  private static func adapted(_ ipa: String, alone: String, of word: String) -> String {
    var scalars = Array(ipa.unicodeScalars)
    // Words that espeak-ng never stresses have their stress here ("de", "nos").
    if !alone.unicodeScalars.contains(where: { $0 == "ˈ" || $0 == "ˌ" }),
      let vowel = scalars.firstIndex(where: { "aeiouyøœəɛɔɑ".unicodeScalars.contains($0) })
    {
      scalars.insert("ˈ", at: vowel)
    }
    // "gn" is one sound at a word's end too.
    if word.contains("gn"),
      let place = scalars.indices.dropLast().first(where: {
        scalars[$0] == "n" && scalars[$0 + 1] == "j"
      })
    {
      scalars.replaceSubrange(place...place + 1, with: ["ɲ"])
    }
    var result = String.UnicodeScalarView()
    result.append(contentsOf: scalars)
    return String(result)
  }

  let abbreviations: [String: [String]] = [
    "etc": ["et", "cetera"], "dr": ["docteur"], "mme": ["madame"], "mlle": ["mademoiselle"],
    "mm": ["messieurs"], "st": ["saint"], "ste": ["sainte"], "av": ["avenue"], "bd": ["boulevard"],
  ]

  /// Words that MeloTTS's lexicon has otherwise.
  private static let exceptions = ["quatorze": "kwatˈɔʁz", "lui": "lyi"]
}

/// French number words.
enum FrenchNumberWords {
  /// The number `digits` (ASCII) in words; digit by digit from 10^12 on or with leading zeros.
  static func cardinal(_ digits: String) -> [String] {
    let values = digits.utf8.map { Int($0) - 0x30 }
    if values.count > 12 || (values.count > 1 && values.first == 0) {
      return values.flatMap { belowHundred($0) }
    }
    var value = values.reduce(0) { $0 * 10 + $1 }
    if value == 0 { return ["zéro"] }
    var words: [String] = []
    for (scale, name) in [(1_000_000_000, "milliard"), (1_000_000, "million"), (1_000, "mille")] {
      let count = value / scale
      value %= scale
      if count == 0 { continue }
      if scale > 1_000 || count > 1 { words += belowThousand(count, isLast: false) }
      words.append(scale > 1_000 && count > 1 ? name + "s" : name)
    }
    return words + (value > 0 ? belowThousand(value, isLast: true) : [])
  }

  private static func belowThousand(_ value: Int, isLast: Bool) -> [String] {
    let (hundreds, rest) = value.quotientAndRemainder(dividingBy: 100)
    var words: [String] = []
    if hundreds > 1 { words += belowHundred(hundreds) }
    if hundreds > 0 { words.append(hundreds > 1 && rest == 0 && isLast ? "cents" : "cent") }
    return words + (rest > 0 ? belowHundred(rest) : [])
  }

  private static func belowHundred(_ value: Int) -> [String] {
    if value < 17 { return [units[value]] }
    if value < 20 { return ["dix", units[value - 10]] }
    let (decade, unit) = value.quotientAndRemainder(dividingBy: 10)
    switch decade {
    case 7: return ["soixante"] + (unit == 1 ? ["et"] : []) + belowHundred(10 + unit)
    case 8: return unit == 0 ? ["quatre", "vingts"] : ["quatre", "vingt", units[unit]]
    case 9: return ["quatre", "vingt"] + belowHundred(10 + unit)
    default:
      if unit == 0 { return [decades[decade]] }
      return [decades[decade]] + (unit == 1 ? ["et"] : []) + [units[unit]]
    }
  }

  private static let units = [
    "zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze",
    "douze", "treize", "quatorze", "quinze", "seize",
  ]
  private static let decades = [
    "", "dix", "vingt", "trente", "quarante", "cinquante", "soixante",
  ]
}
