/// Layer normalization over the channels of a [time, channel] sequence.
package enum Normalization {
  /// What follows the normalization of each element.
  package enum Activation: Sendable { case none, gelu }

  /// out[t] = gamma * (s - mean(s)) / sqrt(variance(s) + epsilon) + beta with s = x[t] (+ residual[t]).
  ///
  /// Mean and biased variance run over the `channels` values of a row, in two passes. `x`,
  /// `residual` and `out` are [rows, channels]; `out` may be `x` or `residual`, but not overlap
  /// them otherwise. `activation` is applied to the result.
  package static func layerNorm(
    rows: Int, channels: Int, x: UnsafePointer<Float>, residual: UnsafePointer<Float>? = nil,
    gamma: UnsafePointer<Float>, beta: UnsafePointer<Float>, epsilon: Float,
    out: UnsafeMutablePointer<Float>, activation: Activation = .none
  ) {
    if channels <= 0 { return }
    for row in 0..<max(rows, 0) {
      let values = out + row * channels
      var source = x + row * channels
      if let residual {
        Elementwise.add(source, residual + row * channels, values, channels)
        source = UnsafePointer(values)
      }
      let mean = sum(source, channels) / Float(channels)
      let variance = squaredDistance(source, from: mean, channels) / Float(channels)
      let scale = 1 / (variance + epsilon).squareRoot()
      var i = 0
      while i + 8 <= channels {
        values.store((source.lanes(i) - mean) * scale * gamma.lanes(i) + beta.lanes(i), i)
        i += 8
      }
      while i < channels {
        values[i] = (source[i] - mean) * scale * gamma[i] + beta[i]
        i += 1
      }
      if activation == .gelu { VectorMath.gelu(values, values, channels) }
    }
  }

  private static func sum(_ x: UnsafePointer<Float>, _ count: Int) -> Float {
    var (first, second) = (Lanes(repeating: 0), Lanes(repeating: 0))
    var i = 0
    while i + 16 <= count {
      first += x.lanes(i)
      second += x.lanes(i + 8)
      i += 16
    }
    var total = (first + second).sum()
    while i < count {
      total += x[i]
      i += 1
    }
    return total
  }

  private static func squaredDistance(
    _ x: UnsafePointer<Float>, from mean: Float, _ count: Int
  ) -> Float {
    var (first, second) = (Lanes(repeating: 0), Lanes(repeating: 0))
    var i = 0
    while i + 16 <= count {
      let (a, b) = (x.lanes(i) - mean, x.lanes(i + 8) - mean)
      first += a * a
      second += b * b
      i += 16
    }
    var total = (first + second).sum()
    while i < count {
      let a = x[i] - mean
      total += a * a
      i += 1
    }
    return total
  }
}
