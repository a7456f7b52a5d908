import HablaCheckpoints
import HablaKernels

/// A convolution of the decoder with what surrounds it: LeakyReLU before, sums after.
///
/// y = conv(LeakyReLU(x)) + bias [+ residual] [+ y]. Threads: immutable.
package struct DecoderConvolution: Sendable {
  let shape: ConvolutionShape
  let bias: WeightArray?
  private let kernel: Deferred<Kernel>

  /// How the products are computed: one of the two.
  ///
  /// An enumeration would keep its case in spare bits of a pointer, which leak checkers then take for
  /// no pointer: they would report a voice that is open when the process ends.
  private struct Kernel: Sendable {
    var direct: PanelConvolution?
    var filtered: FilteredConvolution?
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
    kernel = try weights.convolution(name + ".weight", shape, scale: scale) {
      Self.filters(shape)
        ? Kernel(filtered: FilteredConvolution(shape, weights: $0))
        : Kernel(direct: PanelConvolution(shape, weights: $0))
    }
  }

  /// Whether minimal filtering is faster than one product per tap, as measured.
  private static func filters(_ shape: ConvolutionShape) -> Bool {
    FilteredConvolution.supports(shape) && shape.inputs == shape.outputs && shape.inputs >= 16
      && shape.kernel > 1
  }

  /// Floats of scratch memory that `forward` needs for up to `rows` rows on `threads` threads.
  package func scratchCount(rows: Int, threads: Int) -> Int {
    if let filtered = kernel.value.filtered { return filtered.scratchCount * threads }
    return (rows + shape.reach) * shape.inputs
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
    let kernel = kernel.value
    if let filtered = kernel.filtered {
      filtered.forward(
        rows: rows, x, slope: slope, bias: sum.bias, residual: sum.residual,
        accumulates: sum.accumulates, into: y, scratch: scratch, pool: pool)
    } else if let convolution = kernel.direct {
      direct(convolution, rows, x, slope, sum, y, scratch, pool)
    }
  }

  private func direct(
    _ convolution: PanelConvolution, _ rows: Int, _ x: UnsafePointer<Float>, _ slope: Float,
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
    pool.overRows(rows) { first, count in
      let target = y + first * outputs
      if !sum.accumulates {
        Elementwise.fillRows(rows: count, columns: outputs, out: target, vector: sum.bias)
      } else if let bias = sum.bias {
        Elementwise.addRowVector(rows: count, columns: outputs, x: target, vector: bias)
      }
      if let residual = sum.residual {
        Elementwise.add(target, residual + first * outputs, target, count * outputs)
      }
      convolution.accumulate(rows: count, source + first * inputs, into: target)
    }
  }
}
