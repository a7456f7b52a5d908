/// English: numbers, dates, times, money, units and abbreviations become words.
///
/// A smaller set of rules than Spanish has, in the American manner: the month comes first in
/// 3/5/1998, a point marks decimals, and four digits behind "in", a name and the like are a year.
package struct EnglishNormalizer: TextNormalizer {
  private static let engine = RewriteEngine(
    rules: RuleSet(
      word: [
        WebAddressRule.english, EnglishWeekdaysRule(), EnglishCurrencyRule(),
        EnglishAbbreviationRule(),
        EnglishRomanRule(), TimesLetterRule(word: "by"), EnglishAcronymRule(),
      ],
      digits: [
        WebAddressRule.english, EnglishDateRule(), VerseRule.english, EnglishTimeRule(),
        EnglishCurrencyRule(),
        CardNumberRule(spell: EnglishNumberWords.spelled), EnglishPhoneRule(), EnglishVersionRule(),
        EnglishFractionRule(), EnglishOrdinalRule(),
        EnglishMeasureRule(), EnglishCardinalRule(),
      ],
      mark: [
        EnglishPhoneRule(), EnglishCurrencyRule(), EnglishFractionRule(),
        SymbolRule(words: .english),
      ]))

  /// Makes one; all are the same.
  package init() {}

  /// The text as an English speaker reads it.
  package func normalize(_ text: MappedText) -> NormalizedText {
    Self.engine.normalize(text)
  }
}

/// What English says for signs.
extension SymbolWords {
  static let english = SymbolWords(
    always: [
      "&": "and", "@": "at", "+": "plus", "=": "equals", "×": "times", "*": "times",
      "÷": "divided by", "≥": "at least", "≤": "at most", "≠": "is not", "≈": "about",
      "±": "plus or minus", "√": "square root of", "∞": "infinity", "°": "degrees",
      "§": "section", "©": "copyright", "%": "percent", "№": "number",
    ],
    currencies: ["$": "dollars", "€": "euros", "£": "pounds", "¥": "yen"],
    minus: "minus", range: "to", between: ("between", "and"), number: "number", sharp: "sharp",
    hash: "hash",
    dividedBy: "divided by", over: "out of",
    beforeNumber: ["<": "less than", ">": "more than", "~": "about", "^": "to the power of"],
    powers: [
      "²": "squared", "³": "cubed", "⁴": "to the fourth", "⁵": "to the fifth", "⁶": "to the sixth",
      "⁷": "to the seventh", "⁸": "to the eighth", "⁹": "to the ninth",
    ])
}

/// What English says for the parts of a web address.
extension WebAddressRule {
  static let english = WebAddressRule(
    signs: [
      ".": "dot", "@": "at", "-": "dash", "_": "underscore", "/": "slash", "+": "plus",
      "?": "question mark", "=": "equals", "&": "and", "#": "hash", "%": "percent", ":": "colon",
      "~": "tilde",
    ],
    digits: { digits in
      digits.utf8.count <= 2
        ? EnglishNumberWords.withZeros(digits) : EnglishNumberWords.spelled(digits)
    },
    letters: EnglishAcronymRule.spell)
}
