#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Elementwise operations of the decoder, on [time, channel] rows.
package enum Vocoder {
  /// y[i] = x[i] where positive, slope * x[i] elsewhere (`slope` in 0...1; x and y may be the same).
  package static func leakyReLU(
    _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int, slope: Float
  ) {
    // For slopes up to 1 the larger of both is the right one, and a maximum vectorises.
    for i in 0..<count { y[i] = max(x[i], x[i] * slope) }
  }

  /// Sets `rows` consecutive rows of `channels` floats to `row`, or to zero.
  package static func setRows(
    _ y: UnsafeMutablePointer<Float>, rows: Int, channels: Int, to row: UnsafePointer<Float>?
  ) {
    guard let row else {
      y.update(repeating: 0, count: rows * channels)
      return
    }
    for r in 0..<rows { (y + r * channels).update(from: row, count: channels) }
  }

  /// Hyperbolic tangent in place.
  package static func tanh(_ x: UnsafeMutablePointer<Float>, count: Int) {
    for i in 0..<count { x[i] = tanhf(x[i]) }
  }
}
