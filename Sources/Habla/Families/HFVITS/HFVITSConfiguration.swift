import HablaNetwork

/// `config.json` of a Hugging Face VITS or MMS model; keys that are not listed are ignored.
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
      channels: try root.integer("hidden_size"), filterChannels: try root.integer("ffn_dim"),
      heads: try root.integer("num_attention_heads"),
      layers: try root.integer("num_hidden_layers"),
      kernelSize: try root.integer("ffn_kernel_size"), speakerChannels: 0)
    encoder.activation = activation
    encoder.epsilon = Float(try root.optionalNumber("layer_norm_eps") ?? 1e-5)
    let speakers = weights.shape("emb_g.weight") ?? [0, 0]
    let speakerChannels = speakers.count == 2 ? speakers[1] : 0
    let inter = try root.integer("flow_size")
    var network = VITSConfiguration(
      sampleRate: try root.integer("sampling_rate"), interChannels: inter,
      speakerChannels: speakerChannels, speakerCount: speakers[0], encoder: encoder,
      flow: .residual(
        couplings: try root.integer("prior_encoder_num_flows"),
        layers: try root.integer("prior_encoder_num_wavenet_layers"),
        kernelSize: try root.integer("wavenet_kernel_size"),
        dilationRate: try root.integer("wavenet_dilation_rate")),
      decoder: try decoder(inputs: inter, speakerChannels: speakerChannels))
    network.tailBound = Float(try root.optionalNumber("duration_predictor_tail_bound") ?? 5)
    try network.check()
    return network
  }

  private func decoder(inputs: Int, speakerChannels: Int) throws -> HiFiGANConfiguration {
    var decoder = HiFiGANConfiguration(
      inputChannels: inputs, initialChannels: try root.integer("upsample_initial_channel"),
      upsampleRates: try root.integers("upsample_rates"),
      upsampleKernelSizes: try root.integers("upsample_kernel_sizes"), residualBlock: .one,
      residualKernelSizes: try root.integers("resblock_kernel_sizes"),
      residualDilations: try root.integerLists("resblock_dilation_sizes"),
      speakerChannels: speakerChannels)
    decoder.leakyReLUSlope = Float(try root.optionalNumber("leaky_relu_slope") ?? 0.1)
    return decoder
  }
}
