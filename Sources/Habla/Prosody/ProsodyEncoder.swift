import HablaCheckpoints
import HablaKernels
import HablaNetwork
import HablaText

/// What prosody features are wanted for: a sentence and the phones that speak it.
package struct ProsodyRequest: Sendable, Equatable {
  /// The text as the front end read it, with the way back to the caller's.
  package var text: MappedText
  /// The phones in order, without the edges; ranges in the caller's text.
  package var spans: [PhoneAlignment.Span]
  /// Whether the voice has a blank around every phone.
  package var addsBlank: Bool

  /// Makes a request.
  package init(text: MappedText, spans: [PhoneAlignment.Span], addsBlank: Bool) {
    self.text = text
    self.spans = spans
    self.addsBlank = addsBlank
  }
}

/// A BERT model that gives a voice its prosody features, one row per token.
///
/// MeloTTS voices were trained with the hidden states of a BERT model of their language beside
/// the phones: for Spanish `dccuchile/bert-base-spanish-wwm-uncased`, for French
/// `dbmdz/bert-base-french-europeana-cased`, for English `bert-base-uncased`. The folder is read as
/// published: `config.json`, `vocab.txt`, `tokenizer_config.json` (may be missing), and
/// `model.safetensors` or `pytorch_model.bin`. Threads: immutable.
package struct ProsodyEncoder: Sendable {
  /// Turns text into pieces.
  package let tokenizer: WordPieceTokenizer
  /// The network.
  package let model: BERTEncoder
  /// Values per row.
  package var width: Int { model.configuration.channels }

  /// Opens a folder.
  ///
  /// - Throws: `HablaError` naming the file and what is wrong with it.
  package init(path: String) throws {
    func reading<T>(_ name: String, _ body: (String) throws -> T) throws -> T {
      do { return try body(path + "/" + name) } catch {
        throw HablaError(wrapping: error, context: path + "/" + name)
      }
    }
    guard ConfigurationFiles.isFolder(path) else {
      throw HablaError(.io, "\(path): no such folder", hint: Self.expectation)
    }
    let configuration = try reading("config.json") { file in
      guard let text = try ConfigurationFiles.text(file) else {
        throw HablaError(.io, "no such file", hint: Self.expectation)
      }
      return try BERTConfiguration(JSONValue(parsing: text))
    }
    guard
      let weights = ["model.safetensors", "pytorch_model.bin"].first(where: {
        ConfigurationFiles.exists(path + "/" + $0)
      })
    else {
      throw HablaError(
        .io, "\(path): neither model.safetensors nor pytorch_model.bin", hint: Self.expectation)
    }
    model = try reading(weights) { file in
      try BERTEncoder(configuration) { try Checkpoints.open(path: file) }
    }
    let settings = try reading("tokenizer_config.json") {
      try TokenizerSettings(ConfigurationFiles.text($0))
    }
    tokenizer = try reading("vocab.txt") { [rows = model.tokenCount] file in
      let mapped = try FileBytes(mapping: file)
      // The bytes are valid only as long as their owner lives.
      let vocabulary = try withExtendedLifetime(mapped) { try WordPieceVocabulary(mapped.bytes) }
      if vocabulary.count > rows {
        throw HablaError(
          .format, "has \(vocabulary.count) pieces, the model knows \(rows)")
      }
      return try WordPieceTokenizer(vocabulary, settings.basic, special: settings.special)
    }
  }

  /// What a folder must hold.
  static let expectation =
    "expected a Hugging Face BERT folder: config.json, vocab.txt, tokenizer_config.json and "
    + "model.safetensors or pytorch_model.bin"

  /// Features of every token of a sentence, [tokens, width].
  ///
  /// Tokens are the phones between their two edges, with blanks where the voice has them: each
  /// phone repeats the row of the piece of text it speaks.
  package func features(_ request: ProsodyRequest, _ run: RunState) -> [Float] {
    let pieces = tokenizer.pieces(request.text.text)
    var counts = PhoneAlignment.phonesPerPiece(pieces, spans: request.spans) {
      request.text.originalRange(of: $0)
    }
    if request.addsBlank { counts = PhoneAlignment.withBlanks(counts) }
    return run.scope {
      let rows = run.workspace.take((pieces.count + 2) * width)
      encode(pieces, into: rows, run)
      let total = counts.reduce(0, +)
      return [Float](unsafeUninitializedCapacity: total * width) { buffer, initialized in
        guard var out = buffer.baseAddress else { return }
        for (row, count) in counts.enumerated() {
          for _ in 0..<count {
            out.initialize(from: rows + row * width, count: width)
            out += width
          }
        }
        initialized = total * width
      }
    }
  }

  /// Features of pieces and of the tokens around them, [pieces.count + 2, width].
  ///
  /// A text with more pieces than the model has positions is encoded in parts.
  private func encode(
    _ pieces: [WordPiece], into out: UnsafeMutablePointer<Float>, _ run: RunState
  ) {
    let ends = [tokenizer.classificationID, tokenizer.separatorID]
    let limit = model.configuration.maximumTokens - 2
    let part = run.workspace.take((min(pieces.count, limit) + 2) * width)
    var start = 0
    repeat {
      let end = Self.partEnd(pieces, from: start, limit: limit)
      let ids = ends.prefix(1) + pieces[start..<end].map(\.id) + ends.suffix(1)
      model.forward(Array(ids), into: part, run)
      // The first part gives the row of the first end, the last part that of the other.
      let skipped = start == 0 ? 0 : 1
      let kept = ids.count - skipped - (end == pieces.count ? 0 : 1)
      (out + (start + skipped) * width).update(from: part + skipped * width, count: kept * width)
      start = end
    } while start < pieces.count
  }

  /// Where the part that begins at `start` ends: before a word, if the limit allows.
  private static func partEnd(_ pieces: [WordPiece], from start: Int, limit: Int) -> Int {
    if pieces.count - start <= limit { return pieces.count }
    var end = start + limit
    while end > start, pieces[end].continuesWord { end -= 1 }
    return end > start ? end : start + limit
  }
}

