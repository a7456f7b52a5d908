import HablaKernelsWide

/// Weights of a layer as they are stored: where the value for an output, an input and a tap is.
package struct StoredWeights {
  let values: UnsafePointer<Float>
  let outputStride: Int
  let inputStride: Int
  let tapStride: Int
  /// Factor on every value.
  let scale: Float
  /// Keeps the values in place.
  private let owner: AnyObject

  /// Weights [outputs, inputs, taps], the layout of convolutions in every checkpoint.
  ///
  /// Linear layers are those with one tap. The values stay in place as long as `owner` lives.
  package init(
    _ values: UnsafePointer<Float>, owner: AnyObject, inputs: Int, taps: Int = 1, scale: Float = 1
  ) {
    self.values = values
    self.owner = owner
    outputStride = inputs * taps
    inputStride = taps
    tapStride = 1
    self.scale = scale
  }

  /// The same of a buffer.
  package init(_ buffer: FloatBuffer, inputs: Int, taps: Int = 1, scale: Float = 1) {
    self.init(
      UnsafePointer(buffer.pointer), owner: buffer, inputs: inputs, taps: taps, scale: scale)
  }

  /// Weights with strides of their own.
  init(
    _ buffer: FloatBuffer, outputStride: Int, inputStride: Int, tapStride: Int, scale: Float
  ) {
    values = UnsafePointer(buffer.pointer)
    owner = buffer
    self.outputStride = outputStride
    self.inputStride = inputStride
    self.tapStride = tapStride
    self.scale = scale
  }
}

/// Products of rows with weights that were arranged in panels beforehand.
///
/// A panel holds the weights of `width` neighbouring outputs as [taps, inputs, width], the last one
/// filled up with zeros, so that the product reads memory in one direction.
package enum PanelProduct {
  /// Outputs of a panel.
  ///
  /// Without wide kernels the products are OpenBLAS's, which (0.3.17 and later, on x86) takes
  /// matrices of 32 columns without packing them first.
  package static let width = Processor.usesWideKernels ? PanelKernel.width : 32

  /// Most multiplications of one call that OpenBLAS counts as small.
  private static let smallProduct = 1_000_000

  /// Floats of the panels of a layer.
  package static func count(outputs: Int, inputs: Int, taps: Int = 1) -> Int {
    (outputs + width - 1) / width * width * inputs * taps
  }

  /// Writes a layer's panels, `count` floats; `width` is that of the products.
  package static func pack(
    _ weights: StoredWeights, outputs: Int, inputs: Int, taps: Int = 1,
    width: Int = PanelProduct.width, into panels: UnsafeMutablePointer<Float>
  ) {
    var panel = panels
    for start in stride(from: 0, to: outputs, by: width) {
      let used = min(width, outputs - start)
      let source = weights.values + start * weights.outputStride
      if used < width { panel.update(repeating: 0, count: inputs * taps * width) }
      for input in 0..<inputs {
        for tap in 0..<taps {
          let from = source + input * weights.inputStride + tap * weights.tapStride
          let to = panel + (tap * inputs + input) * width
          for j in 0..<used { to[j] = from[j * weights.outputStride] * weights.scale }
        }
      }
      panel += inputs * taps * width
    }
  }

  /// C[m, n] = sum over taps t of A_t[m, inputs] * B_t[inputs, n] (+ C when `accumulates`).
  ///
  /// Row r of A_t begins at `a` + r * `lda` + t * `tapStride`: with `lda` the channels of a
  /// sequence and `tapStride` so many rows this is a convolution. Rows and taps may overlap. C has
  /// row stride `ldc` and is apart from A and the panels. A range of outputs that begins at a
  /// multiple of `width` is multiplied by giving the panels from there on
  /// (begin * taps * inputs floats) and its length as `n`. A result does not depend on how many
  /// rows are computed with it.
  package static func multiply(
    m: Int, n: Int, inputs: Int, taps: Int = 1, tapStride: Int = 0, a: UnsafePointer<Float>,
    lda: Int, panels: UnsafePointer<Float>, c: UnsafeMutablePointer<Float>, ldc: Int,
    accumulates: Bool = false
  ) {
    precondition(m >= 0 && n >= 0 && inputs >= 0 && taps >= 0, "negative size")
    if m == 0 || n == 0 { return }
    if Processor.usesWideKernels {
      PanelKernel.multiply(
        m: m, n: n, depth: inputs, segments: taps, segmentStride: tapStride, a: a, lda: lda,
        panels: panels, c: c, ldc: ldc, accumulates: accumulates)
      return
    }
    if inputs * taps == 0 && !accumulates {
      for row in 0..<m { (c + row * ldc).update(repeating: 0, count: n) }
    }
    // OpenBLAS does not take overlapping rows: one product per tap.
    let rows = max(smallProduct / (width * max(inputs, 1)), 1)
    for start in stride(from: 0, to: n, by: width) {
      for row in stride(from: 0, to: m, by: rows) {
        for tap in 0..<taps {
          GEMM.multiply(
            m: min(rows, m - row), n: min(width, n - start), k: inputs,
            a: a + row * lda + tap * tapStride, lda: lda,
            b: panels + (start * taps + tap * width) * inputs, ldb: width,
            c: c + row * ldc + start, ldc: ldc, beta: tap == 0 && !accumulates ? 0 : 1)
        }
      }
    }
  }
}
