import HablaCheckpoints
import HablaText
import TestSupport
import Testing

/// The lexicon and guesser of a pronunciation model, on a small one of made-up words.
@Suite struct PronunciationTests {
  static let folder = Fixtures.path("pronunciation-tiny")

  private static func rows(_ name: String) throws -> [(word: String, phones: String)] {
    let text = String(decoding: TemporaryFolder.read(folder + "/" + name), as: UTF8.self)
    // By scalars: a line feed with a combining mark behind it is one Character.
    return text.unicodeScalars.split(separator: "\n").filter { $0.first != "#" }.map {
      let fields = $0.split(separator: "\t", omittingEmptySubsequences: false)
      return (String(fields[0]), String(fields[1]))
    }
  }

  private static func table(_ text: String) throws -> WordTable {
    try WordTable(FileBytes(Array(text.utf8)))
  }

  /// Against python-crfsuite: every word of the file, unknown letters among them.
  @Test func guessesAreThoseOfTheReference() throws {
    let guesser = try LetterGuesser(CRFSuiteModel(FileBytes(mapping: Self.folder + "/model.crf")))
    let rows = try Self.rows("guesses.tsv")
    #expect(rows.count > 2_000)
    for (word, phones) in rows { #expect(guesser.phones(of: word) == phones, "\(word)") }
    #expect(guesser.phones(of: "") == "")
    #expect(guesser.phones(of: String(repeating: "ña", count: 5_000)).hasPrefix("ɲ"))
  }

  @Test func everyWordOfTheLexiconIsFound() throws {
    let table = try WordTable(FileBytes(mapping: Self.folder + "/lexicon.tsv"))
    #expect(table.language == "es")
    let rows = try Self.rows("lexicon.tsv")
    #expect(rows.count > 200)
    for (word, phones) in rows {
      #expect(table.phones(of: word) == phones)
      for other in [word + "q", "q" + word, String(word.dropLast()) + "\u{1}", word + "\t"] {
        #expect(table.phones(of: other) == nil)
      }
    }
    for word in ["", "\n", "#habla-lexicon 1 es", "\u{10FFFF}", "\0"] {
      #expect(table.phones(of: word) == nil)
    }
  }

  @Test func tablesOfAnySize() throws {
    for count in [0, 1, 2, 3, 15, 16, 17, 200] {
      let words = (0..<count).map { "w\(1_000 + $0)" }
      let lines = words.map { "\($0)\t\($0.reversed().map { String($0) }.joined())\n" }
      let table = try Self.table("#habla-lexicon 1 fr\n" + lines.joined())
      for word in words { #expect(table.phones(of: word) == String(word.reversed())) }
      for word in ["w0", "w999", "w1", "w10000", "x"] { #expect(table.phones(of: word) == nil) }
    }
  }

  @Test(arguments: [
    ("#habla-lexicon 2 es\na\tb\n", "'#habla-lexicon 1 LANGUAGE'"), ("a\tb\n", "LANGUAGE"),
    ("#habla-lexicon 1 ", "end of the line"), ("#habla-lexicon 1 \na\tb\n", "a language"),
    ("#habla-lexicon 1 Es\na\tb\n", "a language"),
    ("#habla-lexicon 1 \(String(repeating: "e", count: 90))\n", "end of the line"),
    ("#habla-lexicon 1 es\na\tb", "line feed"), ("#habla-lexicon 1 es\nab\n", "a tab"),
    ("#habla-lexicon 1 es\n\tab\n", "a tab"), ("#habla-lexicon 1 es\nab\t\n", "a tab"),
    ("#habla-lexicon 1 es\nb\tb\na\ta\n", "the order"),
    ("#habla-lexicon 1 es\n\(String(repeating: "e", count: 9_000))\ta\n", "another line"),
  ])
  func wrongLexicons(text: String, expected: String) {
    let error = #expect(throws: CheckpointError.self) { try Self.table(text) }
    #expect(error?.description.contains(expected) == true, "\(String(describing: error))")
  }

  /// Damage that opening does not see makes words unknown.
  @Test func damagedLexiconsNeverTrap() throws {
    var bytes = TemporaryFolder.read(Self.folder + "/lexicon.tsv")
    let words = try Self.rows("lexicon.tsv").map(\.word).enumerated()
      .filter { $0.offset.isMultiple(of: 25) }.map(\.element)
    var opened = 0
    for place in stride(from: 0, to: bytes.count, by: 3) {
      let original = bytes[place]
      for value: UInt8 in [0x0A, 0x09, 0xFF, original ^ 1] {
        bytes[place] = value
        do {
          let table = try WordTable(FileBytes(bytes))
          opened += 1
          for word in words { _ = table.phones(of: word) }
        } catch { #expect(error is CheckpointError) }
      }
      bytes[place] = original
    }
    #expect(opened > 1_000)
    for cut in stride(from: 0, to: bytes.count, by: 17) {
      guard let table = try? WordTable(FileBytes(Array(bytes[..<cut]))) else { continue }
      for word in words { _ = table.phones(of: word) }
    }
  }

  @Test func otherModelsAreRefused() throws {
    let bytes = TemporaryFolder.read(Self.folder + "/model.crf")
    func replacing(_ old: String, by new: String) -> [UInt8] {
      var copy = bytes
      while let range = copy.firstRange(of: Array(old.utf8)) {
        copy.replaceSubrange(range, with: Array(new.utf8))
      }
      return copy
    }
    // A label that is no base64; attributes that are not about letters.
    for (old, new) in [("YQ==\0", "a===\0"), ("grapheme", "features")] {
      var damaged = replacing(old, by: new)
      if new == "features" {
        for name in ["bias\0", "begin\0", "end\0"] {
          while let range = damaged.firstRange(of: Array(name.utf8)) {
            damaged[range.lowerBound] = 88
          }
        }
      }
      let model = try CRFSuiteModel(FileBytes(damaged))
      let error = #expect(throws: CheckpointError.self) { try LetterGuesser(model) }
      #expect(error?.description.hasPrefix("pronunciation model") == true)
    }
  }

  @Test func filesAreNamedInErrors() throws {
    let folder = TemporaryFolder()
    #expect(throws: CheckpointError.self) { try PronunciationModel(path: folder.path) }
    let lexicon = folder.write("lexicon.tsv", Array("#habla-lexicon 1 es\na\n".utf8))
    for file in [lexicon, folder.path + "/model.crf"] {
      let error = #expect(throws: CheckpointError.self) {
        try PronunciationModel(path: folder.path)
      }
      #expect(error?.description.hasPrefix(file) == true, "\(String(describing: error))")
      folder.write("lexicon.tsv", Array("#habla-lexicon 1 es\na\tb\n".utf8))
      folder.write("model.crf", Array("lCRF".utf8))
    }
  }
}

/// MeloTTS's front end with a pronunciation model; needs no espeak-ng.
@Suite struct PronouncedSpeechTests {
  private func frontEnd() throws -> MeloTTSFrontEnd {
    let ipa = "abdefiklmnoprstuxʃɾɲɡθðβjˈˌ.,!?"
    let plain = MeloTTSFrontEnd(symbols: Set(ipa.unicodeScalars.map { String($0) }))
    return try #require(
      plain.pronouncing(by: PronunciationModel(path: PronunciationTests.folder)))
  }

  private func phonemes(_ text: String) throws -> PhonemeSequence {
    try frontEnd().phonemes(
      for: PronunciationMarkup.applied(
        to: MappedText(verbatim: text),
        lexicon: UserLexicon(text: "casa = /nˈo/\nperro = ba\n", name: "test"), language: "ES"),
      language: "ES")
  }

  @Test func wordsAreLookedUpOrGuessed() throws {
    // "ba" is in the lexicon, whatever its case; "bo" is not.
    let found = try phonemes("Ba, bo.")
    #expect(found.symbols.joined() == "baˌo,bo.")
    #expect(found.words.map(\.isGuessed) == [false, true])
    #expect(found.words.map(\.textRange) == [0..<2, 4..<6])
    // Letters and marks apart, and signs between the letters of a word.
    #expect(try phonemes("BASA\u{301}NZI\u{301}N b\u{A9}a").symbols.joined() == "basˈanθˈinˌobaˌo.")
  }

  @Test func theUsersPronunciationComesFirst() throws {
    let found = try phonemes("casa [[tˈu]] perro")
    #expect(found.symbols.joined() == "nˈotˈubaˌo.")
    #expect(found.words.map(\.isGuessed) == [false, false, false])
  }

  /// The words of a number are looked up one by one; here they are guessed.
  @Test func numbersAreWords() throws {
    let found = try phonemes("31")
    let words = try phonemes("treinta i uno")
    #expect(found.words.count == 1 && found.words[0].isGuessed)
    #expect(!found.symbols.isEmpty && words.words.count == 3)
    // Letters with digits are one word, as in the original.
    #expect(try phonemes("b4").words.count == 1)
  }

  @Test func randomTextNeverTraps() throws {
    let frontEnd = try frontEnd()
    var generator = SplitMix(seed: 12)
    for round in 0..<1_500 {
      let text = MixedText.make(length: round % 50, using: &generator)
      let found = try frontEnd.phonemes(for: MappedText(verbatim: text), language: "ES")
      #expect(found.tones.count == found.symbols.count)
      #expect(found.words.allSatisfy { $0.textRange.upperBound <= text.utf8.count })
    }
  }
}
