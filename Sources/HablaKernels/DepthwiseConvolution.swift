/// Convolution with one filter per channel, as in dilated depth-separable convolutions.
package enum DepthwiseConvolution {
  /// out[t, c] = bias[c] + sum over j of weights[j, c] * x[t + j * dilation - p, c].
  ///
  /// p = dilation * (kernel - 1) / 2 ("same" padding with zeros; `kernel` is odd). `x` and `out`
  /// are [rows, channels] and do not overlap; `weights` is [kernel, channels]; `bias`
  /// is [channels] or nil for zeros. Only output rows in `range` (default: all) are computed, so
  /// that threads can share the work.
  package static func apply(
    rows: Int, channels: Int, kernel: Int, dilation: Int, x: UnsafePointer<Float>,
    weights: UnsafePointer<Float>, bias: UnsafePointer<Float>?, out: UnsafeMutablePointer<Float>,
    range: Range<Int>? = nil
  ) {
    precondition(kernel > 0 && kernel % 2 == 1 && dilation > 0, "kernel must be odd")
    let padding = dilation * (kernel - 1) / 2
    for t in range ?? 0..<max(rows, 0) {
      let values = out + t * channels
      if let bias {
        values.update(from: bias, count: channels)
      } else {
        values.update(repeating: 0, count: channels)
      }
      for j in 0..<kernel {
        let source = t + j * dilation - padding
        if source < 0 || source >= rows { continue }
        multiplyAdd(x + source * channels, weights + j * channels, values, channels)
      }
    }
  }

  /// out += a * b.
  @inline(__always)
  private static func multiplyAdd(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ out: UnsafeMutablePointer<Float>,
    _ count: Int
  ) {
    var i = 0
    while i + 8 <= count {
      out.store(out.lanes(i) + a.lanes(i) * b.lanes(i), i)
      i += 8
    }
    while i < count {
      out[i] += a[i] * b[i]
      i += 1
    }
  }
}
