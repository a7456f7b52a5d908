import HablaNetwork

/// `config.json` of a Hugging Face VITS or MMS model; keys that are not listed are ignored, those
/// that are missing have the defaults of the transformers library.
struct HFVITSConfiguration: Sendable {
  /// What `model_type` has to be.
  static let modelType = "vits"

  let scales: SynthesisScales
  private let root: JSONReader

  /// Whether a configuration is one of this family.
  static func isLikely(_ text: String, name: String) -> Bool {
    let type = try? JSONReader(text, name: name).optionalString("model_type")
    return type == modelType
  }

  /// Parses the file.
  ///
  /// - Throws: an error that names the key that is missing or wrong.
  init(_ text: String, name: String) throws {
    root = try JSONReader(text, name: name)
    let speakingRate = try root.optionalNumber("speaking_rate") ?? 1
    guard speakingRate > 0, speakingRate.isFinite else {
      throw HablaError(.format, "\(name): speaking_rate is \(speakingRate), expected above 0")
    }
    scales = SynthesisScales(
      noiseScale: Float(try root.optionalNumber("noise_scale") ?? 0.667),
      noiseScaleW: Float(try root.optionalNumber("noise_scale_duration") ?? 0.8),
      lengthScale: Float(1 / speakingRate), sdpRatio: 1)
  }

  /// The network's shape.
  ///
  /// - Throws: `HablaError` or `CheckpointError` naming a value that no network can have.
  func network(_ weights: WeightReader) throws -> VITSConfiguration {
    let activation = try root.optionalString("hidden_act") ?? "relu"
    guard let activation = Activation(rawValue: activation) else {
      throw HablaError(
        .unsupported, "\(root.name): hidden_act is '\(activation)', expected 'relu' or 'gelu'")
    }
    var encoder = TransformerConfiguration(
      channels: try integer("hidden_size", 192), filterChannels: try integer("ffn_dim", 768),
      heads: try integer("num_attention_heads", 2),
      layers: try integer("num_hidden_layers", 6),
      kernelSize: try integer("ffn_kernel_size", 3), speakerChannels: 0)
    encoder.activation = activation
    encoder.epsilon = Float(try root.optionalNumber("layer_norm_eps") ?? 1e-5)
    let speakers = weights.shape("emb_g.weight") ?? [0, 0]
    let speakerChannels = speakers.count == 2 ? speakers[1] : 0
    let inter = try integer("flow_size", 192)
    var network = VITSConfiguration(
      sampleRate: try integer("sampling_rate", 16_000), interChannels: inter,
      speakerChannels: speakerChannels, speakerCount: speakers[0], encoder: encoder,
      flow: .residual(
        couplings: try integer("prior_encoder_num_flows", 4),
        layers: try integer("prior_encoder_num_wavenet_layers", 4),
        kernelSize: try integer("wavenet_kernel_size", 5),
        dilationRate: try integer("wavenet_dilation_rate", 1)),
      decoder: try decoder(inputs: inter, speakerChannels: speakerChannels))
    network.tailBound = Float(try root.optionalNumber("duration_predictor_tail_bound") ?? 5)
    try network.check()
    return network
  }

  /// A number, or what the transformers library takes where a file leaves it out.
  private func integer(_ key: String, _ standard: Int) throws -> Int {
    try root.optionalInteger(key) ?? standard
  }

  private func integers(_ key: String, _ standard: [Int]) throws -> [Int] {
    try root.contains(key) ? root.integers(key) : standard
  }

  private func decoder(inputs: Int, speakerChannels: Int) throws -> HiFiGANConfiguration {
    var decoder = HiFiGANConfiguration(
      inputChannels: inputs, initialChannels: try integer("upsample_initial_channel", 512),
      upsampleRates: try integers("upsample_rates", [8, 8, 2, 2]),
      upsampleKernelSizes: try integers("upsample_kernel_sizes", [16, 16, 4, 4]),
      residualBlock: .one,
      residualKernelSizes: try integers("resblock_kernel_sizes", [3, 7, 11]),
      residualDilations: root.contains("resblock_dilation_sizes")
        ? try root.integerLists("resblock_dilation_sizes")
        : [[Int]](repeating: [1, 3, 5], count: 3),
      speakerChannels: speakerChannels)
    decoder.leakyReLUSlope = Float(try root.optionalNumber("leaky_relu_slope") ?? 0.1)
    return decoder
  }
}
