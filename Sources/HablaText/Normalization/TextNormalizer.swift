/// Rewrites what a phonemizer would get wrong (numbers, dates, abbreviations) into plain words.
///
/// Implementations are immutable and may be used from any thread. They take time linear in the
/// text's length, never look across a line break (so a text may be given paragraph by paragraph),
/// accept any text, and leave their own output as it is.
package protocol TextNormalizer: Sendable {
  /// The text as it should be spoken, with the way back to the caller's text.
  func normalize(_ text: MappedText) -> NormalizedText
}

extension TextNormalizer {
  /// Normalizes a text that starts at byte `offset` of the caller's text.
  package func normalize(_ text: String, offset: Int = 0) -> NormalizedText {
    normalize(MappedText(verbatim: text, offset: offset))
  }
}

/// What a normalizer made of a text.
package struct NormalizedText: Sendable, Equatable {
  /// The text to speak; its ranges map to the caller's text.
  package let text: MappedText
  /// Every rewrite, in order; their original ranges do not overlap.
  package let rewrites: [Rewrite]
}

/// One stretch of text that is spoken differently from how it is written.
package struct Rewrite: Sendable, Equatable {
  /// The class of a rewrite, as `explain` shows it.
  package enum Kind: String, Sendable, CaseIterable {
    case number, ordinal, fraction, digits, version, range
    case date, time, currency, percent, unit, phone
    case romanNumeral = "roman numeral"
    case abbreviation, acronym, initial, symbol
    case webAddress = "web address"
    case markup
  }

  /// Which rule made it.
  package let kind: Kind
  /// UTF-8 byte range in the caller's text.
  package let original: TextRange
  /// What was written there.
  package let originalText: String
  /// What is spoken instead; empty when nothing is.
  package let spoken: String

  /// Makes a rewrite.
  package init(kind: Kind, original: TextRange, originalText: String, spoken: String) {
    self.kind = kind
    self.original = original
    self.originalText = originalText
    self.spoken = spoken
  }
}

/// Leaves every text as it is.
package struct PlainNormalizer: TextNormalizer {
  /// Makes one.
  package init() {}

  /// The same text.
  package func normalize(_ text: MappedText) -> NormalizedText {
    NormalizedText(text: text, rewrites: [])
  }
}

/// The normalizer of a language, or `PlainNormalizer` where there is none.
///
/// - Parameter language: a language name as voices carry it: "ES", "es", "es-MX", "es_419", "EN",
///   "en-us", "EN_NEWEST", "fr-ca"; letter case does not matter, and only the part before the first
///   hyphen or underscore counts.
/// - Returns: the normalizer; it holds no state.
package func normalizer(for language: String) -> any TextNormalizer {
  let code = language.prefix { $0 != "-" && $0 != "_" }.lowercased()
  switch code {
  case "es", "spa", "sp": return SpanishNormalizer()
  case "en", "eng": return EnglishNormalizer()
  case "fr", "fra", "fre": return FrenchNormalizer()
  default: return PlainNormalizer()
  }
}
