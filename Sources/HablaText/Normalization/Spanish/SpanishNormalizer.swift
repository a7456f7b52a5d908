/// Spanish: what is written in digits, signs and abbreviations becomes words.
///
/// The rules, most specific first; each has its own file. Where Spanish leaves a choice:
/// - decimal marks are said as written, coma or punto; 1.234 is a thousand, 1,234 is a decimal;
/// - years are cardinals; the first of a month is "uno";
/// - hours are read as on a clock only behind an article or with a. m./p. m.;
/// - ranges and scores are "a" (3-2: tres a dos); "$" is dólares;
/// - what counts nothing stands alone: "el 21 de mayo" is veintiuno, "21 días" veintiún.
package struct SpanishNormalizer: TextNormalizer {
  private static let engine = RewriteEngine(
    rules: RuleSet(
      word: [
        WebAddressRule.spanish, SpanishCurrencyRule(), SpanishAbbreviationRule(),
        SpanishPlainAbbreviationRule(), SpanishMonthRule(), SpanishRomanRule(),
        SpanishInitialRule(), TimesLetterRule(word: "por"), SpanishAcronymRule(),
      ],
      digits: [
        WebAddressRule.spanish, SpanishDateRule(), VerseRule.spanish, SpanishTimeRule(),
        SpanishCurrencyRule(),
        CardNumberRule(spell: SpanishNumberWords.spelled), SpanishPhoneRule(),
        SpanishVersionRule(), SpanishFractionRule(), SpanishOrdinalRule(), SpanishMeasureRule(),
        SpanishCardinalRule(),
      ],
      mark: [
        SpanishPhoneRule(), SpanishCurrencyRule(), SpanishFractionRule(), SpanishPerRule(),
        SymbolRule(words: .spanish),
      ],
      plainWords: SpanishPlainAbbreviationRule.words.union(SpanishMonthRule.words).union(["x"])))

  /// Makes one; all are the same.
  package init() {}

  /// The text as a Spanish speaker reads it.
  package func normalize(_ text: MappedText) -> NormalizedText {
    Self.engine.normalize(text)
  }
}