/// What `tokenizer_config.json` says.
private struct TokenizerSettings {
  var basic = BasicTokenizer(lowercases: true)
  var special = WordPieceTokenizer.SpecialTokens()

  /// Reads the JSON text; nil gives the defaults of a BERT tokenizer.
  init(_ text: String?) throws {
    guard let text else { return }
    let json = try JSONValue(parsing: text)
    guard let object = json.object else {
      throw HablaError(.format, "the document is \(json.kind), expected an object")
    }
    func boolean(_ key: String) throws -> Bool? {
      guard let value = object[key], value != .null else { return nil }
      guard let result = value.bool else {
        throw HablaError(.format, "\(key) is \(value.kind), expected true, false or null")
      }
      return result
    }
    func token(_ key: String, _ fallback: String) throws -> String {
      guard let value = object[key], value != .null else { return fallback }
      guard let result = value.string ?? value.object?["content"]?.string, !result.isEmpty else {
        throw HablaError(.format, "\(key) is \(value.kind), expected the text of a token")
      }
      return result
    }
    if let name = object["tokenizer_class"]?.string, !name.hasPrefix("BertTokenizer") {
      throw HablaError(.unsupported, "tokenizer_class is '\(name)', expected BertTokenizer")
    }
    basic = BasicTokenizer(
      lowercases: try boolean("do_lower_case") ?? true,
      stripsAccents: try boolean("strip_accents"),
      splitsIdeographs: try boolean("tokenize_chinese_chars") ?? true)
    special.unknown = try token("unk_token", special.unknown)
    special.classification = try token("cls_token", special.classification)
    special.separator = try token("sep_token", special.separator)
    special.padding = try token("pad_token", special.padding)
    special.mask = try token("mask_token", special.mask)
  }
}
