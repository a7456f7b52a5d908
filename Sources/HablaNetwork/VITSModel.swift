import HablaCheckpoints
import HablaKernels

/// Everything about a VITS network that tensor shapes do not say.
///
/// Written into Habla's own voice files as JSON. Widths are checked against the tensors at load.
package struct VITSConfiguration: Sendable, Equatable, Codable {
  /// Samples per second.
  package var sampleRate: Int
  /// Channels of the prior and of the latent frames (C).
  package var interChannels: Int
  /// Channels of the speaker vector (G); 0 for a network without speakers.
  package var speakerChannels: Int
  /// Rows of the speaker table; 0 for a network without speakers.
  package var speakerCount: Int
  /// The text encoder's stack.
  package var encoder: TransformerConfiguration
  /// The normalizing flow.
  package var flow: FlowConfiguration
  /// Tail bound of the duration splines.
  package var tailBound: Float = 5
  /// The decoder.
  package var decoder: HiFiGANConfiguration

  /// Makes a configuration; see the properties.
  package init(
    sampleRate: Int, interChannels: Int, speakerChannels: Int, speakerCount: Int,
    encoder: TransformerConfiguration, flow: FlowConfiguration, decoder: HiFiGANConfiguration
  ) {
    self.sampleRate = sampleRate
    self.interChannels = interChannels
    self.speakerChannels = speakerChannels
    self.speakerCount = speakerCount
    self.encoder = encoder
    self.flow = flow
    self.decoder = decoder
  }
}

/// Scales of one synthesis.
package struct SynthesisScales: Sendable, Equatable, Hashable {
  /// Standard deviation of the prior sample.
  package var noiseScale: Float
  /// Standard deviation of the duration noise.
  package var noiseScaleW: Float
  /// Factor on all durations; 1 / speed.
  package var lengthScale: Float
  /// Share of the stochastic predictor where a network has both predictors, 0...1.
  package var sdpRatio: Float

  /// Makes a set of scales.
  package init(noiseScale: Float, noiseScaleW: Float, lengthScale: Float, sdpRatio: Float) {
    self.noiseScale = noiseScale
    self.noiseScaleW = noiseScaleW
    self.lengthScale = lengthScale
    self.sdpRatio = sdpRatio
  }
}

/// Standard normal noise given by the caller instead of drawn, for comparison with references.
package struct InjectedNoise: Sendable {
  /// [2, tokens].
  package var durations: [Float]
  /// [frames, C]; frames must equal what the durations give.
  package var latents: [Float]

  /// Makes noise.
  package init(durations: [Float], latents: [Float]) {
    self.durations = durations
    self.latents = latents
  }
}

/// Where noise comes from.
package enum NoiseSource: Sendable {
  /// Drawn from a generator; the same seed gives the same samples.
  case seed(UInt64)
  /// Given.
  case injected(InjectedNoise)
}

/// The latent frames of one utterance, in the working memory of the run that made them.
package struct LatentFrames {
  /// [frames, C]; valid until the workspace is reset.
  package let values: UnsafePointer<Float>
  /// Number of frames, at least 1.
  package let frames: Int
  /// Frames of each token.
  package let durations: [Int]
}

