/// French: numbers, dates, times, money, units and abbreviations become words.
///
/// A smaller set of rules than Spanish has, in the manner of France: the day comes first in
/// 3/5/1998, a comma marks decimals, 70 is "soixante-dix" and 90 "quatre-vingt-dix".
package struct FrenchNormalizer: TextNormalizer {
  private static let engine = RewriteEngine(
    rules: RuleSet(
      word: [
        WebAddressRule.french, FrenchAbbreviationRule(), FrenchRomanRule(),
        TimesLetterRule(word: "fois"), FrenchAcronymRule(),
      ],
      digits: [
        WebAddressRule.french, FrenchDateRule(), VerseRule.french, FrenchTimeRule(),
        FrenchPhoneRule(),
        CardNumberRule(spell: FrenchNumberWords.spelled), FrenchCurrencyRule(),
        FrenchVersionRule(), FrenchFractionRule(), FrenchOrdinalRule(), FrenchMeasureRule(),
        FrenchCardinalRule(),
      ],
      mark: [
        FrenchPhoneRule(), FrenchCurrencyRule(), FrenchFractionRule(),
        SymbolRule(words: .french),
      ],
      plainWords: ["x", "svp", "stp"]))

  /// Makes one; all are the same.
  package init() {}

  /// The text as a French speaker reads it.
  package func normalize(_ text: MappedText) -> NormalizedText {
    Self.engine.normalize(text)
  }
}

/// What French says for signs.
extension SymbolWords {
  static let french = SymbolWords(
    always: [
      "&": "et", "@": "arobase", "+": "plus", "=": "égale", "×": "fois", "*": "fois",
      "÷": "divisé par", "≥": "au moins", "≤": "au plus", "≠": "différent de", "≈": "environ",
      "±": "plus ou moins", "√": "racine carrée de", "∞": "infini", "°": "degrés",
      "§": "paragraphe", "©": "copyright", "%": "pour cent", "№": "numéro",
    ],
    currencies: ["$": "dollars", "€": "euros", "£": "livres", "¥": "yens"],
    minus: "moins", range: "à", between: ("entre", "et"), number: "numéro", sharp: "dièse",
    hash: "dièse",
    dividedBy: "divisé par", over: "sur",
    beforeNumber: ["<": "inférieur à", ">": "supérieur à", "~": "environ", "^": "puissance"],
    powers: [
      "²": "au carré", "³": "au cube", "⁴": "puissance quatre", "⁵": "puissance cinq",
      "⁶": "puissance six", "⁷": "puissance sept", "⁸": "puissance huit", "⁹": "puissance neuf",
    ])
}

/// What French says for the parts of a web address.
extension WebAddressRule {
  static let french = WebAddressRule(
    signs: [
      ".": "point", "@": "arobase", "-": "tiret", "_": "tiret bas", "/": "barre oblique",
      "+": "plus", "?": "point d'interrogation", "=": "égale", "&": "et", "#": "dièse",
      "%": "pour cent", ":": "deux points", "~": "tilde",
    ],
    digits: { digits in
      digits.utf8.count <= 2
        ? FrenchNumberWords.withZeros(digits) : FrenchNumberWords.spelled(digits)
    },
    letters: FrenchAcronymRule.spell)
}
