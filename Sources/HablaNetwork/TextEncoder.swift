import HablaCheckpoints
import HablaKernels

/// Tokens of one utterance with everything that the text encoder reads beside them.
package struct TokenSequence: Sendable, Equatable {
  /// Token ids, blanks included.
  package var ids: [Int]
  /// Tone ids (voices with a tone table), one per token; empty means all 0.
  package var tones: [Int]
  /// Language ids (voices with a language table), one per token; empty means all 0.
  package var languages: [Int]
  /// Prosody features [tokens, width] of the main prosody projection (`ja_bert`); nil means zeros.
  package var prosody: [Float]?
  /// Prosody features [tokens, width] of the second projection (`bert`); nil means zeros.
  package var secondProsody: [Float]?

  /// Makes a sequence.
  package init(
    ids: [Int], tones: [Int] = [], languages: [Int] = [], prosody: [Float]? = nil,
    secondProsody: [Float]? = nil
  ) {
    self.ids = ids
    self.tones = tones
    self.languages = languages
    self.prosody = prosody
    self.secondProsody = secondProsody
  }
}

/// Turns tokens into hidden states and the prior's statistics.
///
/// e = sqrt(H) * (emb[id] + tone_emb[tone] + language_emb[language] + projected prosody features),
/// then the transformer stack, then proj to the prior's mean and log standard deviation. Source:
/// VITS section 2.2.1; tones, languages and prosody features as in MeloTTS.
package struct TextEncoder: Sendable {
  private struct Table: Sendable {
    let name: String
    let rows: Int
    let values: WeightArray

    init?(_ reader: WeightReader, _ name: String, channels: Int) throws {
      guard let shape = reader.shape(name + ".weight") else { return nil }
      guard let rows = shape.first, rows > 0 else {
        throw CheckpointError.shapeMismatch(
          name: name + ".weight", expected: [1, channels], found: shape)
      }
      self.name = name
      self.rows = rows
      values = try reader.array(name + ".weight", shape: [rows, channels])
    }
  }

  private let channels: Int
  private let interChannels: Int
  private let embedding: Table
  private let tones: Table?
  private let languages: Table?
  private let prosody: Convolution?
  private let secondProsody: Convolution?
  private let stack: TransformerEncoder
  private let projection: Convolution

  /// Number of token ids.
  package var tokenCount: Int { embedding.rows }
  /// Number of tone ids; 0 when the network has no tones.
  package var toneCount: Int { tones?.rows ?? 0 }
  /// Number of language ids; 0 when the network has no languages.
  package var languageCount: Int { languages?.rows ?? 0 }
  /// Width of the main prosody features; 0 when the network takes none.
  package var prosodyWidth: Int { prosody?.inputs ?? 0 }
  /// Width of the second prosody features; 0 when the network takes none.
  package var secondProsodyWidth: Int { secondProsody?.inputs ?? 0 }

  /// Reads `enc_p` (give a reader scoped to it).
  package init(
    _ reader: WeightReader, _ configuration: TransformerConfiguration, interChannels: Int
  ) throws {
    channels = configuration.channels
    self.interChannels = interChannels
    guard let table = try Table(reader, "emb", channels: channels) else {
      throw CheckpointError.missingTensor(name: "enc_p.emb.weight")
    }
    embedding = table
    tones = try Table(reader, "tone_emb", channels: channels)
    languages = try Table(reader, "language_emb", channels: channels)
    func features(_ name: String) throws -> Convolution? {
      guard let shape = reader.shape(name + ".weight") else { return nil }
      let width = shape.count > 1 ? shape[1] : 0
      return try Convolution(reader, name, inputs: width, outputs: configuration.channels)
    }
    prosody = try features("ja_bert_proj")
    secondProsody = try features("bert_proj")
    stack = try TransformerEncoder(reader, "encoder", configuration)
    projection = try Convolution(reader, "proj", inputs: channels, outputs: 2 * interChannels)
  }

  /// Refuses ids outside the tables and arrays of the wrong length.
  package func check(_ tokens: TokenSequence) throws(SynthesisInputError) {
    let count = tokens.ids.count
    if count == 0 { throw .empty }
    try Self.check("token", tokens.ids, below: embedding.rows, count: count)
    if !tokens.tones.isEmpty {
      try Self.check("tone", tokens.tones, below: tones?.rows ?? 1, count: count)
    }
    if !tokens.languages.isEmpty {
      try Self.check("language", tokens.languages, below: languages?.rows ?? 1, count: count)
    }
    for (name, values, width) in [
      ("prosody", tokens.prosody, prosodyWidth),
      ("second prosody", tokens.secondProsody, secondProsodyWidth),
    ] {
      if let values, values.count != count * width {
        throw .wrongLength(what: name + " features", expected: count * width, found: values.count)
      }
    }
  }

  private static func check(
    _ what: String, _ ids: [Int], below limit: Int, count: Int
  ) throws(SynthesisInputError) {
    if ids.count != count {
      throw .wrongLength(what: what + " ids", expected: count, found: ids.count)
    }
    if let position = ids.firstIndex(where: { $0 < 0 || $0 >= limit }) {
      throw .idOutOfRange(what: what, position: position, id: ids[position], limit: limit)
    }
  }

  /// Encodes checked tokens.
  ///
  /// - Parameters:
  ///   - tokens: n tokens that `check` accepts.
  ///   - speakerVector: conditioning of the stack, or nil.
  ///   - hidden: [n, H], out.
  ///   - statistics: [n, 2 * C], out: mean, then log standard deviation, per row.
  ///   - run: working memory.
  package func forward(
    _ tokens: TokenSequence, speakerVector: UnsafePointer<Float>?,
    hidden: UnsafeMutablePointer<Float>, statistics: UnsafeMutablePointer<Float>, _ run: RunState
  ) {
    let rows = tokens.ids.count
    embed(tokens, into: hidden, run)
    stack.forward(hidden, rows: rows, speakerVector: speakerVector, run)
    projection.forward(hidden, rows: rows, into: statistics, run)
  }

  private func embed(
    _ tokens: TokenSequence, into x: UnsafeMutablePointer<Float>, _ run: RunState
  ) {
    let rows = tokens.ids.count
    project(prosody, tokens.prosody, rows: rows, into: x, run)
    run.scope {
      let second = run.workspace.take(rows * channels)
      project(secondProsody, tokens.secondProsody, rows: rows, into: second, run)
      Elementwise.add(x, second, x, rows * channels)
    }
    for (table, ids) in [
      (embedding, tokens.ids), (tones, tokens.tones), (languages, tokens.languages),
    ] {
      guard let table else { continue }
      for row in 0..<rows {
        let id = ids.isEmpty ? 0 : ids[row]
        let out = x + row * channels
        Elementwise.add(out, table.values.pointer + id * channels, out, channels)
      }
    }
    Elementwise.scale(x, by: Float(channels).squareRoot(), x, rows * channels)
  }

  /// x = projection of the features; without features its bias alone; without projection zeros.
  private func project(
    _ projection: Convolution?, _ features: [Float]?, rows: Int,
    into x: UnsafeMutablePointer<Float>, _ run: RunState
  ) {
    guard let projection else { return x.update(repeating: 0, count: rows * channels) }
    guard let features else {
      return Elementwise.fillRows(
        rows: rows, columns: channels, out: x, vector: projection.bias.pointer)
    }
    features.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      projection.forward(base, rows: rows, into: x, run)
    }
  }
}

/// Why tokens cannot be spoken by a network.
package enum SynthesisInputError: Error, Sendable, Equatable {
  /// There are no tokens.
  case empty
  /// An id lies outside its table: which table, where, what was found, number of rows.
  case idOutOfRange(what: String, position: Int, id: Int, limit: Int)
  /// An array has the wrong number of elements.
  case wrongLength(what: String, expected: Int, found: Int)
  /// The predicted durations are not finite or add up to more frames than allowed.
  case durationsOutOfRange(frames: Double, limit: Int)
}