/// A VITS network: text encoder, duration predictors, flow and decoder.
///
/// One network for all families; a family supplies configuration and weight names. Threads:
/// immutable, shared by any number of runs.
package final class VITSModel: Sendable {
  /// Most frames that one utterance may have; a voice says a few dozen per second.
  package static let maximumFrames = 32_768

  /// The configuration.
  package let configuration: VITSConfiguration
  /// Turns tokens into hidden states.
  package let textEncoder: TextEncoder
  /// Turns latent frames into samples.
  package let decoder: HiFiGAN
  private let stochasticDurations: StochasticDurationPredictor?
  private let durations: DurationPredictor?
  private let flow: Flow
  private let speakers: WeightArray?
  private let preparation = WeightPreparation()

  /// Finds all weights and checks their shapes; `prepare` reads them.
  ///
  /// - Throws: `CheckpointError` naming the first tensor that is missing or wrong.
  package init(_ configuration: VITSConfiguration, weights: WeightReader) throws {
    let weights = weights.deferred(to: preparation)
    let (h, g) = (configuration.encoder.channels, configuration.speakerChannels)
    self.configuration = configuration
    textEncoder = try TextEncoder(
      weights.scoped("enc_p"), configuration.encoder, interChannels: configuration.interChannels)
    stochasticDurations =
      weights.contains("sdp.flows.0.m")
      ? try StochasticDurationPredictor(
        weights.scoped("sdp"), channels: h, speakerChannels: g, tailBound: configuration.tailBound)
      : nil
    durations =
      weights.contains("dp.proj.weight") || stochasticDurations == nil
      ? try DurationPredictor(
        weights.scoped("dp"), channels: h, speakerChannels: g,
        epsilon: configuration.encoder.epsilon) : nil
    flow = try Flow(
      weights.scoped("flow.flows"), configuration.flow, channels: configuration.interChannels,
      hiddenChannels: h, speakerChannels: g)
    decoder = try HiFiGAN(configuration.decoder, weights: weights.scoped("dec"))
    speakers =
      configuration.speakerCount > 0
      ? try weights.array("emb_g.weight", shape: [configuration.speakerCount, g]) : nil
  }

  /// Reads the weights and puts them in the form that the layers want, on all threads of `pool`.
  ///
  /// Needed once before the network runs; later calls return at once.
  ///
  /// - Throws: `CheckpointError` naming a tensor with a NaN or infinite value.
  package func prepare(_ pool: ThreadPool) throws { try preparation.run(pool) }

  /// The vector [speakerChannels] of a speaker; nil without a speaker or without a table.
  package func speakerVector(_ speaker: Int?) throws(SynthesisInputError) -> UnsafePointer<Float>? {
    guard let speakers, let speaker else { return nil }
    if speaker < 0 || speaker >= configuration.speakerCount {
      throw .idOutOfRange(
        what: "speaker", position: 0, id: speaker, limit: configuration.speakerCount)
    }
    return speakers.pointer + speaker * configuration.speakerChannels
  }

  /// Tokens to latent frames: encode, predict durations, expand, sample, invert the flow.
  ///
  /// The frames stay in `run.workspace` until the caller resets it. `durations` are the frames of
  /// each token; nil has them predicted.
  package func latentFrames(
    _ tokens: TokenSequence, speaker: Int?, scales: SynthesisScales, noise: NoiseSource,
    durations given: [Int]? = nil, _ run: RunState
  ) throws(SynthesisInputError) -> LatentFrames {
    try textEncoder.check(tokens)
    let vector = try speakerVector(speaker)
    let (rows, channels) = (tokens.ids.count, configuration.interChannels)
    let statistics = run.workspace.take(rows * 2 * channels)
    let frameCounts = try run.scope { () throws(SynthesisInputError) -> [Int] in
      let hidden = run.workspace.take(rows * configuration.encoder.channels)
      textEncoder.forward(
        tokens, speakerVector: vector, hidden: hidden, statistics: statistics, run)
      run.trace?("x", hidden, rows, configuration.encoder.channels)
      run.trace?("stats_p", statistics, rows, 2 * channels)
      if let given { return try Self.checked(given, rows: rows) }
      return try predictDurations(
        hidden, rows: rows, speakerVector: vector, scales: scales, noise: noise, run)
    }
    let frames = max(frameCounts.reduce(0, +), 1)
    let z = run.workspace.take(frames * channels)
    try fillLatentNoise(z, frames: frames, noise)
    sample(statistics, frameCounts, scale: scales.noiseScale, into: z, run)
    run.trace?("z_p", z, frames, channels)
    flow.inverse(z, rows: frames, speakerVector: vector, run)
    run.trace?("z", z, frames, channels)
    return LatentFrames(values: z, frames: frames, durations: frameCounts)
  }

  /// Samples of latent frames, decoded in one piece.
  package func audio(
    _ latent: LatentFrames, speaker: Int?, _ run: RunState
  ) throws(SynthesisInputError) -> [Float] {
    decoder.forward(
      latent.values, frames: latent.frames, speakerVector: try speakerVector(speaker),
      pool: run.pool)
  }

  /// Durations that the caller gives.
  private static func checked(
    _ durations: [Int], rows: Int
  ) throws(SynthesisInputError) -> [Int] {
    if durations.count != rows {
      throw .wrongLength(what: "durations", expected: rows, found: durations.count)
    }
    if let position = durations.firstIndex(where: { $0 < 0 || $0 > maximumFrames }) {
      throw .idOutOfRange(
        what: "duration", position: position, id: durations[position], limit: maximumFrames + 1)
    }
    let total = durations.reduce(0.0) { $0 + Double($1) }
    if total > Double(maximumFrames) {
      throw .durationsOutOfRange(frames: total, limit: maximumFrames)
    }
    return durations
  }

  /// Frames per token: ceil(exp(log duration) * length scale).
  private func predictDurations(
    _ hidden: UnsafePointer<Float>, rows: Int, speakerVector: UnsafePointer<Float>?,
    scales: SynthesisScales, noise: NoiseSource, _ run: RunState
  ) throws(SynthesisInputError) -> [Int] {
    let logDurations = run.workspace.take(rows)
    let deterministic = run.workspace.take(rows)
    // Where both predictors exist and one has no weight, it is not evaluated (unless traced).
    let mixes = stochasticDurations != nil && durations != nil
    let ratio = mixes ? scales.sdpRatio : stochasticDurations != nil ? 1 : 0
    logDurations.update(repeating: 0, count: rows)
    deterministic.update(repeating: 0, count: rows)
    if let stochasticDurations, ratio != 0 || run.trace != nil {
      let draws = run.workspace.take(2 * rows)
      try fillDurationNoise(draws, rows: rows, scale: scales.noiseScaleW, noise)
      stochasticDurations.forward(
        hidden, rows: rows, speakerVector: speakerVector, noise: draws, into: logDurations, run)
      run.trace?("sdp_logw", logDurations, rows, 1)
    }
    if let durations, ratio != 1 || run.trace != nil {
      durations.forward(
        hidden, rows: rows, speakerVector: speakerVector, into: deterministic, run)
      run.trace?("dp_logw", deterministic, rows, 1)
    }
    var counts = [Int](repeating: 0, count: rows)
    var total = 0.0
    for row in 0..<rows {
      let logW = logDurations[row] * ratio + deterministic[row] * (1 - ratio)
      logDurations[row] = logW
      deterministic[row] = exponential(logW) * scales.lengthScale
      let frames = deterministic[row].rounded(.up)
      total += Double(frames)
      if !(total <= Double(Self.maximumFrames)) {
        throw .durationsOutOfRange(frames: total, limit: Self.maximumFrames)
      }
      counts[row] = Int(frames)
    }
    run.trace?("logw", logDurations, rows, 1)
    run.trace?("w", deterministic, rows, 1)
    return counts
  }

  /// z_p = mean + noise * exp(log standard deviation) * scale, expanded to frames, in place of the noise.
  private func sample(
    _ statistics: UnsafePointer<Float>, _ frameCounts: [Int], scale: Float,
    into z: UnsafeMutablePointer<Float>, _ run: RunState
  ) {
    let channels = configuration.interChannels
    run.scope {
      let deviation = run.workspace.take(channels)
      var frame = 0
      for (row, count) in frameCounts.enumerated() where count > 0 {
        let mean = statistics + row * 2 * channels
        VectorMath.exp(mean + channels, deviation, channels)
        for _ in 0..<count {
          let out = z + frame * channels
          for c in 0..<channels { out[c] = mean[c] + out[c] * deviation[c] * scale }
          frame += 1
        }
      }
      // No token has a frame: one silent frame keeps every later stage simple.
      if frame == 0 { z.update(repeating: 0, count: channels) }
    }
  }

  // MARK: noise

  /// Durations and latents draw from generators of their own, so that one does not shift the other.
  private static let latentStream: UInt64 = 0x6C61_7465_6E74

  private func fillDurationNoise(
    _ values: UnsafeMutablePointer<Float>, rows: Int, scale: Float, _ noise: NoiseSource
  ) throws(SynthesisInputError) {
    switch noise {
    case .seed(let seed):
      var generator = NoiseGenerator(seed: seed)
      generator.fillNormal(values, count: 2 * rows, scale: scale)
    case .injected(let given):
      try Self.copy(given.durations, "duration noise", to: values, count: 2 * rows)
      Elementwise.scale(values, by: scale, values, 2 * rows)
    }
  }

  private func fillLatentNoise(
    _ values: UnsafeMutablePointer<Float>, frames: Int, _ noise: NoiseSource
  ) throws(SynthesisInputError) {
    let count = frames * configuration.interChannels
    switch noise {
    case .seed(let seed):
      var generator = NoiseGenerator(seed: seed ^ Self.latentStream)
      generator.fillNormal(values, count: count, scale: 1)
    case .injected(let given):
      try Self.copy(given.latents, "latent noise", to: values, count: count)
    }
  }

  private static func copy(
    _ source: [Float], _ what: String, to values: UnsafeMutablePointer<Float>, count: Int
  ) throws(SynthesisInputError) {
    if source.count != count {
      throw .wrongLength(what: what, expected: count, found: source.count)
    }
    source.withUnsafeBufferPointer { buffer in
      if let base = buffer.baseAddress { values.update(from: base, count: count) }
    }
  }
}
