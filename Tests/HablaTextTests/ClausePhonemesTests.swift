import HablaText
import Testing

@Suite(.enabled(if: EspeakPhonemizer.isAvailable)) struct ClausePhonemesTests {
  /// The default voice's symbols: pad, IPA scalars, marks.
  private static let symbols: [String] =
    "_abdefhijklmnoprstuvwxzæðŋɐɑɔəɚɛɜɡɣɪɲɹɾʃʊʌʎʒʔʝˈˌː\u{303}\u{329}βθᵻ,.!?".unicodeScalars.map {
      String($0)
    }
  private let frontEnd = ClausePhonemes(symbols: Set(symbols))

  private func phonemes(_ text: String, _ language: String = "ES") throws -> PhonemeSequence {
    try frontEnd.phonemes(for: MappedText(verbatim: text), language: language)
  }

  @Test(arguments: [
    ("Hola, ¿cómo estás?", "ES", "ˈ o l a , k ˈ o m o e s t ˈ a s ?"),
    ("¡Qué día tan bonito!", "ES", "k ˈ e ð ˈ i a t ˈ a m b o n ˈ i t o !"),
    (
      "Son las 3,5 y llegó.", "ES",
      "s ˈ o n l a s t ɾ ˈ e s k o m a θ ˈ i n k o i ʎ e ɣ ˈ o ."
    ),
    ("Hello there!", "EN", "h ə l ˈ o ʊ ð ˈ ɛ ɹ !"),
    (
      "It costs 3.14 dollars: wait… really?", "EN",
      "ɪ t k ˈ ɔ s t s θ ɹ ˈ i ː p ɔ ɪ n t w ˈ ʌ n f ˈ o ː ɹ d ˈ ɑ ː l ɚ z , w ˈ e ɪ t . ɹ ˈ i ə l i ?"
    ),
    ("The judge isn't here", "EN", "ð ə d ʒ ˈ ʌ d ʒ ˌ ɪ z ə n t h ˈ ɪ ɹ ."),
  ])
  func specifiedTokens(text: String, language: String, expected: String) throws {
    let found = try phonemes(text, language)
    #expect(found.symbols.joined(separator: " ") == expected)
    #expect(found.tones == [Int](repeating: 0, count: found.symbols.count))
    #expect(found.unknown.isEmpty)
  }

  @Test func specifiedTokensSurviveDecomposedInput() throws {
    let text = "Son las 3,5 y llego\u{301}."
    let found = try phonemes(text)
    #expect(found.symbols == (try phonemes("Son las 3,5 y llegó.")).symbols)
    #expect(found.words.last?.textRange == 14..<text.utf8.count - 1)
  }

  @Test func wordsPointAtTheCallersText() throws {
    let text = "Hola, ¿cómo  estás?"
    let found = try phonemes(text)
    let bytes = Array(text.utf8)
    let words = found.words.map { word in
      String(decoding: bytes[word.textRange], as: UTF8.self) + "="
        + found.symbols[word.symbols].joined()
    }
    #expect(words == ["Hola=ˈola", "cómo=kˈomo", "estás=estˈas"])
  }

  @Test func languagesAreFoundByNameOrRegion() throws {
    let expected = try phonemes("Hola", "ES")
    for name in ["es", "Es", "es-MX", "es_419"] { #expect(try phonemes("Hola", name) == expected) }
    let error = #expect(throws: TextError.self) { try phonemes("Hola", "de") }
    #expect(error == .unknownLanguage("de", supported: ["ES", "EN"]))
    #expect(error?.description.contains("ES, EN") == true)
  }

  @Test(arguments: ["", " \n\t", "...", "¿?", "—", "\u{0}", "«»", "\u{1}\u{2}", "!?!?"])
  func nothingToSay(text: String) throws {
    let found = try phonemes(text)
    #expect(found.symbols.isEmpty && found.words.isEmpty)
  }

  @Test(arguments: [
    "😀", "漢字", "hola\u{0}mundo", "a\u{1}b", String(repeating: "7", count: 50),
    String(repeating: "x", count: 10_000), String(repeating: "ab ", count: 3_000), "a Ж", "€ % & @",
  ])
  func oddTextIsSpoken(text: String) throws {
    let found = try phonemes(text)
    #expect(!found.symbols.isEmpty)
    #expect(found.symbols.allSatisfy { Self.symbols.contains($0) })
    #expect(found.tones.count == found.symbols.count)
  }

  @Test func symbolsThatTheVoiceLacksAreReported() throws {
    let few = ClausePhonemes(
      symbols: ["_", "o", "a", "."],
      languages: LanguageTable([.init(name: "ES", espeakVoice: "es")]))
    let found = try few.phonemes(for: MappedText(verbatim: "Hola, hola."), language: "ES")
    #expect(found.symbols == ["o", "a", "o", "a", "."])
    #expect(found.unknown == ["ˈ", "l", ","])
    #expect(found.words.map(\.symbols) == [0..<2, 2..<4])
  }

  @Test func lettersOfForeignScriptsAreReported() throws {
    let found = try phonemes("hola Жд 한국 hola")
    #expect(found.symbols.joined() == "ˈolaˈola.")
    #expect(found.unknown == ["Ж", "д", "한", "국"])
  }

  @Test func randomTextGivesOrderedWords() throws {
    var generator = SplitMix(seed: 4)
    for round in 0..<1_500 {
      let text = MixedText.make(length: round % 50, using: &generator)
      let found = try phonemes(text, round % 2 == 0 ? "ES" : "EN")
      #expect(found.tones.count == found.symbols.count)
      var symbols = 0
      for word in found.words {
        #expect(word.symbols.lowerBound >= symbols)
        #expect(word.symbols.upperBound <= found.symbols.count)
        #expect(word.textRange.lowerBound >= 0 && word.textRange.upperBound <= text.utf8.count)
        symbols = word.symbols.upperBound
      }
    }
  }
}
