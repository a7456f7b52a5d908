import HablaCheckpoints
import HablaNetwork

extension PiperGraph {
  /// The network's shape, read from the tensors and the operations' attributes.
  ///
  /// None of it is in the JSON file but the sample rate.
  ///
  /// - Throws: `HablaError` of kind `.unsupported` when this is not the graph of a Piper voice.
  func network(_ view: CheckpointView, sampleRate: Int) throws -> VITSConfiguration {
    let weights = WeightReader(view)
    try checkInputs()
    func shape(_ name: String, axes: Int) throws -> [Int] {
      guard let shape = weights.shape(name) else {
        throw HablaError(
          .unsupported, "not the graph of a Piper voice: no operation uses '\(name)'",
          hint: "only voices exported by Piper can be read")
      }
      guard shape.count == axes else {
        throw HablaError(.format, "'\(name)' has shape \(shape), expected \(axes) axes")
      }
      return shape
    }
    let hidden = try shape("enc_p.emb.weight", axes: 2)[1]
    let headChannels = try shape("enc_p.encoder.attn_layers.0.emb_rel_k", axes: 3)[2]
    let feedForward = try shape("enc_p.encoder.ffn_layers.0.conv_1.weight", axes: 3)
    let inter = try shape("enc_p.proj.weight", axes: 3)[0] / 2
    let speakers = weights.contains("emb_g.weight") ? try shape("emb_g.weight", axes: 2) : [0, 0]
    let encoder = TransformerConfiguration(
      channels: hidden, filterChannels: feedForward[0], heads: hidden / max(headChannels, 1),
      layers: weights.count { "enc_p.encoder.attn_layers.\($0).conv_q.weight" },
      kernelSize: feedForward[2], speakerChannels: 0)
    let waveNet = "flow.flows.0.enc.in_layers"
    let network = VITSConfiguration(
      sampleRate: sampleRate, interChannels: inter, speakerChannels: speakers[1],
      speakerCount: speakers[0], encoder: encoder,
      flow: .residual(
        couplings: weights.count(step: 2) { "flow.flows.\($0).pre.weight" },
        layers: weights.count { "\(waveNet).\($0).weight" },
        kernelSize: try shape("\(waveNet).0.weight", axes: 3)[2],
        dilationRate: dilations["\(waveNet).1"] ?? 1),
      decoder: try decoder(weights, inputs: inter, speakerChannels: speakers[1], shape))
    try network.check()
    return network
  }

  /// Voices of other tools that read more than phonemes and speaker are not these networks.
  private func checkInputs() throws {
    let known = ["input", "input_lengths", "scales", "sid"]
    let foreign = inputs.filter { !known.contains($0) }
    guard foreign.isEmpty || !inputs.contains("input") else {
      throw HablaError(
        .unsupported,
        "not the graph of a Piper voice: it reads '\(foreign.joined(separator: "', '"))'",
        hint: "a Piper voice reads " + known.joined(separator: ", "))
    }
  }

  private func decoder(
    _ weights: WeightReader, inputs: Int, speakerChannels: Int,
    _ shape: (String, Int) throws -> [Int]
  ) throws -> HiFiGANConfiguration {
    let stages = weights.count { "dec.ups.\($0).weight" }
    let isPairs = weights.contains("dec.resblocks.0.convs1.0.weight")
    let convolutions = isPairs ? "convs1" : "convs"
    let blocks = weights.count { "dec.resblocks.\($0).\(convolutions).0.weight" }
    guard stages > 0, blocks > 0, blocks.isMultiple(of: stages) else {
      throw HablaError(
        .unsupported,
        "not the graph of a Piper voice: \(stages) upsampling layers, \(blocks) residual blocks")
    }
    var rates: [Int] = []
    var kernels: [Int] = []
    for i in 0..<stages {
      guard let rate = strides["dec.ups.\(i)"] else {
        throw HablaError(.format, "the operation that uses 'dec.ups.\(i).weight' has no strides")
      }
      rates.append(rate)
      kernels.append(try shape("dec.ups.\(i).weight", 3)[2])
    }
    var residualKernels: [Int] = []
    var residualDilations: [[Int]] = []
    for j in 0..<blocks / stages {
      let path = "dec.resblocks.\(j).\(convolutions)"
      residualKernels.append(try shape("\(path).0.weight", 3)[2])
      let count = weights.count { "\(path).\($0).weight" }
      residualDilations.append((0..<count).map { dilations["\(path).\($0)"] ?? 1 })
    }
    return HiFiGANConfiguration(
      inputChannels: inputs, initialChannels: try shape("dec.conv_pre.weight", 3)[0],
      upsampleRates: rates, upsampleKernelSizes: kernels, residualBlock: isPairs ? .one : .two,
      residualKernelSizes: residualKernels, residualDilations: residualDilations,
      speakerChannels: speakerChannels)
  }
}
