/// Eight floats worked on at once: two SSE2 registers, one AVX register, two NEON registers.
typealias Lanes = SIMD8<Float>

extension UnsafePointer<Float> {
  /// The eight floats from `index` on; no alignment needed.
  @inline(__always)
  func lanes(_ index: Int) -> Lanes {
    UnsafeRawPointer(self + index).loadUnaligned(as: Lanes.self)
  }

  /// The `count` < 8 floats from `index` on, filled up with `fill`.
  @inline(__always)
  func lanes(_ index: Int, count: Int, fill: Float = 0) -> Lanes {
    var result = Lanes(repeating: fill)
    for i in 0..<count { result[i] = self[index + i] }
    return result
  }
}

extension UnsafeMutablePointer<Float> {
  /// The eight floats from `index` on; no alignment needed.
  @inline(__always)
  func lanes(_ index: Int) -> Lanes { UnsafePointer(self).lanes(index) }

  /// Writes eight floats from `index` on; no alignment needed.
  @inline(__always)
  func store(_ value: Lanes, _ index: Int) {
    UnsafeMutableRawPointer(self + index).storeBytes(of: value, as: Lanes.self)
  }

  /// Writes the first `count` < 8 floats from `index` on.
  @inline(__always)
  func store(_ value: Lanes, _ index: Int, count: Int) {
    for i in 0..<count { self[index + i] = value[i] }
  }
}

/// Elementary functions on eight floats, in float32 without fused multiply-add.
///
/// Polynomials are minimax fits of this project, over the ranges given at each function. NaN stays
/// NaN everywhere.
extension Lanes {
  /// Evaluates c0 + c1 x + c2 x^2 + c3 x^3 + c4 x^4 (+ c5 x^5 + c6 x^6) by Horner's rule.
  @inline(__always)
  static func polynomial(
    _ x: Lanes, _ c0: Float, _ c1: Float, _ c2: Float, _ c3: Float, _ c4: Float,
    _ c5: Float = 0, _ c6: Float = 0
  ) -> Lanes {
    var sum = Lanes(repeating: c4)
    if c5 != 0 || c6 != 0 {
      sum = Lanes(repeating: c5)
      if c6 != 0 { sum += x * c6 }
      sum = sum * x + c4
    }
    sum = sum * x + c3
    sum = sum * x + c2
    sum = sum * x + c1
    return sum * x + c0
  }

  /// |x|.
  @inline(__always)
  var magnitudes: Lanes {
    Lanes(bitPattern: bitPattern & SIMD8<UInt32>(repeating: 0x7fff_ffff))
  }

  /// |self| with the sign of `other`.
  @inline(__always)
  func withSigns(of other: Lanes) -> Lanes {
    let sign = SIMD8<UInt32>(repeating: 0x8000_0000)
    return Lanes(bitPattern: (bitPattern & ~sign) | (other.bitPattern & sign))
  }

  @inline(__always)
  private var bitPattern: SIMD8<UInt32> { unsafeBitCast(self, to: SIMD8<UInt32>.self) }

  @inline(__always)
  private init(bitPattern: SIMD8<UInt32>) { self = unsafeBitCast(bitPattern, to: Lanes.self) }

  /// e^x within 1 ulp; overflows to infinity, underflows gradually to 0.
  ///
  /// x = n ln 2 + r with |r| <= ln 2 / 2; e^r = 1 + r + r^2 p(r).
  @inline(__always)
  var exponential: Lanes {
    // Beyond these the result is infinite or zero anyway; inside, n fits the two-step scaling.
    var x = self
    x.replace(with: Lanes(repeating: 89), where: x .> 89)
    x.replace(with: Lanes(repeating: -105), where: x .< -105)
    // Adding 1.5 * 2^23 rounds to an integer, which then stands in the low bits.
    let rounder = Lanes(repeating: 12_582_912)
    let shifted = x * 1.442695040888963 + rounder
    let n = shifted - rounder
    // The first part of ln 2 has 9 bits, so that its product with n is exact.
    let r = (x - n * 0.693359375) + n * 2.121944400546905e-4
    let p = Lanes.polynomial(
      r, 0.5, 0.16666665673, 0.04166629538, 0.0083334976807, 0.0013944759266, 1.9790255465e-4)
    let mantissa = (r * r) * p + r + 1
    // 2^n in two factors: n reaches 129 and -152, beyond one exponent field.
    let exponent =
      unsafeBitCast(shifted, to: SIMD8<Int32>.self)
      &- SIMD8<Int32>(repeating: 0x4b40_0000)
    let half = exponent &>> SIMD8<Int32>(repeating: 1)
    return mantissa * Lanes.powerOfTwo(half) * Lanes.powerOfTwo(exponent &- half)
  }

