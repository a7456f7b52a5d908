import HablaCheckpoints
import HablaKernels

/// The HiFi-GAN generator: latent frames become samples.
///
/// Holds the weights in the form its kernels want; `HiFiGANStream` is one running utterance.
/// The average over a stage's residual blocks is folded into the weights of the layer behind it,
/// which LeakyReLU allows because it commutes with a positive factor. Threads: immutable, shared
/// by any number of streams.
package final class HiFiGAN: Sendable {
  /// An upsampling layer and the residual blocks behind it.
  package struct Stage: Sendable {
    let channels: Int
    private let deferredUpsampling: Deferred<TransposedConvolution>
    let upsamplingBias: WeightArray?
    /// What is added behind the upsampling layer; nil without a source.
    let source: SourceConvolution?
    /// For every residual block its convolutions in order of use.
    let blocks: [[DecoderConvolution]]

    /// Puts a stage together; the upsampling layer gives `channels` channels.
    package init(
      channels: Int, upsampling: TransposedConvolution, upsamplingBias: WeightArray?,
      blocks: [[DecoderConvolution]]
    ) {
      self.init(
        channels: channels, deferredUpsampling: Deferred(upsampling),
        upsamplingBias: upsamplingBias, source: nil, blocks: blocks)
    }

    init(
      channels: Int, deferredUpsampling: Deferred<TransposedConvolution>,
      upsamplingBias: WeightArray?, source: SourceConvolution?, blocks: [[DecoderConvolution]]
    ) {
      self.channels = channels
      self.source = source
      self.deferredUpsampling = deferredUpsampling
      self.upsamplingBias = upsamplingBias
      self.blocks = blocks
    }

    var upsampling: TransposedConvolution { deferredUpsampling.value }
  }

  /// Sizes.
  package let configuration: HiFiGANConfiguration
  let first: DecoderConvolution
  let condition: DecoderConvolution?
  let stages: [Stage]
  let last: DecoderConvolution

  /// Samples per latent frame.
  package var hopLength: Int { configuration.hopLength }

  /// Reads the weights, or has them read later by the reader's preparation; `weights` is scoped to the decoder (`conv_pre.weight`, ...).
  ///
  /// - Throws: `CheckpointError` naming the tensor or size at fault.
  package init(_ configuration: HiFiGANConfiguration, weights: WeightReader) throws {
    try configuration.check()
    self.configuration = configuration
    let sizes = configuration
    first = try DecoderConvolution(
      weights, "conv_pre",
      ConvolutionShape(inputs: sizes.inputChannels, outputs: sizes.initialChannels, kernel: 7))
    condition =
      sizes.speakerChannels > 0
      ? try DecoderConvolution(
        weights, "cond",
        ConvolutionShape(
          inputs: sizes.speakerChannels, outputs: sizes.initialChannels, kernel: 1)) : nil
    let average = 1 / Float(sizes.residualKernelSizes.count)
    stages = try sizes.upsampleRates.indices.map { index in
      try Self.stage(index, sizes, weights, scale: index == 0 ? 1 : average)
    }
    let channels = sizes.channels(stage: sizes.upsampleRates.count - 1)
    last = try DecoderConvolution(
      weights, "conv_post", ConvolutionShape(inputs: channels, outputs: 1, kernel: 7),
      scale: average)
  }

  private static func stage(
    _ index: Int, _ sizes: HiFiGANConfiguration, _ weights: WeightReader, scale: Float
  ) throws -> Stage {
    let channels = sizes.channels(stage: index)
    let kernel = sizes.upsampleKernelSizes[index]
    let stored = try weights.array(
      "ups.\(index).weight", shape: [channels * 2, channels, kernel])
    return Stage(
      channels: channels,
      deferredUpsampling: try weights.later(cost: stored.count) {
        TransposedConvolution(
          inputs: channels * 2, outputs: channels, kernel: kernel,
          rate: sizes.upsampleRates[index], weight: try stored.read(), scale: scale)
      },
      upsamplingBias: weights.contains("ups.\(index).bias")
        ? try weights.array("ups.\(index).bias", shape: [channels]) : nil,
      source: sizes.source == nil
        ? nil
        : try SourceConvolution(
          weights, "noise_convs.\(index)", outputs: channels, stride: sizes.stride(stage: index)),
      blocks: try sizes.residualKernelSizes.enumerated().map { j, kernel in
        let name = "resblocks.\(index * sizes.residualKernelSizes.count + j)"
        func layer(_ suffix: String, _ dilation: Int) throws -> DecoderConvolution {
          try DecoderConvolution(
            weights, "\(name).\(suffix)",
            ConvolutionShape(
              inputs: channels, outputs: channels, kernel: kernel, dilation: dilation))
        }
        return try sizes.dilations(block: j).enumerated().flatMap { m, dilation in
          sizes.residualBlock == .one
            ? [try layer("convs1.\(m)", dilation), try layer("convs2.\(m)", 1)]
            : [try layer("convs.\(m)", dilation)]
        }
      })
  }

  /// Samples of a whole utterance: `latent` is [frames, inputChannels].
  ///
  /// `speakerVector` has `speakerChannels` values; nil leaves the speaker out.
  package func forward(
    _ latent: UnsafePointer<Float>, frames: Int, speakerVector: UnsafePointer<Float>? = nil,
    pool: ThreadPool
  ) -> [Float] {
    let stream = HiFiGANStream(self, pool: pool)
    stream.begin(speakerVector: speakerVector)
    var samples: [Float] = []
    samples.reserveCapacity(configuration.sampleCount(frames: frames))
    stream.push(latent, frames: frames, isLast: true) { samples.append(contentsOf: $0) }
    return samples
  }
}
