import HablaText
import TestSupport
import Testing

/// One setting of bert-tiny/goldens/tokenizer.json.
private struct TokenizerGolden: Decodable, Sendable {
  struct Case: Decodable, Sendable {
    let text: String
    let tokens: [String]
    let idsWithSpecial: [Int]
    let tokensWithoutMatching: [String]
    let offsets: [[Int]]

    enum CodingKeys: String, CodingKey {
      case text, tokens
      case idsWithSpecial = "ids_with_special"
      case tokensWithoutMatching = "tokens_without_special_token_matching"
      case offsets = "offsets_utf32"
    }
  }

  let lowercases: Bool
  let stripsAccents: Bool?
  let cases: [Case]

  enum CodingKeys: String, CodingKey {
    case cases
    case lowercases = "do_lower_case"
    case stripsAccents = "strip_accents"
  }
}

@Suite struct WordPieceTests {
  private static let vocabulary: WordPieceVocabulary? = try? WordPieceVocabulary(
    TemporaryFolder.read(Fixtures.path("bert-tiny/vocab.txt")))

  private func tokenizer(
    lowercases: Bool = true, stripsAccents: Bool? = false, matches: Bool = true
  ) throws -> WordPieceTokenizer {
    try WordPieceTokenizer(
      try #require(Self.vocabulary),
      BasicTokenizer(lowercases: lowercases, stripsAccents: stripsAccents),
      matchesSpecialTokens: matches)
  }