  @inline(__always)
  private static func powerOfTwo(_ exponent: SIMD8<Int32>) -> Lanes {
    let bits = (exponent &+ SIMD8<Int32>(repeating: 127)) &<< SIMD8<Int32>(repeating: 23)
    return unsafeBitCast(bits, to: Lanes.self)
  }

  /// tanh x within 2 ulp.
  ///
  /// Below 0.625 x + x^3 p(x^2), above 1 - 2 / (e^2|x| + 1).
  @inline(__always)
  var hyperbolicTangent: Lanes {
    let square = self * self
    let p = Lanes.polynomial(
      square, -0.33333283663, 0.13331490755, -0.053743492812, 0.02065056935, -0.0057170250241)
    let small = self + self * square * p
    let magnitude = magnitudes
    let large = 1 - 2 / ((magnitude + magnitude).exponential + 1)
    return small.replacing(with: large.withSigns(of: self), where: magnitude .>= 0.625)
  }

  /// 1 / (1 + e^-x) within 2.5 ulp, also where it is tiny.
  @inline(__always)
  var logistic: Lanes {
    let e = (-magnitudes).exponential
    let numerator = Lanes(repeating: 1).replacing(with: e, where: self .< 0)
    return numerator / (1 + e)
  }

  /// erf x with an absolute error below 1.5e-7.
  ///
  /// Below 1 x + x p(x^2), above 1 - e^-q(|x|) with q fitted to -log erfc up to 4, where erf is 1
  /// in float32.
  @inline(__always)
  var errorFunction: Lanes {
    let square = self * self
    let p = Lanes.polynomial(
      square, 0.12837912142, -0.37612354755, 0.11280411482, -0.026717705652, 0.0049247881397,
      -5.6601490360e-4)
    let small = self + self * p
    let magnitude = magnitudes
    let bounded = magnitude.replacing(with: Lanes(repeating: 4), where: magnitude .> 4)
    let q = Lanes.polynomial(
      bounded, 3.1244693673e-4, 1.1272023916, 0.6379648447, 0.1032563522, -0.021906549111,
      0.0029640251305, -1.8797369557e-4)
    let large = (1 - (-q).exponential).withSigns(of: self)
    return small.replacing(with: large, where: magnitude .>= 1)
  }

  /// x / 2 (1 + erf(x / sqrt 2)), the exact form of GELU.
  @inline(__always)
  var gaussianErrorLinear: Lanes {
    let half = self * 0.5
    return half + half * (self * 0.70710678118654752).errorFunction
  }

  /// log(1 + e^x) within 2.5 ulp.
  ///
  /// max(x, 0) + log(1 + e^-|x|), the logarithm as 2 artanh(e / (2 + e)). Above 17.4 the second
  /// term is below half an ulp, so that PyTorch's switch to x above 20 is met by itself.
  @inline(__always)
  var softplus: Lanes {
    let e = (-magnitudes).exponential
    let s = e / (e + 2)
    let square = s * s
    let p = Lanes.polynomial(
      square, 0.33333337307, 0.19999438524, 0.14308442175, 0.10713827610, 0.12150471658)
    let logarithm = s + s * square * p
    return replacing(with: Lanes(repeating: 0), where: self .< 0) + (logarithm + logarithm)
  }
}
