import HablaText
import Testing

@Suite struct SentenceSplitterTests {
  private func sentences(_ text: String, limit: Int = SentenceSplitter.defaultLimit) -> [String] {
    SentenceSplitter(text, limit: limit).map(\.text.text)
  }

  @Test(arguments: [
    ("Hola. ¿Qué tal? ¡Bien!", ["Hola.", "¿Qué tal?", "¡Bien!"]),
    ("El Sr. Pérez llegó. La Dra. Ruiz no.", ["El Sr. Pérez llegó.", "La Dra. Ruiz no."]),
    ("Mr. Smith met Dr. Jones. They spoke.", ["Mr. Smith met Dr. Jones.", "They spoke."]),
    ("M. et Mme. Dupont sont là. Bonjour.", ["M. et Mme. Dupont sont là.", "Bonjour."]),
    ("Cuesta 3.14 euros. O 1.234,56.", ["Cuesta 3.14 euros.", "O 1.234,56."]),
    ("J. R. R. Tolkien escribió. Fin.", ["J. R. R. Tolkien escribió.", "Fin."]),
    ("Pan, leche, etc. y más. Luego.", ["Pan, leche, etc. y más.", "Luego."]),
    ("Pan, leche, etc. Luego vino.", ["Pan, leche, etc.", "Luego vino."]),
    ("Espera… no sé. Bueno… Vale.", ["Espera… no sé.", "Bueno…", "Vale."]),
    ("Wait... what? Yes...", ["Wait... what?", "Yes..."]),
    ("«¿Vienes?» preguntó él. «No.» Y se fue.", ["«¿Vienes?» preguntó él.", "«No.»", "Y se fue."]),
    ("—¿Qué? —dijo ella. —Nada.", ["—¿Qué? —dijo ella.", "—Nada."]),
    ("\"Stop!\" He ran. 'Why?' she said.", ["\"Stop!\"", "He ran.", "'Why?' she said."]),
    (
      "EE. UU. firmó. Vive en EE.UU. desde 1990. Ya.",
      ["EE. UU. firmó.", "Vive en EE.UU. desde 1990.", "Ya."]
    ),
    ("Véase pág. 5 y art. 3. Fin.", ["Véase pág. 5 y art. 3.", "Fin."]),
    ("¿Vienes? No. Mañana.", ["¿Vienes?", "No.", "Mañana."]),
    ("No. 5 is alive.", ["No. 5 is alive."]),
    ("1. Introducción. 2. Datos.", ["1. Introducción.", "2. Datos."]),
    ("Visita www.example.org. Luego llama.", ["Visita www.example.org.", "Luego llama."]),
    ("esto termina. luego sigue", ["esto termina.", "luego sigue"]),
    ("Título\n\nPrimer párrafo\nsigue aquí.", ["Título", "Primer párrafo\nsigue aquí."]),
    ("Lista:\n- uno\n- dos\n- tres", ["Lista:", "- uno", "- dos", "- tres"]),
    ("Título corto\nEl texto.", ["Título corto", "El texto."]),
    ("你好。世界！", ["你好。", "世界！"]),
    ("¿¡Qué!? Sí.", ["¿¡Qué!?", "Sí."]),
    ("(Así es.) Fin.", ["(Así es.)", "Fin."]),
    ("Sin punto", ["Sin punto"]),
    ("...", ["..."]),
    ("", []), ("  \n\t ", []), ("\u{0}\u{1}", []),
  ])
  func boundaries(text: String, expected: [String]) {
    #expect(sentences(text) == expected)
  }

  @Test func wrappedProseStaysTogether() {
    let line = "Este es un párrafo de texto que alguien partió en renglones largos con"
    #expect(sentences("\(line)\nPedro y María en la ciudad.").count == 1)
  }

  @Test func rangesPointAtTheCallersText() {
    let text = "  Hola.\n\n¿Qué tal, señor?  Bien."
    let found = Array(SentenceSplitter(MappedText(verbatim: text, offset: 100)))
    #expect(found.map(\.isParagraphEnd) == [true, false, true])
    for sentence in found {
      let range = sentence.textRange
      let bytes = Array(text.utf8)[range.lowerBound - 100..<range.upperBound - 100]
      #expect(String(decoding: bytes, as: UTF8.self) == sentence.text.text)
    }
  }

  @Test(arguments: [40, 80, 200, 250])
  func longSentencesAreCut(limit: Int) {
    let clause = "y entonces la casa de los abuelos quedó vacía, "
    let text = "Érase " + String(repeating: clause, count: 40) + "fin."
    let parts = sentences(text, limit: limit)
    #expect(parts.allSatisfy { $0.count <= limit + 1 })
    #expect(parts.joined(separator: " ").count >= text.count)
    if limit >= 80 { #expect(parts.allSatisfy { $0.hasSuffix(",") || $0.hasSuffix(".") }) }
    #expect(parts.dropLast().allSatisfy { $0.count >= limit / 4 })
  }

  @Test func wordsWithoutPunctuationGetAComma() {
    let text = String(repeating: "palabra ", count: 100)
    let parts = sentences(text)
    #expect(parts.count >= 4)
    #expect(parts.dropLast().allSatisfy { $0.hasSuffix("palabra,") })
    #expect(parts.last?.hasSuffix("palabra") == true)
  }

  @Test func hugeWordsAndDigitsAreCut() {
    let word = String(repeating: "a", count: 10_000)
    let parts = sentences(word)
    #expect(parts.allSatisfy { $0.count <= SentenceSplitter.defaultLimit + 1 })
    #expect(parts.reduce(0) { $0 + $1.filter { $0 == "a" }.count } == 10_000)
    #expect(sentences(String(repeating: "7", count: 300)).allSatisfy { $0.count <= 51 })
    let marks = String(repeating: "e\u{301}", count: 1_000)
    #expect(sentences(marks).allSatisfy { !$0.unicodeScalars.starts(with: ["\u{301}"]) })
  }

  @Test func sentencesAreFoundLazilyAndInLinearTime() {
    let text = String(repeating: "Una frase corta, con algo más. ¿Y otra? ", count: 100_000)
    var iterator = SentenceSplitter(text).makeIterator()
    #expect(iterator.next()?.text.text == "Una frase corta, con algo más.")
    let count = SentenceSplitter(text).reduce(0) { count, _ in count + 1 }
    #expect(count == 200_000)
    #expect(sentences(String(repeating: " ", count: 1_000_000) + "x") == ["x"])
    #expect(sentences(String(repeating: ".", count: 100_000)).count >= 500)
  }

  @Test func randomTextKeepsItsScalars() {
    var generator = SplitMix(seed: 1)
    for round in 0..<5_000 {
      let text = MixedText.make(length: round % 80, using: &generator)
      let limit = 20 + round % 200
      var end = 0
      var kept = 0
      for sentence in SentenceSplitter(text, limit: limit) {
        let range = sentence.textRange
        #expect(range.lowerBound >= end && range.upperBound <= text.utf8.count)
        end = range.upperBound
        #expect(!sentence.text.text.isEmpty)
        let bytes = Array(text.utf8)[range]
        let original = String(decoding: bytes, as: UTF8.self)
        #expect(
          sentence.text.text.unicodeScalars.elementsEqual(original.unicodeScalars)
            || sentence.text.text.unicodeScalars.elementsEqual((original + ",").unicodeScalars))
        kept += original.unicodeScalars.count { !$0.isSpace }
      }
      #expect(kept == text.unicodeScalars.count { !$0.isSpace })
    }
  }
}
