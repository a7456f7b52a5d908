import Habla
import HablaNetwork
import HablaText
import TestSupport
import Testing

/// Sentences of a text that comes in pieces are those of the whole text.
@Suite struct IncrementalSentencesTests {
  private static let voice = Result { try Voice.builtIn() }

  /// Stands in for phonemes: a sentence with a letter or digit is spoken.
  private struct LetterTokenizer: VoiceTokenizer {
    func tokens(for sentence: MappedText, language: String) -> TokenizedSentence {
      let isSpoken = sentence.text.unicodeScalars.contains {
        $0.properties.isAlphabetic || $0.properties.numericType != nil
      }
      return TokenizedSentence(
        tokens: TokenSequence(ids: [0]), words: [],
        phonemes: isSpoken ? [(sentence.text, 0..<1)] : [], unknown: [], prosody: nil)
    }

    func tokens(forPhonemes phonemes: MappedText, language: String) -> TokenizedSentence {
      tokens(for: phonemes, language: language)
    }
  }

  /// What decides how a sentence sounds and what its marks say.
  struct Spoken: Equatable, CustomStringConvertible {
    let text: MappedText
    let range: TextRange
    let endsParagraph: Bool
    let isContinued: Bool
    var description: String { "\(text.text) \(range)\(endsParagraph ? " ¶" : "")" }

    init(_ sentence: PreparedSentence) {
      text = sentence.text
      range = sentence.textRange
      endsParagraph = sentence.endsParagraph
      isContinued = sentence.isContinued
    }
  }

  private func request(
    _ text: String, _ language: String = "ES", kind: InputKind = .text, lexicon: Lexicon? = nil
  ) throws -> SynthesisRequest {
    var options = SynthesisOptions()
    options.language = language
    options.lexicon = lexicon
    return try SynthesisRequest(text, kind, options, Self.voice.get())
  }

  private func whole(_ request: SynthesisRequest) throws -> [Spoken] {
    var sentences = SentencePipeline(request, LetterTokenizer())
    var result: [Spoken] = []
    while case .sentence(let sentence) = try sentences.next() { result.append(Spoken(sentence)) }
    return result
  }

  /// The sentences when a text comes in pieces; also how many bytes had come when each was given.
  private func incremental(
    _ pieces: [[UInt8]], _ request: SynthesisRequest
  ) throws -> [(sentence: Spoken, seen: Int)] {
    let text = IncrementalText()
    var sentences = IncrementalSentences(text, request, LetterTokenizer())
    var result: [(Spoken, Int)] = []
    var seen = 0
    func pull(_ sentences: inout IncrementalSentences) throws -> Bool {
      while true {
        switch try sentences.next() {
        case .sentence(let sentence): result.append((Spoken(sentence), seen))
        case .needsText: return true
        case .end: return false
        }
      }
    }
    for piece in pieces {
      try text.append(utf8: piece)
      seen += piece.count
      #expect(try pull(&sentences))
    }
    try text.finish()
    #expect(try !pull(&sentences))
    return result
  }

  private func pieces(_ text: String, of size: Int) -> [[UInt8]] {
    let bytes = Array(text.utf8)
    return stride(from: 0, to: bytes.count, by: size).map {
      Array(bytes[$0..<min($0 + size, bytes.count)])
    }
  }

  private static let texts = [
    "", " ", "\n\n\n", "Hola", "Hola.", "Hola. ", "Hola.\n\n", "...", "¿?",
    "Cuesta 3.14 euros. Luego 3. Y 14 más.",
    "El Sr. López y la Dra. Ruiz viven en EE. UU. desde 1998. Bien.",
    "Espera... ¿qué? Nada... Bueno... sí. No... no.",
    "Son las 3 p. m. Mañana a las 10:30 a. m. será. Fin.",
    "Cuesta 1.234,56 € o $5.99, no más. El 3.º de 1/2/2024. El 50 % de 3 kg.",
    "Primero:\n1. Uno\n2. Dos\n- Tres\n\nFin de la lista.",
    "**Nota.** Esto es _importante_. Ver [aquí](https://ejemplo.es/a.b?c=d). Vale.",
    "\"¡Hola!\", dijo. «¿Qué?» (Sí.) Y se fue. —¿Adónde? —No sé.",
    "Escribe a ana.ruiz@correo.es o ve a www.ejemplo.com. Adiós.",
    "👨‍👩‍👧‍👦 Familia. Cafe\u{301} con leche. 👍🏽 ¡Vale! n\u{303}andu\u{301}. Fin.",
    "Primera línea\r\nSegunda línea, que es mucho más larga que las demás de este texto.\r\n\r\nOtra.",
    "日本語です。それから。Y español. ¡Sí！ Ya",
    "Di [[ˈola kˈe tˈal. Bien.]] y [[no cierra. Otra cosa. Y más.",
    "Siglo V. Alfonso X. Luis XIV. Núm. 5. Pág. 3. Art. 7. Etc. Fin.",
    "a.\n\n\n\nb.\n \nc\n\t\nd", "Uno.Dos.Tres. Cuatro.Cinco", "\u{FEFF}Hola. \u{200B}Adiós. Ya.",
    "Tel. 91 123 45 67. Llama al +34 600 123 456. Gracias. De nada.",
    "La versión 3.2.1. La 4. La 5.0 saldrá el 5 de mayo de 2026. Entonces, sí.",
    "1. 2. 3. 4. 5. 6. siete. 8. 9 y 10. Y 1 000 000. 20 000.",
  ]

