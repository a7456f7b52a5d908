/// Convolution as one product with overlapping rows: every multiplication of the definition.
///
/// Serves the layers for which minimal filtering does not pay: one tap, short sequences, few
/// channels. Threads: immutable.
package struct PanelConvolution: @unchecked Sendable {
  /// Sizes.
  package let shape: ConvolutionShape
  private let panels: UnsafePointer<Float>
  /// Keeps the panels in place.
  private let owner: AnyObject

  /// Arranges weights of `shape.kernel` taps.
  package init(_ shape: ConvolutionShape, weights: StoredWeights) {
    let buffer =
      shape.outputs == 1 ? Self.taps(shape, weights) : Self.panels(shape, weights)
    self.shape = shape
    panels = UnsafePointer(buffer.pointer)
    owner = buffer
  }

  /// Uses panels that are already as `PanelProduct` wants them, in place as long as `owner` lives;
  /// the layer has several outputs.
  package init(_ shape: ConvolutionShape, panels: UnsafePointer<Float>, owner: AnyObject) {
    precondition(shape.outputs > 1, "a single output has no panels")
    (self.shape, self.panels, self.owner) = (shape, panels, owner)
  }

  private static func panels(_ shape: ConvolutionShape, _ weights: StoredWeights) -> FloatBuffer {
    let buffer = FloatBuffer(
      uninitialized: PanelProduct.count(
        outputs: shape.outputs, inputs: shape.inputs, taps: shape.kernel))
    PanelProduct.pack(
      weights, outputs: shape.outputs, inputs: shape.inputs, taps: shape.kernel,
      into: buffer.pointer)
    return buffer
  }

  /// The weights of a single output, [tap, in].
  private static func taps(_ shape: ConvolutionShape, _ weights: StoredWeights) -> FloatBuffer {
    let buffer = FloatBuffer(uninitialized: shape.kernel * shape.inputs)
    for tap in 0..<shape.kernel {
      for i in 0..<shape.inputs {
        buffer.pointer[tap * shape.inputs + i] =
          weights.values[i * weights.inputStride + tap * weights.tapStride] * weights.scale
      }
    }
    return buffer
  }

  /// y[t, o] += sum over taps j and channels i of x[t + j * dilation, i] * weight[o, i, j].
  ///
  /// `x` is a window of `rows` + `shape.reach` rows that start `inputStride` floats apart, `y` has
  /// `rows` rows that start `outputStride` floats apart (by default the channel counts).
  package func accumulate(
    rows: Int, _ x: UnsafePointer<Float>, inputStride: Int? = nil,
    into y: UnsafeMutablePointer<Float>, outputStride: Int? = nil
  ) {
    let lda = inputStride ?? shape.inputs
    let ldc = outputStride ?? shape.outputs
    if shape.outputs == 1 { return dot(rows, x, lda, y, ldc) }
    PanelProduct.multiply(
      m: rows, n: shape.outputs, inputs: shape.inputs, taps: shape.kernel,
      tapStride: shape.dilation * lda, a: x, lda: lda, panels: panels, c: y, ldc: ldc,
      accumulates: true)
  }

  /// A single output needs no panel: each row is a few dot products.
  private func dot(
    _ rows: Int, _ x: UnsafePointer<Float>, _ lda: Int, _ y: UnsafeMutablePointer<Float>,
    _ ldc: Int
  ) {
    // Neighbouring taps of dense rows are one run of memory.
    let joined = shape.dilation == 1 && lda == shape.inputs
    let runs = joined ? 1 : shape.kernel
    let length = joined ? shape.kernel * shape.inputs : shape.inputs
    for row in 0..<max(rows, 0) {
      var sum: Float = 0
      for run in 0..<runs {
        let from = x + row * lda + run * shape.dilation * lda
        sum += Elementwise.dot(from, panels + run * length, length)
      }
      y[row * ldc] += sum
    }
  }
}
