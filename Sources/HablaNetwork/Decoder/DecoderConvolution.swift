import HablaCheckpoints
import HablaKernels

/// A convolution of the decoder with what surrounds it: LeakyReLU before, sums after.
///
/// y = conv(LeakyReLU(x)) + bias [+ residual] [+ y]. Threads: immutable.
package struct DecoderConvolution: Sendable {
  let shape: ConvolutionShape
  let bias: WeightArray?
  private let weight: WeightArray

  /// Rows on either side that "same" padding adds.
  var padding: Int { shape.reach / 2 }

  /// Reads `name.weight` ([outputs, inputs, kernel]) times `scale`, and `name.bias` if present.
  package init(
    _ weights: WeightReader, _ name: String, _ shape: ConvolutionShape, scale: Float = 1
  ) throws {
    self.shape = shape
    bias =
      weights.contains(name + ".bias")
      ? try weights.array(name + ".bias", shape: [shape.outputs]) : nil
    let stored = try weights.convolution(
      name + ".weight", outputs: shape.outputs, inputs: shape.inputs, kernel: shape.kernel)
    let columns = shape.kernel * shape.inputs
    let buffer = FloatBuffer(count: stored.count)
    for o in 0..<shape.outputs {
      for column in 0..<columns {
        buffer.pointer[column * shape.outputs + o] = stored.pointer[o * columns + column] * scale
      }
    }
    weight = WeightArray(buffer)
  }

  /// What is added to the convolution's result.
  struct Sum {
    /// Added to every row, [outputs]; usually the layer's bias.
    var bias: UnsafePointer<Float>?
    /// Added row by row, [rows, outputs].
    var residual: UnsafePointer<Float>?
    /// Whether what the output already holds is added too.
    var accumulates = false
  }

  /// Computes `rows` rows from the window `x` of `rows` + `shape.reach` rows.
  ///
  /// `slope` is LeakyReLU's (1 for none); `rectified` has room for the window.
  func forward(
    rows: Int, _ x: UnsafePointer<Float>, slope: Float, adding sum: Sum,
    into y: UnsafeMutablePointer<Float>, rectified: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    if rows == 0 { return }
    var source = x
    if slope != 1 {
      Elementwise.leakyReLU(
        x, slope: slope, rectified, (rows + shape.reach) * shape.inputs)
      source = UnsafePointer(rectified)
    }
    let (inputs, outputs) = (shape.inputs, shape.outputs)
    // Blocks of a fixed size: results do not depend on the thread count.
    let block = 128
    pool.run((rows + block - 1) / block) { part in
      let first = part * block
      let count = min(block, rows - first)
      let target = y + first * outputs
      if !sum.accumulates {
        DirectConvolution.begin(rows: count, channels: outputs, target, bias: sum.bias)
      } else if let bias = sum.bias {
        Elementwise.addRowVector(rows: count, columns: outputs, x: target, vector: bias)
      }
      if let residual = sum.residual {
        Elementwise.add(target, residual + first * outputs, target, count * outputs)
      }
      DirectConvolution.accumulate(
        shape, rows: count, source + first * inputs, weight: weight.pointer, into: target)
    }
  }
}
