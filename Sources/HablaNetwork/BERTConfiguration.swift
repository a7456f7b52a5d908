import HablaCheckpoints

/// Sizes of a BERT encoder, from the `config.json` of a Hugging Face folder.
package struct BERTConfiguration: Sendable, Equatable {
  /// Channels of every layer (`hidden_size`).
  package var channels: Int
  /// Channels inside the feed-forward layers (`intermediate_size`).
  package var filterChannels: Int
  /// Attention heads; divides `channels`.
  package var heads: Int
  /// Layers that the model has; those that are run are `featureLayers`.
  package var layers: Int
  /// Longest sequence, special tokens included (`max_position_embeddings`).
  package var maximumTokens: Int
  /// Epsilon of the layer norms.
  package var epsilon: Float

  /// Makes a configuration; see the properties.
  package init(
    channels: Int, filterChannels: Int, heads: Int, layers: Int, maximumTokens: Int,
    epsilon: Float = 1e-12
  ) {
    self.channels = channels
    self.filterChannels = filterChannels
    self.heads = heads
    self.layers = layers
    self.maximumTokens = maximumTokens
    self.epsilon = epsilon
  }

  /// Layers up to the hidden state that MeloTTS reads, `hidden_states[-3]`: all but the last two.
  package var featureLayers: Int { layers - 2 }

  private static let format = "config.json"

  /// Reads the values of a `config.json`; those that are missing have BERT's defaults.
  ///
  /// - Throws: `CheckpointError.unsupported` naming the key, when a value cannot be used.
  package init(_ json: JSONValue) throws {
    guard let object = json.object else {
      throw Self.unusable("the document is \(json.kind), expected an object")
    }
    func integer(_ key: String, _ fallback: Int, _ range: ClosedRange<Int>) throws -> Int {
      guard let stored = object[key] else { return fallback }
      guard let value = stored.integer, range.contains(value) else {
        throw Self.unusable("\(key) is \(stored.kind), expected a whole number in \(range)")
      }
      return value
    }
    func require(_ key: String, _ known: [String]) throws {
      guard let stored = object[key], stored != .null else { return }
      guard let value = stored.string, known.contains(value) else {
        throw Self.unusable(
          "\(key) is \(stored.kind), expected \(known.joined(separator: " or "))")
      }
    }
    try require("model_type", ["bert"])
    try require("hidden_act", ["gelu"])
    try require("position_embedding_type", ["absolute"])
    channels = try integer("hidden_size", 768, 1...8192)
    filterChannels = try integer("intermediate_size", 3072, 1...65536)
    heads = try integer("num_attention_heads", 12, 1...1024)
    layers = try integer("num_hidden_layers", 12, 2...256)
    maximumTokens = try integer("max_position_embeddings", 512, 3...65536)
    guard channels % heads == 0 else {
      throw Self.unusable("num_attention_heads \(heads) does not divide hidden_size \(channels)")
    }
    guard let stored = object["layer_norm_eps"] else {
      epsilon = 1e-12
      return
    }
    guard let value = stored.number, value > 0, value < 1 else {
      throw Self.unusable("layer_norm_eps is \(stored.kind), expected a number between 0 and 1")
    }
    epsilon = Float(value)
  }

  private static func unusable(_ what: String) -> CheckpointError {
    .unsupported(format: format, what: what)
  }
}