  @Test(arguments: texts) func anyPiecesGiveTheSentencesOfTheWhole(_ text: String) throws {
    for language in ["ES", "EN"] {
      let request = try request(text, language)
      let expected = try whole(request)
      for size in [1, 2, 3, 4, 5, 7, 10, 16, 33, 1000] {
        let found = try incremental(pieces(text, of: size), request).map(\.sentence)
        #expect(found == expected, "pieces of \(size)")
      }
    }
  }

  /// The rows of the normalizer's tables, which are full of what looks like a sentence's end.
  @Test(arguments: [
    ("normalization-es.tsv", "ES"), ("normalization-es-answers.tsv", "ES"),
    ("normalization-en.tsv", "EN"),
  ])
  func theNormalizersTables(_ file: String, _ language: String) throws {
    let table = String(decoding: TemporaryFolder.read(Fixtures.path(file)), as: UTF8.self)
    let rows = table.split(separator: "\n").compactMap { line -> String? in
      let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
      return line.hasPrefix("#") || fields.count < 2 ? nil : String(fields[0])
    }
    #expect(rows.count > 50)
    var differing: [String] = []
    for start in stride(from: 0, to: rows.count, by: 5) {
      let text = rows[start..<min(start + 5, rows.count)].joined(separator: ". ") + "."
      let request = try request(text, language)
      // Longer sentences are cut elsewhere.
      let expected = try whole(request)
      if expected.contains(where: \.isContinued) { continue }
      for size in [1, 6] {
        let found = try incremental(pieces(text, of: size), request).map(\.sentence)
        if found != expected { differing.append("\(found) instead of \(expected)") }
      }
    }
    #expect(differing.isEmpty)
  }

  @Test func randomTexts() throws {
    let parts = [
      "Hola", " ", " ", ". ", "... ", "? ", "! ", ", ", "3", "14", ".", ".", "\n", "\n\n", "Sr.",
      "EE. UU.",
      "p. m.", "Luego", "y", "X", "V.", "5 €", "«", "»", "(", ")", "-", "—", "*", "**", "1. ", "á",
      "e\u{301}",
      "👍🏽", "No", "mañana", "etc.", ":", ";", "[[", "]]", "\r\n", "[", "%", "2024",
    ]
    var state: UInt64 = 99
    func next(_ limit: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(limit))
    }
    var differing: [String] = []
    for _ in 0..<1500 {
      let text = (0..<(1 + next(30))).map { _ in parts[next(parts.count)] }.joined()
      let request = try request(text)
      let expected = try whole(request)
      if expected.contains(where: \.isContinued) { continue }
      let found = try incremental(pieces(text, of: 1 + next(5)), request).map(\.sentence)
      if found != expected {
        differing.append("\(text.debugDescription): \(found), not \(expected)")
      }
    }
    #expect(differing.isEmpty)
  }

  @Test func longSentencesAreCutEarlyAndTheSameForAnyPieces() throws {
    let clause = "y luego siguió andando por la calle sin mirar a nadie, "
    let numbers = "el 25 de mayo de 1998 costaba 1.234,56 €, "
    for text in [
      String(repeating: clause, count: 20) + "y llegó. Fin.",
      String(repeating: numbers, count: 12) + "y ya.",
      String(repeating: "palabra ", count: 200), String(repeating: "letras", count: 200),
    ] {
      let request = try request(text)
      let expected = try incremental(pieces(text, of: text.utf8.count), request).map(\.sentence)
      #expect(expected.count > 3)
      for size in [1, 3, 10, 100] {
        let found = try incremental(pieces(text, of: size), request)
        #expect(found.map(\.sentence) == expected, "pieces of \(size)")
        if size < 10, text.contains(" ") {
          // Given long before the text's end, and no later than what decides about it.
          #expect(found[0].seen < found[0].sentence.range.upperBound + 330)
        }
      }
      // Every word is in one sentence.
      for (a, b) in zip(expected, expected.dropFirst()) {
        #expect(a.range.upperBound <= b.range.lowerBound)
      }
    }
  }

  @Test func sentencesComeEarly() throws {
    let text = "Hola, ¿qué tal? Muy bien, gracias. Otra cosa."
    let found = try incremental(pieces(text, of: 1), request(text))
    #expect(
      found.map(\.sentence.text.text) == ["Hola, ¿qué tal?", "Muy bien, gracias.", "Otra cosa."])
    // Behind the second word and what ends it.
    #expect(
      found.map(\.seen)
        == ["Hola, ¿qué tal? Muy bien, ", "Hola, ¿qué tal? Muy bien, gracias. Otra cosa.", text]
        .map(\.utf8.count))
  }

  @Test func phonemesComeByParagraphs() throws {
    let text = "ˈola\n\nkˈe tˈal\n\n\nbjˈen"
    let request = try request(text, kind: .phonemes)
    let expected = try whole(request)
    #expect(expected.count == 3)
    for size in [1, 2, 7, 100] {
      #expect(try incremental(pieces(text, of: size), request).map(\.sentence) == expected)
    }
  }

  @Test func aLexiconsWordsAreComplete() throws {
    let text = "El wifi y el wi-fi. Mi wifi. ChatGPT dice: wifi."
    let lexicon = try Lexicon(text: "wifi = /wˈifi/\nchatgpt = chat ye pe te\nwi = ui")
    let request = try request(text, lexicon: lexicon)
    let expected = try whole(request)
    for size in 1...9 {
      #expect(try incremental(pieces(text, of: size), request).map(\.sentence) == expected)
    }
  }

  /// A paragraph that never ends: the time for each word stays the same.
  @Test func anEndlessLine() throws {
    let text = String(repeating: "Una frase corta. Y otra, que sigue. ", count: 800)
    let request = try request(text)
    let found = try incremental(pieces(text, of: 50), request)
    #expect(found.count == 1600)
    #expect(found.allSatisfy { $0.seen <= $0.sentence.range.upperBound + 100 })
  }
}
