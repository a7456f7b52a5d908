package struct MeloTTSFrontEnd: FrontEnd {
  package init(symbols: Set<String>) {}
  package func phonemes(
    for sentence: MappedText, language: String
  ) throws(TextError) -> PhonemeSequence {
    PhonemeSequence()
  }
}
