import HablaText
import Testing

@Suite(.enabled(if: EspeakPhonemizer.isAvailable)) struct EspeakPhonemizerTests {
  private let phonemizer = EspeakPhonemizer()

  private func pairs(_ text: String, voice: String) throws -> [String] {
    let clause = try phonemizer.clause(text, voice: voice)
    let scalars = clause.ipa.unicodeScalars.filter { $0 != " " }
    let bytes = Array(text.utf8)
    return clause.words.map { word in
      let phonemes = scalars.dropFirst(word.scalars.lowerBound).prefix(word.scalars.count)
      return String(decoding: bytes[word.bytes], as: UTF8.self) + "="
        + phonemes.map { String($0) }.joined()
    }
  }

  @Test func shortCapitalsAreReadInSpanish() throws {
    let phonemizer = EspeakPhonemizer()
    for (capitals, lower) in [
      ("ayer la ONU dijo", "ayer la onu dijo"), ("eso NO me gusta", "eso no me gusta"),
      ("es MUY bueno", "es muy bueno"), ("esto SÍ vale", "esto sí vale"),
    ] {
      let spoken = try phonemizer.clause(capitals, voice: "es")
      #expect(spoken == (try phonemizer.clause(lower, voice: "es")), "\(capitals)")
    }
    // Vowels only, consonants only and longer words are left to espeak-ng.
    for text in ["la UE dice", "un DVD más", "la OTAN dice", "el MP3 y H2O", ""] {
      let alone = try phonemizer.phonemes(of: [text], voice: "es")
      #expect(try phonemizer.clause(text, voice: "es").ipa == alone[0], "\(text)")
    }
  }

  @Test func voicesChangePerCall() throws {
    #expect(try phonemizer.phonemes(of: ["Hola"], voice: "es") == ["ˈola"])
    #expect(try phonemizer.phonemes(of: ["Hello there"], voice: "en-us") == ["həlˈoʊ ðˈɛɹ"])
    #expect(try phonemizer.phonemes(of: ["Hola", ""], voice: "es") == ["ˈola", ""])
  }

  @Test(arguments: [
    ("cómo estás", "es", ["cómo=kˈomo", "estás=estˈas"]),
    (
      "Son las 3,5 y llegó", "es",
      ["Son=sˈon", "las=las", "3,5=tɾˈeskomaθˈinko", "y=i", "llegó=ʎeɣˈo"]
    ),
    ("a - b", "es", ["a=a", "b=bˈe"]),
    ("hola", "es", ["hola=ˈola"]),
  ])
  func wordsGetTheirPhonemes(text: String, voice: String, expected: [String]) throws {
    #expect(try pairs(text, voice: voice) == expected)
  }

  @Test func wordsSpokenAsOneShareASpan() {
    let words = ["tˈan", "bonˈito", "ˈes"].map { Array($0.unicodeScalars) }
    let spans = WordAlignment.spans(
      words: words, groups: ["tˈambonˈito", "ˈes"].map { Array($0.unicodeScalars) })
    #expect(spans == [.init(words: 0..<2, groups: 0..<1), .init(words: 2..<3, groups: 1..<2)])
  }

  @Test func aWordAndAMergeDoNotCancel() {
    // Four words and four groups, but the first two words are one group and the number two.
    let words = ["ɪz", "nɒt", "twˈɛnti wˌʌn", "kats"].map { Array($0.unicodeScalars) }
    let groups = ["ɪznɒt", "twˈɛnti", "wˌʌn", "kats"].map { Array($0.unicodeScalars) }
    #expect(
      WordAlignment.spans(words: words, groups: groups) == [
        .init(words: 0..<2, groups: 0..<1), .init(words: 2..<3, groups: 1..<3),
        .init(words: 3..<4, groups: 3..<4),
      ])
  }

  @Test func languageSwitchMarksAreRemoved() throws {
    for text in try phonemizer.phonemes(of: ["漢字 aquí", "el software de Windows"], voice: "es") {
      #expect(!text.contains("(") && !text.isEmpty)
    }
  }

  @Test func unknownVoicesAndDataFoldersAreErrors() {
    #expect(throws: TextError.self) { try phonemizer.phonemes(of: ["a"], voice: "no-such-voice") }
    #expect(throws: TextError.self) { try phonemizer.phonemes(of: ["a"], voice: "") }
    #expect(throws: TextError.self) {
      try EspeakPhonemizer(dataPath: "/nonexistent/folder").phonemes(of: ["a"], voice: "es")
    }
  }

  @Test func manyThreadsTakeTurns() async throws {
    let expected = try phonemizer.phonemes(of: ["Hola mundo", "Hello world"], voice: "es")
    let english = try phonemizer.phonemes(of: ["Hola mundo", "Hello world"], voice: "en-us")
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for index in 0..<64 {
        group.addTask {
          let isSpanish = index % 2 == 0
          let found = try EspeakPhonemizer().phonemes(
            of: ["Hola mundo", "Hello world"], voice: isSpanish ? "es" : "en-us")
          return found == (isSpanish ? expected : english)
        }
      }
      for try await isEqual in group { #expect(isEqual) }
    }
  }

  @Test func randomTextNeverTraps() throws {
    var generator = SplitMix(seed: 3)
    for round in 0..<2_000 {
      let text = MixedText.make(length: round % 60, using: &generator)
      let clause = try phonemizer.clause(text, voice: round % 2 == 0 ? "es" : "en-us")
      let count = clause.ipa.unicodeScalars.count { $0 != " " }
      var bytes = 0
      var scalars = 0
      for word in clause.words {
        #expect(word.bytes.lowerBound >= bytes && word.bytes.upperBound <= text.utf8.count)
        #expect(word.scalars.lowerBound >= scalars && word.scalars.upperBound <= count)
        bytes = word.bytes.upperBound
        scalars = word.scalars.upperBound
      }
    }
  }

  /// espeak-ng spells these; they are sounds.
  @Test(arguments: [
    ("Mmm qué", "es", "mmm k"), ("mmmmmm", "es", "mmm"), ("Hmm", "es", "mm"),
    ("brrr", "es", "bɾɾɾ"),
    ("Shhh", "es", "ʃʃʃ"), ("psst", "es", "psst"), ("zzz", "es", "θθθ"), ("Grr", "fr", "ɡʁʁ"),
    ("Mmm good", "en-us", "mmm ɡ"), ("pst", "en-us", "pst"), ("SHH", "en-us", "ʃʃʃ"),
    ("pfff", "en-us", "pfff"), ("hmm", "en-us", "həm"),
  ])
  func interjectionsAreSounds(text: String, voice: String, expected: String) throws {
    let clause = try phonemizer.clause(text, voice: voice)
    #expect(clause.ipa.hasPrefix(expected), "\(clause.ipa)")
    let first = try #require(clause.words.first)
    #expect(first.bytes.lowerBound == 0 && first.scalars.lowerBound == 0)
    #expect(text.contains(" ") ? clause.words.count == 2 : clause.words.count == 1)
  }

  @Test(arguments: [
    "mm", "PST", "XXX", "www", "DDD", "sh", "gr", "pf", "hm", "TSK", "ssst", "sss3",
  ])
  func othersAreLeftToEspeak(text: String) throws {
    let clause = try phonemizer.clause(text, voice: "es")
    #expect(clause.ipa.contains("ˈ"), "\(clause.ipa)")
  }

  /// "A" is the article only where it is no spelled letter.
  @Test func spelledLetterA() throws {
    func ipa(_ text: String) throws -> String { try phonemizer.clause(text, voice: "en-us").ipa }
    for text in ["five A M", "A P I", "F A A", "A I"] {
      #expect(try !ipa(text).contains("ɐ") && ipa(text).contains("eɪ"), "\(text)")
    }
    for text in ["A man", "A Mr", "an A", "a b", "A", "I am a man"] {
      let clause = try phonemizer.clause(text, voice: "en-us")
      #expect(clause.words.last?.bytes.upperBound == text.utf8.count)
    }
    #expect(try ipa("A man").hasPrefix("ɐ"))
    #expect(try phonemizer.clause("five A M", voice: "en-us").words.last?.bytes == 5..<8)
  }
}
