#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Seeded source of standard normal numbers.
///
/// The same seed gives the same numbers on every run and every thread count. Generator:
/// xoshiro256++ (Blackman and Vigna) seeded by SplitMix64; normals by the Box-Muller transform.
package struct NoiseGenerator: Sendable {
  private var state: (UInt64, UInt64, UInt64, UInt64)

  /// Starts the sequence of `seed`.
  package init(seed: UInt64) {
    var mixer = seed
    func next() -> UInt64 {
      mixer &+= 0x9E37_79B9_7F4A_7C15
      var z = mixer
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
    state = (next(), next(), next(), next())
  }

  /// Next 64 random bits.
  package mutating func nextBits() -> UInt64 {
    func rotate(_ x: UInt64, _ k: UInt64) -> UInt64 { (x << k) | (x >> (64 - k)) }
    let result = rotate(state.0 &+ state.3, 23) &+ state.0
    let t = state.1 << 17
    state.2 ^= state.0
    state.3 ^= state.1
    state.1 ^= state.2
    state.0 ^= state.3
    state.2 ^= t
    state.3 = rotate(state.3, 45)
    return result
  }

  /// Fills `values` with `count` standard normal numbers times `scale`.
  ///
  /// Numbers are drawn in pairs; a lone last one uses up its pair.
  package mutating func fillNormal(
    _ values: UnsafeMutablePointer<Float>, count: Int, scale: Float
  ) {
    if scale == 0 {
      values.update(repeating: 0, count: count)
      return
    }
    var i = 0
    while i < count {
      let bits = nextBits()
      // 32 bits each; the first uniform is in (0, 1] so that its logarithm is finite.
      let u = (Float(UInt32(truncatingIfNeeded: bits) >> 8) + 1) * 0x1p-24
      let v = Float(UInt32(truncatingIfNeeded: bits >> 32) >> 8) * 0x1p-24
      let radius = (-2 * log(u)).squareRoot() * scale
      values[i] = radius * cos(2 * Float.pi * v)
      if i + 1 < count { values[i + 1] = radius * sin(2 * Float.pi * v) }
      i += 2
    }
  }
}
