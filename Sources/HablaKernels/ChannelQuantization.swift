/// Rounding to 8 bits with one scale per channel.
package enum ChannelQuantization {
  /// Rounds x [outer, channels, inner]: scale per channel such that the largest becomes 127.
  package static func quantize(
    _ x: UnsafePointer<Float>, outer: Int, channels: Int, inner: Int,
    into values: UnsafeMutablePointer<Int8>, scales: UnsafeMutablePointer<Float>
  ) {
    for channel in 0..<channels {
      var largest: Float = 0
      for row in 0..<outer {
        let start = (row * channels + channel) * inner
        for i in start..<start + inner { largest = max(largest, abs(x[i])) }
      }
      let scale = largest / 127
      scales[channel] = scale
      for row in 0..<outer {
        let start = (row * channels + channel) * inner
        for i in start..<start + inner {
          // A scale that has itself been rounded, near the smallest numbers, could give more.
          values[i] = scale == 0 ? 0 : Int8(max(-127, min(127, (x[i] / scale).rounded())))
        }
      }
    }
  }

  /// Multiplies x [outer, channels, inner] by the scales, in place.
  package static func expand(
    _ x: UnsafeMutablePointer<Float>, outer: Int, channels: Int, inner: Int,
    scales: UnsafePointer<Float>
  ) {
    var row = x
    for _ in 0..<outer {
      for channel in 0..<channels {
        let scale = scales[channel]
        for i in 0..<inner { row[i] *= scale }
        row += inner
      }
    }
  }
}
