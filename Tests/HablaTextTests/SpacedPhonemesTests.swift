import HablaText
import Testing

@Suite(.enabled(if: EspeakPhonemizer.isAvailable)) struct SpacedPhonemesTests {
  private func front(_ voice: String, decomposes: Bool = true) -> SpacedPhonemes {
    SpacedPhonemes(
      languages: LanguageTable([.init(name: voice, espeakVoice: voice)]), decomposes: decomposes)
  }

  private func spoken(_ text: String, _ voice: String) throws -> PhonemeSequence {
    try front(voice).phonemes(for: MappedText(verbatim: text), language: voice)
  }

  @Test func spacesAndMarksAsPiperHasThem() throws {
    #expect(try spoken("Hola, mundo.", "es").symbols.joined() == "ˈola, mˈundo.")
    #expect(try spoken("¿Qué tal? ¡Bien!", "es").symbols.joined() == "kˈe tˈal? bjˈen!")
    // No mark at the end, none is made up.
    #expect(try spoken("Hola", "es").symbols.joined() == "ˈola")
    #expect(try spoken("", "es").symbols == [])
    #expect(try spoken("...", "es").symbols == [])
  }

  @Test func composedSymbolsComeApart() throws {
    let apart = try spoken("ich", "de").symbols
    #expect(apart.contains("c") && apart.contains("\u{327}"))
    let together = try front("de", decomposes: false)
      .phonemes(for: MappedText(verbatim: "ich"), language: "de").symbols
    #expect(together.count == apart.count - 1)
  }

  @Test func wordsPointAtTheTextAndTheirSymbols() throws {
    let text = "Buenos días, señora."
    let result = try spoken(text, "es")
    let words = result.words.map { word in
      String(decoding: Array(text.utf8)[word.textRange], as: UTF8.self)
    }
    #expect(words == ["Buenos", "días", "señora"])
    #expect(
      result.words.map { result.symbols[$0.symbols].joined() } == ["bwˈenos", "ðˈias", "seɲˈoɾa"])
  }
}
