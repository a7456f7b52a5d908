import HablaCheckpoints
import HablaKernels

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The HiFi-GAN generator as its definition reads: whole utterances, one loop per layer.
///
/// The oracle that tests hold the streaming `HiFiGAN` against, and the place to see what that one
/// computes. Slow, single-threaded, allocates as it goes. Threads: immutable.
package struct HiFiGANReference: Sendable {
  private struct Layer: Sendable {
    let outputs: Int
    let kernel: Int
    let weight: WeightArray
    let bias: WeightArray?
  }

  private let configuration: HiFiGANConfiguration
  private let first: Layer
  private let condition: Layer?
  private let upsampling: [Layer]
  /// Of each stage, if there is a source.
  private let sources: [Layer]
  private let blocks: [[[Layer]]]
  private let last: Layer

  /// Reads the weights; `weights` is scoped to the decoder (`conv_pre.weight`, ...).
  ///
  /// - Throws: `CheckpointError` naming the tensor or size at fault.
  package init(_ configuration: HiFiGANConfiguration, weights: WeightReader) throws {
    try configuration.check()
    self.configuration = configuration
    func layer(_ name: String, _ inputs: Int, _ outputs: Int, _ kernel: Int) throws -> Layer {
      Layer(
        outputs: outputs, kernel: kernel,
        weight: Self.tapMajor(
          try weights.convolution(
            name + ".weight", outputs: outputs, inputs: inputs, kernel: kernel),
          inputs, kernel),
        bias: weights.contains(name + ".bias")
          ? try weights.array(name + ".bias", shape: [outputs]) : nil)
    }
    let sizes = configuration
    first = try layer("conv_pre", sizes.inputChannels, sizes.initialChannels, 7)
    condition =
      sizes.speakerChannels > 0
      ? try layer("cond", sizes.speakerChannels, sizes.initialChannels, 1) : nil
    upsampling = try sizes.upsampleRates.indices.map { stage in
      let (outputs, kernel) = (sizes.channels(stage: stage), sizes.upsampleKernelSizes[stage])
      return Layer(
        outputs: outputs, kernel: kernel,
        weight: try weights.array(
          "ups.\(stage).weight", shape: [outputs * 2, outputs, kernel]),
        bias: weights.contains("ups.\(stage).bias")
          ? try weights.array("ups.\(stage).bias", shape: [outputs]) : nil)
    }
    sources = try (sizes.source == nil ? 0..<0 : sizes.upsampleRates.indices).map { stage in
      let stride = sizes.stride(stage: stage)
      return try layer(
        "noise_convs.\(stage)", HarmonicSourceConfiguration.channels,
        sizes.channels(stage: stage), stride == 1 ? 1 : 2 * stride)
    }
    blocks = try sizes.upsampleRates.indices.map { stage in
      try sizes.residualKernelSizes.enumerated().map { index, kernel in
        let name = "resblocks.\(stage * sizes.residualKernelSizes.count + index)"
        let channels = sizes.channels(stage: stage)
        let lists = sizes.residualBlock == .one ? ["convs1", "convs2"] : ["convs"]
        return try sizes.dilations(block: index).indices.flatMap { m in
          try lists.map { try layer("\(name).\($0).\(m)", channels, channels, kernel) }
        }
      }
    }
    last = try layer("conv_post", sizes.channels(stage: sizes.upsampleRates.count - 1), 1, 7)
  }

  /// [outputs, inputs, kernel] as [outputs, kernel, inputs].
  private static func tapMajor(_ weight: WeightArray, _ inputs: Int, _ kernel: Int) -> WeightArray {
    WeightArray(
      (0..<weight.count).map { index in
        let (row, input) = (index / inputs, index % inputs)
        return weight[(row / kernel * inputs + input) * kernel + row % kernel]
      })
  }

  /// Samples of `latent`, [frames, inputChannels]; `speaker` has `speakerChannels` values.
  package func forward(_ latent: [Float], speaker: [Float]? = nil) -> [Float] {
    let slope = configuration.leakyReLUSlope
    var x = convolve(first, latent)
    if let condition, let speaker {
      let shift = convolve(condition, speaker)
      for i in x.indices { x[i] += shift[i % shift.count] }
    }
    let signals = configuration.source.map { source($0, latent) }
    for stage in upsampling.indices {
      x = upsample(upsampling[stage], rate: configuration.upsampleRates[stage], rectify(x, slope))
      if let signals {
        add(sources[stage], signals, stride: configuration.stride(stage: stage), to: &x)
      }
      var sum = [Float](repeating: 0, count: x.count)
      for (index, block) in blocks[stage].enumerated() {
        let y = residualBlock(block, configuration.dilations(block: index), x)
        for i in sum.indices { sum[i] += y[i] }
      }
      x = sum.map { $0 / Float(blocks[stage].count) }
    }
    var samples = convolve(last, rectify(x, 0.01))
    samples.withUnsafeMutableBufferPointer { buffer in
      if let base = buffer.baseAddress { VectorMath.tanh(base, base, buffer.count) }
    }
    return samples
  }

  private func residualBlock(
    _ layers: [Layer], _ dilations: [Int], _ input: [Float]
  ) -> [Float] {
    let slope = configuration.leakyReLUSlope
    var x = input
    for (m, dilation) in dilations.enumerated() {
      let h: [Float]
      if configuration.residualBlock == .one {
        let inner = convolve(layers[2 * m], rectify(x, slope), dilation: dilation)
        h = convolve(layers[2 * m + 1], rectify(inner, slope))
      } else {
        h = convolve(layers[m], rectify(x, slope), dilation: dilation)
      }
      for i in x.indices { x[i] += h[i] }
    }
    return x
  }

  private func rectify(_ x: [Float], _ slope: Float) -> [Float] {
    x.map { $0 > 0 ? $0 : $0 * slope }
  }

  /// Same-length convolution, zero outside the sequence: one product per tap.
  private func convolve(_ layer: Layer, _ x: [Float], dilation: Int = 1) -> [Float] {
    let inputs = layer.weight.count / (layer.outputs * layer.kernel)
    let rows = x.count / inputs
    let padding = dilation * (layer.kernel - 1) / 2
    var y = [Float](repeating: 0, count: rows * layer.outputs)
    if let bias = layer.bias?.array {
      for i in y.indices { y[i] = bias[i % bias.count] }
    }
    for tap in 0..<layer.kernel {
      // Output rows whose input row t + shift exists.
      let shift = tap * dilation - padding
      let from = max(0, -shift)
      let to = min(rows, rows - shift)
      if from >= to { continue }
      x.withUnsafeBufferPointer { source in
        y.withUnsafeMutableBufferPointer { target in
          guard let a = source.baseAddress, let c = target.baseAddress else { return }
          GEMM.multiply(
            m: to - from, n: layer.outputs, k: inputs,
            a: a + (from + shift) * inputs, lda: inputs,
            b: layer.weight.pointer + tap * inputs, ldb: layer.kernel * inputs,
            transposeB: true, c: c + from * layer.outputs, ldc: layer.outputs, beta: 1)
        }
      }
    }
    return y
  }

  /// Transposed convolution: every input row spreads over `kernel` output rows, `rate` apart.
  private func upsample(_ layer: Layer, rate: Int, _ x: [Float]) -> [Float] {
    let (outputs, kernel) = (layer.outputs, layer.kernel)
    let inputs = layer.weight.count / (outputs * kernel)
    let rows = x.count / inputs
    let padding = (kernel - rate) / 2
    let length = rows == 0 ? 0 : (rows - 1) * rate - 2 * padding + kernel
    // [inputs, outputs, kernel] is a matrix [inputs, outputs * kernel].
    var spread = [Float](repeating: 0, count: rows * outputs * kernel)
    x.withUnsafeBufferPointer { source in
      spread.withUnsafeMutableBufferPointer { target in
        guard let a = source.baseAddress, let c = target.baseAddress else { return }
        GEMM.multiply(
          m: rows, n: outputs * kernel, k: inputs, a: a, lda: inputs,
          b: layer.weight.pointer, ldb: outputs * kernel, c: c, ldc: outputs * kernel)
      }
    }
    var y = [Float](repeating: 0, count: length * outputs)
    if let bias = layer.bias?.array {
      for i in y.indices { y[i] = bias[i % bias.count] }
    }
    for row in 0..<rows {
      for tap in 0..<kernel {
        let t = row * rate + tap - padding
        if t < 0 || t >= length { continue }
        for o in 0..<outputs {
          y[t * outputs + o] += spread[(row * outputs + o) * kernel + tap]
        }
      }
    }
    return y
  }

  /// The signals of the source at every sample, [samples, channels]; see `HarmonicSource`.
  private func source(_ source: HarmonicSourceConfiguration, _ latent: [Float]) -> [Float] {
    let (hop, width) = (configuration.hopLength, configuration.inputChannels)
    let frames = latent.count / width
    func pitch(_ frame: Int) -> Double {
      let value = latent[frame * width + source.pitchChannel]
      return min(
        max(Double(source.centerPitch * exp(value / source.pitchScale)), 20), 2000)
    }
    func voice(_ frame: Int) -> Double {
      min(max(Double(latent[frame * width + source.voicingChannel] + 1) / 2, 0), 1)
    }
    var turns = 0.0
    return (0..<frames * hop).flatMap { sample -> [Float] in
      let place = (Double(sample) - Double(hop / 2)) / Double(hop)
      let left = Int(place.rounded(.down))
      let (a, b) = (max(left, 0), min(left + 1, frames - 1))
      let weight = place - Double(left)
      let hertz = pitch(a) + (pitch(b) - pitch(a)) * weight
      let level = voice(a) + (voice(b) - voice(a)) * weight
      turns += hertz / Double(source.sampleRate)
      let part = turns - turns.rounded()
      let distance = part * Double(source.sampleRate) / hertz
      let angle = 2 * Double.pi * part
      let signals = [4 * exp(-0.5 * distance * distance), cos(angle), sin(angle)]
      return signals.map { Float($0 * level) } + [HarmonicSource.noise(at: sample)]
    }
  }

  /// x[row] += bias + sum over taps of the signals around row * stride.
  private func add(_ layer: Layer, _ signals: [Float], stride: Int, to x: inout [Float]) {
    let inputs = HarmonicSourceConfiguration.channels
    let samples = signals.count / inputs
    for row in 0..<x.count / layer.outputs {
      for output in 0..<layer.outputs {
        var sum = layer.bias?[output] ?? 0
        for tap in 0..<layer.kernel {
          let sample = row * stride - stride / 2 + tap
          if sample < 0 || sample >= samples { continue }
          for input in 0..<inputs {
            sum +=
              layer.weight[(output * layer.kernel + tap) * inputs + input]
              * signals[sample * inputs + input]
          }
        }
        x[row * layer.outputs + output] += sum
      }
    }
  }
}
