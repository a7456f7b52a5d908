import HablaCheckpoints
import HablaKernels

/// The lower layers of a BERT model, up to the hidden state that MeloTTS takes as features.
///
/// x = LN(word[id] + position[t] + token_type[0]); per layer x = LN(x + dense(attention(x))) and
/// x = LN(x + output(gelu(intermediate(x)))). The last two layers and any head are not even read.
/// Source: "BERT: Pre-training of Deep Bidirectional Transformers" (Devlin et al.). Threads:
/// immutable.
package struct BERTEncoder: Sendable {
  private struct Layer: Sendable {
    let query: RowLinear
    let key: RowLinear
    let value: RowLinear
    let attentionOutput: RowLinear
    let attentionNorm: LayerNorm
    let intermediate: RowLinear
    let output: RowLinear
    let outputNorm: LayerNorm
  }

  /// Sizes.
  package let configuration: BERTConfiguration
  /// Rows of the word table: ids are below it.
  package let tokenCount: Int
  private let words: WeightArray
  private let positions: WeightArray
  private let tokenTypes: WeightArray
  private let norm: LayerNorm
  private let attention: DotProductAttention
  private let layers: [Layer]

  /// Reads the weights of a published model, which `open` opens.
  ///
  /// Names may begin with "bert." or not; layer norms may call their parameters weight and bias
  /// or gamma and beta. The tables stay in the file where it is mapped and stored as float32; the
  /// layers are copied. The file is opened anew for each of them and closed again, so that no
  /// more than one layer is in memory twice.
  /// - Throws: `CheckpointError` naming the tensor that is missing or has the wrong shape.
  package init(
    _ configuration: BERTConfiguration, open: () throws -> any Checkpoint
  ) throws {
    layers = try (0..<configuration.featureLayers).map {
      try Self.layer(open(), "encoder.layer.\($0)", configuration)
    }
    let h = configuration.channels
    self.configuration = configuration
    attention = DotProductAttention(channels: h, heads: configuration.heads)
    let embeddings = Self.reader(try open()).scoped("embeddings")
    tokenCount = embeddings.shape("word_embeddings.weight")?.first ?? 0
    words = try embeddings.array("word_embeddings.weight", shape: [tokenCount, h])
    positions = try embeddings.array(
      "position_embeddings.weight", shape: [configuration.maximumTokens, h])
    let types = embeddings.shape("token_type_embeddings.weight")?.first ?? 2
    guard types > 0 else {
      throw CheckpointError.shapeMismatch(
        name: "token_type_embeddings.weight", expected: [2, h], found: [types, h])
    }
    tokenTypes = try embeddings.array("token_type_embeddings.weight", shape: [types, h])
    norm = try LayerNorm(embeddings, "LayerNorm", channels: h, epsilon: configuration.epsilon)
  }

  private static func layer(
    _ checkpoint: any Checkpoint, _ name: String, _ configuration: BERTConfiguration
  ) throws -> Layer {
    let reader = reader(checkpoint).scoped(name)
    // A norm in place would keep the file mapped.
    let normReader = Self.reader(CopiedCheckpoint(base: checkpoint)).scoped(name)
    let (h, f) = (configuration.channels, configuration.filterChannels)
    let epsilon = configuration.epsilon
    return Layer(
      query: try RowLinear(reader, "attention.self.query", inputs: h, outputs: h),
      key: try RowLinear(reader, "attention.self.key", inputs: h, outputs: h),
      value: try RowLinear(reader, "attention.self.value", inputs: h, outputs: h),
      attentionOutput: try RowLinear(reader, "attention.output.dense", inputs: h, outputs: h),
      attentionNorm: try LayerNorm(
        normReader, "attention.output.LayerNorm", channels: h, epsilon: epsilon),
      intermediate: try RowLinear(reader, "intermediate.dense", inputs: h, outputs: f),
      output: try RowLinear(reader, "output.dense", inputs: f, outputs: h),
      outputNorm: try LayerNorm(normReader, "output.LayerNorm", channels: h, epsilon: epsilon))
  }

  /// Reads by the names above, however the file spells them.
  private static func reader(_ checkpoint: any Checkpoint) -> WeightReader {
    let probe = "embeddings.word_embeddings.weight"
    let prefix = checkpoint.info(probe) == nil ? "bert." : ""
    return WeightReader(checkpoint) { name in
      let stored = prefix + name
      for (old, new) in [(".gamma", ".weight"), (".beta", ".bias")]
      where stored.hasSuffix("LayerNorm" + old) {
        let current = String(stored.dropLast(old.count)) + new
        if checkpoint.info(current) != nil { return current }
      }
      return stored
    }
  }

  /// Computes the features of a sequence.
  ///
  /// - Parameters:
  ///   - ids: at most `maximumTokens` ids below `tokenCount`, special tokens included.
  ///   - out: [ids.count, channels].
  ///   - run: working memory; `trace` sees "hidden_states.N" for N up to `featureLayers`.
  package func forward(
    _ ids: [Int], into out: UnsafeMutablePointer<Float>, _ run: RunState
  ) {
    let (rows, h) = (ids.count, configuration.channels)
    precondition(rows <= configuration.maximumTokens, "too many tokens")
    embed(ids, into: out)
    run.trace?("hidden_states.0", out, rows, h)
    run.scope {
      let memory = Memory(
        qkv: run.workspace.take(3 * rows * h), mixed: run.workspace.take(rows * h),
        hidden: run.workspace.take(rows * configuration.filterChannels))
      for (i, layer) in layers.enumerated() {
        forward(layer, out, rows, memory, run)
        run.trace?("hidden_states.\(i + 1)", out, rows, h)
      }
    }
  }

  private struct Memory {
    /// [rows, channels] three times: queries, keys, values.
    let qkv: UnsafeMutablePointer<Float>
    /// [rows, channels].
    let mixed: UnsafeMutablePointer<Float>
    /// [rows, filterChannels].
    let hidden: UnsafeMutablePointer<Float>
  }

  private func embed(_ ids: [Int], into out: UnsafeMutablePointer<Float>) {
    let h = configuration.channels
    for (t, id) in ids.enumerated() {
      precondition(id >= 0 && id < tokenCount, "token id out of range")
      let row = out + t * h
      Elementwise.add(words.pointer + id * h, positions.pointer + t * h, row, h)
      Elementwise.add(row, tokenTypes.pointer, row, h)
    }
    norm.forward(out, rows: ids.count, into: out)
  }

  private func forward(
    _ layer: Layer, _ x: UnsafeMutablePointer<Float>, _ rows: Int, _ memory: Memory,
    _ run: RunState
  ) {
    let h = configuration.channels
    let (query, mixed, hidden) = (memory.qkv, memory.mixed, memory.hidden)
    let (key, value) = (query + rows * h, query + 2 * rows * h)
    RowLinear.forward(
      [(layer.query, query), (layer.key, key), (layer.value, value)], x, rows: rows, run)
    attention.forward(
      query: query, key: key, value: value, stride: h, rows: rows, into: mixed, run)
    // The queries are used up: their memory takes the layer's sums.
    layer.attentionOutput.forward(mixed, rows: rows, into: query, run)
    layer.attentionNorm.forward(query, residual: x, rows: rows, into: x)
    layer.intermediate.forward(x, rows: rows, into: hidden, activation: .gelu, run)
    layer.output.forward(hidden, rows: rows, into: query, run)
    layer.outputNorm.forward(query, residual: x, rows: rows, into: x)
  }
}

/// Another checkpoint's tensors, never in place.
private struct CopiedCheckpoint: Checkpoint {
  let base: any Checkpoint
  var tensors: [TensorInfo] { base.tensors }
  var metadata: [String: String] { base.metadata }
  func info(_ name: String) -> TensorInfo? { base.info(name) }
  func integers(_ name: String) throws -> [Int64] { try base.integers(name) }
  func mappedFloats(_ name: String) -> UnsafeBufferPointer<Float>? { nil }
  func copyFloats(_ name: String, to destination: UnsafeMutablePointer<Float>) throws {
    try base.copyFloats(name, to: destination)
  }
}
