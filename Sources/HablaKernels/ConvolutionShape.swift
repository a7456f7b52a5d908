/// Sizes of a convolution over [time, channel] rows with stride 1.
///
/// Output row t is made from input rows t, t + dilation, ..., t + reach of a window that already
/// has the rows (or zeros) before and after the sequence.
package struct ConvolutionShape: Sendable, Equatable {
  /// Channels in.
  package let inputs: Int
  /// Channels out.
  package let outputs: Int
  /// Taps.
  package let kernel: Int
  /// Rows between taps.
  package let dilation: Int

  /// Describes a convolution; all sizes are at least 1.
  package init(inputs: Int, outputs: Int, kernel: Int, dilation: Int = 1) {
    precondition(inputs > 0 && outputs > 0 && kernel > 0 && dilation > 0, "empty convolution")
    self.inputs = inputs
    self.outputs = outputs
    self.kernel = kernel
    self.dilation = dilation
  }

  /// Rows that a window has more than the output.
  package var reach: Int { dilation * (kernel - 1) }
}

/// Convolution as one matrix product per tap.
package enum DirectConvolution {
  /// Sets `rows` dense rows of `channels` floats to `bias`, or to zero.
  package static func begin(
    rows: Int, channels: Int, _ y: UnsafeMutablePointer<Float>, bias: UnsafePointer<Float>?
  ) {
    guard let bias else {
      y.update(repeating: 0, count: rows * channels)
      return
    }
    Elementwise.fillRows(rows: rows, columns: channels, out: y, vector: bias)
  }

  /// y[t, o] += sum over taps j and channels i of x[t + j * dilation, i] * weight[j, i, o].
  ///
  /// `x` is a window of `rows` + `shape.reach` rows, `y` has `rows` rows; both dense and apart.
  package static func accumulate(
    _ shape: ConvolutionShape, rows: Int, _ x: UnsafePointer<Float>,
    weight: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>
  ) {
    for tap in 0..<shape.kernel {
      GEMM.multiply(
        m: rows, n: shape.outputs, k: shape.inputs,
        a: x + tap * shape.dilation * shape.inputs, lda: shape.inputs,
        b: weight + tap * shape.inputs * shape.outputs, ldb: shape.outputs,
        c: y, ldc: shape.outputs, beta: 1)
    }
  }
}
