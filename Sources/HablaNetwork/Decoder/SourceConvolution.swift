import HablaCheckpoints
import HablaKernels

/// What a stage of the decoder takes from the source: a convolution down to the stage's rate.
///
/// Source row s and stage row r are at the same time where s = r * `stride`. The kernel has
/// 2 * `stride` taps, 1 for a stride of 1, and padding stride / 2. Threads: immutable.
struct SourceConvolution: Sendable {
  /// Samples per row of the stage.
  let stride: Int
  private let bias: WeightArray
  private let convolution: Deferred<PanelConvolution>

  private static let channels = HarmonicSourceConfiguration.channels

  /// Samples read before the first row's and after the last row's own.
  var padding: Int { stride / 2 }

  /// Reads `name.weight` ([outputs, channels, taps]) and `name.bias`.
  init(_ weights: WeightReader, _ name: String, outputs: Int, stride: Int) throws {
    self.stride = stride
    bias = try weights.array(name + ".bias", shape: [outputs])
    let taps = stride == 1 ? 1 : 2 * stride
    let stored = try weights.array(
      name + ".weight", shape: [outputs, Self.channels, taps])
    convolution = try weights.later(cost: stored.count) {
      Self.arranged(try stored.read(), outputs: outputs, stride: stride, taps: taps)
    }
  }

  /// `stride` samples of all channels are one row: then one or two taps remain.
  private static func arranged(
    _ weight: UnsafePointer<Float>, outputs: Int, stride: Int, taps: Int
  ) -> PanelConvolution {
    let (inputs, rows) = (channels * stride, taps / stride)
    let buffer = FloatBuffer(uninitialized: outputs * channels * taps)
    for output in 0..<outputs {
      for channel in 0..<channels {
        for tap in 0..<taps {
          let input = tap % stride * channels + channel
          buffer.pointer[(output * inputs + input) * rows + tap / stride] =
            weight[(output * channels + channel) * taps + tap]
        }
      }
    }
    return PanelConvolution(
      ConvolutionShape(inputs: inputs, outputs: outputs, kernel: rows),
      weights: StoredWeights(buffer, inputs: inputs, taps: rows))
  }

  /// Adds rows `first` ..< `first` + `rows` to `y`, [rows, outputs].
  func accumulate(
    first: Int, rows: Int, _ source: HarmonicSource, into y: UnsafeMutablePointer<Float>
  ) {
    let convolution = convolution.value
    Elementwise.addRowVector(
      rows: rows, columns: convolution.shape.outputs, x: y, vector: bias.pointer)
    convolution.accumulate(
      rows: rows, source.pointer(from: first * stride - padding), into: y)
  }
}
