import Habla
import HablaCheckpoints
import HablaKernels
import HablaNetwork
import HablaText
import TestSupport
import Testing

/// One entry of bert-tiny/goldens/word2ph.json.
private struct AlignmentGolden: Decodable, Sendable {
  let text: String
  let normalized: String
  let tokens: [String]
  let phones: [String]
  let phonesPerPiece: [Int]
  let withBlanks: [Int]
  let file: String

  enum CodingKeys: String, CodingKey {
    case text, normalized, tokens, phones, file
    case phonesPerPiece = "word2ph"
    case withBlanks = "word2ph_with_blanks"
  }
}

@Suite struct ProsodyEncoderTests {
  private let run = RunState(pool: ThreadPool(threadCount: 2))

  /// The words of a golden: what the reference phonemized as one group of pieces.
  private func spans(
    _ golden: AlignmentGolden, _ pieces: [WordPiece]
  ) -> [PhoneAlignment.Span] {
    var spans: [PhoneAlignment.Span] = []
    for (i, piece) in pieces.enumerated() {
      let phones = golden.phonesPerPiece[i + 1]
      if piece.continuesWord, let last = spans.popLast(), let range = last.range {
        spans.append(
          .init(range: range.lowerBound..<piece.range.upperBound, phones: last.phones + phones))
      } else {
        spans.append(.init(range: piece.range, phones: phones))
      }
    }
    return spans
  }

  @Test func featuresOfAlignedPhones() throws {
    let encoder = try ProsodyEncoder(path: Fixtures.path("bert-tiny"))
    #expect(encoder.width == 64)
    let goldens = try decodeFixture([AlignmentGolden].self, "bert-tiny/goldens/word2ph.json")
    #expect(goldens.count == 5)
    for golden in goldens {
      let pieces = encoder.tokenizer.pieces(golden.normalized)
      #expect(pieces.map { encoder.tokenizer.vocabulary.text($0.id) } == golden.tokens)
      let spans = spans(golden, pieces)
      let counts = PhoneAlignment.phonesPerPiece(pieces, spans: spans)
      #expect(counts == golden.phonesPerPiece)
      #expect(PhoneAlignment.withBlanks(counts) == golden.withBlanks)
      let file = try GoldenFile("bert-tiny/goldens/" + golden.file)
      let expected = try file.tensor("ja_bert").timeMajor()
      let request = ProsodyRequest(
        text: MappedText(verbatim: golden.normalized), spans: spans, addsBlank: true)
      let features = encoder.features(request, run)
      #expect(features.count == expected.count)
      let difference = zip(features, expected).reduce(0) { max($0, abs($1.0 - $1.1)) }
      #expect(difference <= 1e-5, "\(golden.normalized): \(difference)")
      // Without blanks: each phone's row once.
      let plain = encoder.features(
        ProsodyRequest(text: request.text, spans: spans, addsBlank: false), run)
      #expect(plain.count == golden.phones.count * 64)
      for phone in golden.phones.indices {
        let row = plain[phone * 64..<(phone + 1) * 64]
        #expect(row.elementsEqual(features[(2 * phone + 1) * 64..<(2 * phone + 2) * 64]))
      }
    }
  }

  /// From text to features with the front end of MeloTTS voices.
  @Test(.enabled(if: EspeakPhonemizer.isAvailable)) func featuresOfText() throws {
    struct Symbols: Decodable { let symbols: [String] }
    let symbols = try decodeFixture(Symbols.self, "melo-tiny/config.json").symbols
    let encoder = try ProsodyEncoder(path: Fixtures.path("bert-tiny"))
    let frontEnd = MeloTTSFrontEnd(symbols: Set(symbols))
    var samePhones = 0
    for golden in try decodeFixture(
      [AlignmentGolden].self, "bert-tiny/goldens/word2ph.json")
    {
      let sentence = MappedText(verbatim: golden.text)
      let sequence = try frontEnd.phonemes(for: sentence, language: "ES")
      let text = try #require(sequence.spokenText)
      let pieces = encoder.tokenizer.pieces(text.text)
      #expect(pieces.map { encoder.tokenizer.vocabulary.text($0.id) } == golden.tokens)
      let spans = PhoneAlignment.spans(of: sequence)
      let features = encoder.features(
        ProsodyRequest(text: text, spans: spans, addsBlank: true), run)
      #expect(features.count == (2 * (sequence.symbols.count + 2) + 1) * 64)
      // The reference says "UNK" for words that the vocabulary lacks; Habla speaks them.
      guard ["_"] + sequence.symbols + ["_"] == golden.phones else { continue }
      samePhones += 1
      let counts = PhoneAlignment.phonesPerPiece(pieces, spans: spans) {
        text.originalRange(of: $0)
      }
      #expect(counts == golden.phonesPerPiece, "\(golden.text)")
      let expected = try GoldenFile("bert-tiny/goldens/" + golden.file).tensor("ja_bert")
      let difference = zip(features, expected.timeMajor()).reduce(0) {
        max($0, abs($1.0 - $1.1))
      }
      #expect(difference <= 1e-5, "\(golden.text): \(difference)")
    }
    #expect(samePhones == 4)
  }

