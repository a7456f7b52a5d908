import HablaCheckpoints
import HablaKernels

/// A convolution of the decoder with what surrounds it: LeakyReLU before, sums after.
///
/// y = conv(LeakyReLU(x)) + bias [+ residual] [+ y]. Threads: immutable.
package struct DecoderConvolution: Sendable {
  let shape: ConvolutionShape
  let bias: WeightArray?
  private let kernel: Deferred<Kernel>

  /// How the products are computed.
  private enum Kernel: Sendable {
    /// Tap by tap, with weights [tap, in, out].
    case direct(WeightArray)
    case filtered(FilteredConvolution)
  }

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
    let read = try weights.convolutionReader(
      name + ".weight", outputs: shape.outputs, inputs: shape.inputs, kernel: shape.kernel)
    let columns = shape.kernel * shape.inputs
    kernel = try weights.later(cost: columns * shape.outputs) {
      let stored = try read()
      let buffer = FloatBuffer(uninitializedCount: columns * shape.outputs)
      for o in 0..<shape.outputs {
        for column in 0..<columns {
          buffer.pointer[column * shape.outputs + o] = stored.pointer[o * columns + column] * scale
        }
      }
      return Self.filters(shape)
        ? .filtered(FilteredConvolution(shape, weight: buffer.pointer))
        : .direct(WeightArray(buffer))
    }
  }

  /// Whether minimal filtering is faster than one product per tap, as measured.
  private static func filters(_ shape: ConvolutionShape) -> Bool {
    FilteredConvolution.supports(shape) && shape.inputs == shape.outputs && shape.inputs >= 16
      && shape.kernel > 1
  }

  /// Floats of scratch memory that `forward` needs for up to `rows` rows on `threads` threads.
  package func scratchCount(rows: Int, threads: Int) -> Int {
    switch kernel.value {
    case .direct: (rows + shape.reach) * shape.inputs
    case .filtered(let convolution): convolution.scratchCount * threads
    }
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
  /// `slope` is LeakyReLU's (1 for none); `scratch` has `scratchCount` floats.
  func forward(
    rows: Int, _ x: UnsafePointer<Float>, slope: Float, adding sum: Sum,
    into y: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    switch kernel.value {
    case .direct(let weight):
      direct(weight.pointer, rows, x, slope, sum, y, scratch, pool)
    case .filtered(let convolution):
      convolution.forward(
        rows: rows, x, slope: slope, bias: sum.bias, residual: sum.residual,
        accumulates: sum.accumulates, into: y, scratch: scratch, pool: pool)
    }
  }

  private func direct(
    _ weight: UnsafePointer<Float>, _ rows: Int, _ x: UnsafePointer<Float>, _ slope: Float,
    _ sum: Sum, _ y: UnsafeMutablePointer<Float>, _ scratch: UnsafeMutablePointer<Float>,
    _ pool: ThreadPool
  ) {
    if rows == 0 { return }
    var source = x
    if slope != 1 {
      Elementwise.leakyReLU(x, slope: slope, scratch, (rows + shape.reach) * shape.inputs)
      source = UnsafePointer(scratch)
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
        shape, rows: count, source + first * inputs, weight: weight, into: target)
    }
  }
}
