package protocol FrontEnd: Sendable {
  func phonemes(for sentence: MappedText, language: String) throws -> PhonemeSequence
}
package struct ClausePhonemes: FrontEnd {
  package init(symbols: Set<String>) {}
  package func phonemes(for sentence: MappedText, language: String) throws -> PhonemeSequence {
    PhonemeSequence()
  }
}
package struct MeloTTSFrontEnd: FrontEnd {
  package init(symbols: Set<String>) {}
  package func phonemes(for sentence: MappedText, language: String) throws -> PhonemeSequence {
    PhonemeSequence()
  }
}
package enum PhonemeInput {
  package static func parse(_ t: MappedText, isKnown: (String) -> Bool) -> PhonemeSequence {
    PhonemeSequence()
  }
}