  /// More pieces than positions: encoded in parts, one row per phone all the same.
  @Test func longTexts() throws {
    let encoder = try ProsodyEncoder(path: Fixtures.path("bert-tiny"))
    #expect(encoder.model.configuration.maximumTokens == 128)
    for words in [0, 1, 125, 126, 127, 252, 253, 400] {
      for word in ["casa ", "rápidamente ", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"] {
        let text = String(repeating: word, count: words)
        let count = text.utf8.count
        let request = ProsodyRequest(
          text: MappedText(verbatim: text), spans: [.init(range: 0..<count, phones: count)],
          addsBlank: true)
        let features = encoder.features(request, run)
        #expect(features.count == (2 * (count + 2) + 1) * 64)
        #expect(features.allSatisfy { $0.isFinite })
      }
    }
  }

  /// A part ends as the whole does: rows of the first part equal those of the part alone.
  @Test func partsAreSequencesOfTheirOwn() throws {
    let encoder = try ProsodyEncoder(path: Fixtures.path("bert-tiny"))
    func features(_ words: Int) -> [Float] {
      let text = String(repeating: "casa ", count: words)
      let spans = (0..<words).map {
        PhoneAlignment.Span(range: 5 * $0..<5 * $0 + 4, phones: 1)
      }
      return encoder.features(
        ProsodyRequest(text: MappedText(verbatim: text), spans: spans, addsBlank: false), run)
    }
    let (first, second, whole) = (features(126), features(10), features(136))
    #expect(whole.prefix(127 * 64) == first.prefix(127 * 64))
    #expect(whole.suffix(11 * 64) == second.suffix(11 * 64))
  }

  // MARK: folders

  private func folder(_ files: [String: String?] = [:]) -> TemporaryFolder {
    let folder = TemporaryFolder()
    for name in ["config.json", "vocab.txt", "tokenizer_config.json", "model.safetensors"]
    where files[name] == nil {
      folder.write(name, TemporaryFolder.read(Fixtures.path("bert-tiny/" + name)))
    }
    for case (let name, let text?) in files { folder.write(name, Array(text.utf8)) }
    return folder
  }

  private func failure(_ files: [String: String?]) -> HablaError? {
    let folder = folder(files)
    do {
      _ = try ProsodyEncoder(path: folder.path)
      return nil
    } catch { return error as? HablaError }
  }

  @Test func tokenizerSettings() throws {
    func pieces(_ settings: String?, _ text: String) throws -> [String] {
      let folder = folder(["tokenizer_config.json": settings])
      let tokenizer = try ProsodyEncoder(path: folder.path).tokenizer
      return tokenizer.pieces(text).map { tokenizer.vocabulary.text($0.id) }
    }
    #expect(try pieces(nil, "El Niño") == ["el", "n", "##i", "##no"])
    #expect(
      try pieces("{\"do_lower_case\": true, \"strip_accents\": false}", "El niño")
        == ["el", "niño"])
    #expect(
      try pieces("{\"do_lower_case\": false, \"strip_accents\": null}", "El niño")
        == ["[UNK]", "niño"])
    #expect(
      try pieces("{\"unk_token\": {\"content\": \"[EOS]\"}, \"pad_token\": null}", "日") == ["[EOS]"]
    )
  }

  @Test func bothWeightFilesOpen() throws {
    let folder = TemporaryFolder()
    for name in ["config.json", "vocab.txt", "pytorch_model.bin"] {
      folder.write(name, TemporaryFolder.read(Fixtures.path("bert-tiny/" + name)))
    }
    #expect(try ProsodyEncoder(path: folder.path).width == 64)
  }

  @Test func unusableFoldersSayWhatIsWrong() throws {
    #expect(failure([:]) == nil)
    let cases: [(String, String?, HablaError.Kind)] = [
      ("config.json", nil, .io), ("config.json", "", .format), ("config.json", "{", .format),
      ("config.json", "{\"hidden_size\": 0}", .unsupported),
      ("config.json", "{\"model_type\": \"gpt2\"}", .unsupported),
      ("config.json", "{\"hidden_size\": 64, \"num_attention_heads\": 2}", .format),
      ("vocab.txt", nil, .io), ("vocab.txt", "", .io), ("vocab.txt", "\n\n", .format),
      ("vocab.txt", "a\nb\n", .format),
      ("vocab.txt", String(repeating: "[UNK]\n[CLS]\n[SEP]\n", count: 96), .format),
      ("tokenizer_config.json", "[]", .format),
      ("tokenizer_config.json", "{\"do_lower_case\": 1}", .format),
      ("tokenizer_config.json", "{\"cls_token\": 5}", .format),
      ("tokenizer_config.json", "{\"cls_token\": \"\"}", .format),
      ("tokenizer_config.json", "{\"tokenizer_class\": \"CamembertTokenizer\"}", .unsupported),
      ("model.safetensors", nil, .io), ("model.safetensors", "no tensors", .unsupported),
    ]
    for (name, text, kind) in cases {
      let error = failure([name: text])
      #expect(error?.kind == kind, "\(name) \(text ?? "missing"): \(String(describing: error))")
      let names = name == "model.safetensors" && text == nil ? "pytorch_model.bin" : name
      let blamed =
        text == "{\"hidden_size\": 64, \"num_attention_heads\": 2}" ? "model.safetensors" : names
      #expect(error?.message.contains(blamed) == true, "\(String(describing: error))")
    }
    #expect(throws: HablaError.self) { try ProsodyEncoder(path: "/no/such/folder") }
    #expect(throws: HablaError.self) { try ProsodyEncoder(path: "nul\u{0}byte") }
  }
}
