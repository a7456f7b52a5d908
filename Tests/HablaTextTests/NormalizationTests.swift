import HablaText
import Testing

/// Ranges, kinds and the choice of a normalizer.
@Suite struct NormalizationTests {
  @Test func explainsEachRewrite() {
    let text = "Añadió 2,5 kg a las 12:30."
    let result = SpanishNormalizer().normalize(text, offset: 100)
    #expect(result.text.text == "Añadió dos coma cinco kilos a las doce y media.")
    #expect(
      result.rewrites == [
        Rewrite(
          kind: .unit, original: 109..<115, originalText: "2,5 kg", spoken: "dos coma cinco kilos"),
        Rewrite(kind: .time, original: 122..<127, originalText: "12:30", spoken: "doce y media"),
      ])
  }

  @Test func wordsMapBack() {
    let result = SpanishNormalizer().normalize("ñ 21 días", offset: 3)
    let spoken = Array(result.text.text.utf8)
    #expect(String(decoding: spoken, as: UTF8.self) == "ñ veintiún días")
    #expect(result.text.originalRange(of: 3..<12) == 6..<8)
    #expect(result.text.originalRange(of: 5..<7) == 6..<8)
    #expect(result.text.originalRange(of: 13..<18) == 9..<14)
  }

  @Test func mapsThroughAnEarlierRewrite() {
    var source = MappedText()
    source.appendVerbatim("pesa ", from: 10)
    source.appendRewritten("5", for: 15..<22)
    source.appendVerbatim(" kg", from: 22)
    let result = SpanishNormalizer().normalize(source)
    #expect(result.text.text == "pesa cinco kilos")
    #expect(result.rewrites.map(\.original) == [15..<25])
    #expect(result.text.originalRange(of: 0..<4) == 10..<14)
  }

  @Test func touchingRewritesBecomeOne() {
    // The spoken number makes the rest an address, so that two passes rewrite it.
    let result = SpanishNormalizer().normalize("ve a www.5 ya")
    #expect(result.rewrites.map(\.originalText) == ["www.5"])
    #expect(result.rewrites.map(\.original) == [5..<10])
  }

  @Test func markupIsNotSaid() {
    let result = SpanishNormalizer().normalize("## **5** km\n- `dos`\n[a\u{AD}quí](http://x.es/3).")
    #expect(result.text.text == "Cinco kilómetros\ndos\n[aquí.")
    #expect(
      result.rewrites.map(\.originalText) == [
        "## ", "*", "*", "5** km", "- ", "`", "`", "\u{AD}", "](http://x.es/3)",
      ])
  }

  @Test func capitalsWhereSentencesStart() {
    let text = "3 gatos. 2 perros, 1 pez; ¿5? ¡6! etc. 7 y 8.5. (9) p. ej. 10"
    #expect(
      SpanishNormalizer().normalize(text).text.text
        == "Tres gatos. Dos perros, un pez; ¿cinco? ¡Seis! etcétera siete y ocho punto cinco. "
        + "(Nueve) por ejemplo diez")
  }

  @Test func keepsLineBreaks() {
    let result = SpanishNormalizer().normalize("5\nkm\r\n\n1\u{2028}€ 3\n")
    #expect(result.text.text == "Cinco\nkm\r\n\nUno\u{2028}Tres euros\n")
  }

  @Test func composedAndDecomposedAreOne() {
    let decomposed = "la pa\u{301}g. 3 y 21 an\u{303}os"
    let result = SpanishNormalizer().normalize(decomposed)
    #expect(result.text.text == "la página tres y veintiún an\u{303}os")
  }

  @Test(arguments: [
    ("ES", "Cinco"), ("es-MX", "Cinco"), ("es_419", "Cinco"), ("EN", "Five"), ("en-us", "Five"),
    ("EN_NEWEST", "Five"), ("FR", "Cinq"), ("DE", "5"), ("", "5"),
  ])
  func languages(name: String, five: String) {
    #expect(normalizer(for: name).normalize("5").text.text == five)
  }

  @Test func plainRewritesNothing() {
    let result = PlainNormalizer().normalize("5 km, Sr.", offset: 2)
    #expect(result.text == MappedText(verbatim: "5 km, Sr.", offset: 2))
    #expect(result.rewrites.isEmpty)
  }

  @Test func veryLongTokens() {
    let digits = String(repeating: "7", count: 20_000)
    let letters = String(repeating: "x", count: 20_000)
    let points = String(repeating: "a.", count: 10_000)
    for text in [digits, letters, points, digits + letters, "1." + digits, points + "@x.es"] {
      for normalizer in [normalizer(for: "ES"), normalizer(for: "EN")] {
        #expect(!normalizer.normalize(text).text.text.isEmpty)
      }
    }
  }
}