  @Test(arguments: ["uncased-keep-accents", "uncased-default", "cased"])
  func goldens(setting: String) throws {
    let all = try decodeFixture(
      [String: TokenizerGolden].self, "bert-tiny/goldens/tokenizer.json")
    let golden = try #require(all[setting])
    #expect(golden.cases.count >= 45)
    let matching = try tokenizer(
      lowercases: golden.lowercases, stripsAccents: golden.stripsAccents)
    let plain = try tokenizer(
      lowercases: golden.lowercases, stripsAccents: golden.stripsAccents, matches: false)
    for item in golden.cases {
      let pieces = matching.pieces(item.text)
      let ids = [matching.classificationID] + pieces.map(\.id) + [matching.separatorID]
      #expect(ids == item.idsWithSpecial, "\(item.text)")
      #expect(pieces.map { matching.vocabulary.text($0.id) } == item.tokens, "\(item.text)")
      let plainPieces = plain.pieces(item.text)
      #expect(
        plainPieces.map { plain.vocabulary.text($0.id) } == item.tokensWithoutMatching,
        "\(item.text)")
      // The goldens' offsets were recorded without matching of special tokens.
      #expect(plainPieces.map { scalarRange($0.range, item.text) } == item.offsets, "\(item.text)")
    }
  }

  /// UTF-8 offsets as scalar offsets.
  private func scalarRange(_ range: TextRange, _ text: String) -> [Int] {
    var starts: [Int: Int] = [:]
    var offset = 0
    for (i, scalar) in text.unicodeScalars.enumerated() {
      starts[offset] = i
      offset += UTF8.width(scalar)
    }
    starts[offset] = text.unicodeScalars.count
    return [starts[range.lowerBound] ?? -1, starts[range.upperBound] ?? -1]
  }

  @Test func specialTokensAreLookedUpByText() throws {
    let vocabulary = try WordPieceVocabulary(Array("x\n<s>\n</s>\n<unk>\n##y\n".utf8))
    var special = WordPieceTokenizer.SpecialTokens()
    special.classification = "<s>"
    special.separator = "</s>"
    special.unknown = "<unk>"
    let tokenizer = try WordPieceTokenizer(
      vocabulary, BasicTokenizer(lowercases: false), special: special)
    #expect(tokenizer.classificationID == 1 && tokenizer.separatorID == 2)
    #expect(tokenizer.pieces("xyy<unk>z x</s>").map(\.id) == [0, 4, 4, 3, 3, 0, 2])
    #expect(
      tokenizer.pieces("xyy<unk>z x</s>").map(\.range).map(\.lowerBound)
        == [0, 1, 2, 3, 8, 10, 11])
  }

  @Test func vocabularyLines() throws {
    let vocabulary = try WordPieceVocabulary(Array("a\r\nb\n\nc\rd\na".utf8))
    #expect(vocabulary.count == 6)
    #expect((0..<6).map(vocabulary.text) == ["a", "b", "", "c", "d", "a"])
    #expect(vocabulary.id(Array("a".utf8)[...]) == 5, "the last of two equal lines counts")
    #expect(vocabulary.text(-1) == "" && vocabulary.text(6) == "")
    #expect(vocabulary.id(continuation: Array("a".utf8)[...]) == nil)
  }

  @Test func piecesCompareByBytes() throws {
    let vocabulary = try WordPieceVocabulary(Array("[UNK]\n[CLS]\n[SEP]\n\u{E9}\n".utf8))
    let tokenizer = try WordPieceTokenizer(
      vocabulary, BasicTokenizer(lowercases: true, stripsAccents: false))
    #expect(tokenizer.pieces("\u{E9} e\u{301}").map(\.id) == [3, 0])
  }

  @Test func badVocabulariesAreErrors() throws {
    #expect(throws: WordPieceError.emptyVocabulary) { try WordPieceVocabulary([]) }
    #expect(throws: WordPieceError.emptyVocabulary) { try WordPieceVocabulary([10, 13, 10]) }
    let size = WordPieceVocabulary.maximumSize + 1
    #expect(throws: WordPieceError.vocabularyTooLarge(bytes: size, limit: size - 1)) {
      try WordPieceVocabulary(repeatElement(UInt8(ascii: "a"), count: size))
    }
    for missing in ["[UNK]", "[CLS]", "[SEP]"] {
      let lines = ["[UNK]", "[CLS]", "[SEP]"].filter { $0 != missing }
      let vocabulary = try WordPieceVocabulary(Array(lines.joined(separator: "\n").utf8))
      #expect(throws: WordPieceError.missingSpecialToken(missing)) {
        try WordPieceTokenizer(vocabulary, BasicTokenizer(lowercases: true))
      }
    }
    // Bytes that are no UTF-8 never match, and do no harm.
    let bytes: [UInt8] = [0xFF, 0xFE, 10, 0xC3, 10] + Array("[UNK]\n[CLS]\n[SEP]\n\u{e1}".utf8)
    let odd = try WordPieceTokenizer(
      try WordPieceVocabulary(bytes), BasicTokenizer(lowercases: true, stripsAccents: false))
    #expect(odd.pieces("\u{e1} \u{e9}").map(\.id) == [5, 2])
  }

  @Test func randomTextNeverTraps() throws {
    let alphabet: [Unicode.Scalar] =
      Array("abcdeElaáñÑüİßΣςا中日𠀀한각 \t\n\r\u{0}\u{7}\u{A0}\u{2028}\u{FFFD}\u{E000}".unicodeScalars)
      + Array(
        "[MASK][UNK]##.,;¿?¡!'\"«»…-_@#%&€\u{301}\u{308}\u{327}\u{345}😀👍🏽❤️\u{200D}".unicodeScalars)
      + Array(
        "\u{1D165}\u{16FF0}\u{1BAA}\u{302E}\u{F900}\u{10FFFF}\u{D7FF}\u{340}\u{2126}".unicodeScalars
      )
    let settings: [(Bool, Bool?)] = [(true, false), (true, nil), (false, nil), (false, true)]
    let tokenizers = try settings.map {
      try tokenizer(lowercases: $0.0, stripsAccents: $0.1)
    }
    var state: UInt64 = 7
    func next(_ limit: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % limit
    }
    for round in 0..<100_000 {
      var view = String.UnicodeScalarView()
      for _ in 0..<next(40) {
        // Every eighth scalar comes from all of Unicode.
        let any = Unicode.Scalar(UInt32(next(0x110000)))
        view.append(next(8) == 0 ? any ?? "x" : alphabet[next(alphabet.count)])
      }
      let text = String(view)
      let tokenizer = tokenizers[round % tokenizers.count]
      var start = 0
      for piece in tokenizer.pieces(text) {
        let isSound =
          piece.range.lowerBound >= start
          && piece.range.upperBound <= text.utf8.count && !piece.range.isEmpty
          && (0..<tokenizer.vocabulary.count).contains(piece.id)
        if !isSound { Issue.record("\(text.debugDescription): \(piece)") }
        start = piece.range.lowerBound
      }
    }
  }
}
