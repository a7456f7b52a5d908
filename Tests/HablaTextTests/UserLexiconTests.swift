import HablaText
import Testing

@Suite struct UserLexiconTests {
  private func lexicon(_ text: String) throws -> UserLexicon {
    try UserLexicon(text: text, name: "words.txt")
  }

  @Test func wordsAreReplacedInTheirLanguage() throws {
    let lexicon = try lexicon(
      """
      # comment
      wi-fi = güifi
      [es]
      ChatGPT = chat ye pe te

      us = nosotros
      [*]
      niño = ninio
      """)
    #expect(lexicon.count == 4)
    func applied(_ text: String, _ language: String = "ES") -> String {
      PronunciationMarkup.applied(
        to: MappedText(verbatim: text), lexicon: lexicon, language: language
      ).text
    }
    #expect(applied("El Wi-Fi, ChatGPT.") == "El güifi, chat ye pe te.")
    #expect(applied("chatgpt US", "es-MX") == "chatgpt nosotros")
    #expect(applied("ChatGPT wi-fi", "EN") == "ChatGPT güifi")
    #expect(applied("NIN\u{303}O niños") == "ninio niños")
    #expect(applied("us-us") == "nosotros-nosotros")
  }

  @Test func rangesLeadBackToTheWord() throws {
    let lexicon = try lexicon("abc = uno dos\nxyz = /ola/")
    let text = "Di abc y xyz."
    let found = PronunciationMarkup.applied(
      to: MappedText(verbatim: text), lexicon: lexicon, language: "ES")
    #expect(found.text.hasPrefix("Di uno dos y "))
    #expect(found.originalRange(of: 3..<6) == 3..<6)
    #expect(found.originalRange(of: 7..<10) == 3..<6)
    #expect(found.originalRange(of: found.text.utf8.count - 1..<found.text.utf8.count) == 12..<13)
  }

  @Test func everyBadLineIsNamed() throws {
    let text = """
      good = bueno
      no sign
       = nothing
      two words = dos
      empty =
      slash = /abc
      slashes = //
      [es
      [e s]
      good = otra vez
      GOOD = distinto
      !? = signo
      """
    let error = #expect(throws: TextError.self) { try lexicon(text) }
    guard case .badEntries(let file, let entries) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(file == "words.txt")
    #expect(entries.map(\.line) == [2, 3, 4, 5, 6, 7, 8, 9, 10, 12])
    #expect(error?.description.contains("line 2: expected WORD = PRONUNCIATION") == true)
  }

  @Test func bracketsThatAreNoPhonemesStay() {
    for text in ["[[", "[[]]", "[[ ]]", "[[a\nb]]", "[[a]", "[a]", "a]]", "[[a[b]]", "[[[["] {
      let found = PronunciationMarkup.applied(to: MappedText(verbatim: text), language: "ES")
      #expect(found.text == text)
    }
  }

  @Test func randomTextNeverTraps() throws {
    let lexicon = try lexicon("hola = /ola/\na = be\n漢字 = kanji")
    var generator = SplitMix(seed: 7)
    for round in 0..<3_000 {
      let text = MixedText.make(length: round % 50, using: &generator)
      let found = PronunciationMarkup.applied(
        to: MappedText(verbatim: text), lexicon: lexicon, language: "ES")
      let range = found.originalRange(of: 0..<found.text.utf8.count)
      #expect(range.lowerBound >= 0 && range.upperBound <= text.utf8.count)
      _ = PhonemeRun.decoded(found)
    }
  }
}

@Suite(.enabled(if: EspeakPhonemizer.isAvailable)) struct InlinePhonemesTests {
  private func marked(_ text: String) throws -> MappedText {
    PronunciationMarkup.applied(
      to: MappedText(verbatim: text),
      lexicon: try UserLexicon(text: "xyz = /olla/", name: "x"), language: "ES")
  }

  private let text = "Hola [[bo bo]] xyz, no."

  @Test func clauseVoicesSpeakThem() throws {
    let known = Set("abeilnoˈ,.".unicodeScalars.map { String($0) })
    let found = try ClausePhonemes(symbols: known).phonemes(for: try marked(text), language: "ES")
    #expect(found.symbols.joined() == "ˈolaboboolla,nˈo.")
    #expect(found.words.map(\.textRange) == [0..<4, 5..<14, 15..<18, 20..<22])
    #expect(found.words.map(\.symbols) == [0..<4, 4..<8, 8..<12, 13..<16])
  }

  @Test func meloVoicesSpeakThem() throws {
    let known = Set("abeilnoˈ,.".unicodeScalars.map { String($0) })
    let found = try MeloTTSFrontEnd(symbols: known).phonemes(
      for: try marked(text), language: "ES")
    #expect(found.symbols.joined() == "ˈolaboboolla,nˈo.")
    #expect(found.words.map(\.textRange) == [0..<4, 5..<14, 15..<18, 20..<22])
  }

  @Test func theyPassNormalizationAndSplitting() throws {
    let text = "Di [[a. b1 23]] 3 veces. Fin."
    let normalized = normalizer(for: "ES").normalize(try marked(text)).text
    let sentences = Array(SentenceSplitter(normalized))
    #expect(sentences.count == 2)
    #expect(PhonemeRun.decoded(sentences[0].text).text == "Di a. b1 23 tres veces.")
  }

  @Test func characterVoicesReadThem() throws {
    #expect(PhonemeRun.decoded(try marked(text)).text == "Hola bo bo olla, no.")
  }
}
