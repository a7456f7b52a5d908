/// Elementary functions of arrays of floats.
///
/// Each reads `count` floats from `x` and writes as many to `out`, which may be `x` itself but not
/// overlap it otherwise. Results do not depend on an element's place in the array. NaN gives NaN.
package enum VectorMath {
  /// out = e^x, within 1 ulp; infinity above 88.72, gradual underflow to 0.
  package static func exp(
    _ x: UnsafePointer<Float>, _ out: UnsafeMutablePointer<Float>, _ count: Int
  ) {
    map(x, out, count) { $0.exponential }
  }

  /// out = tanh x, within 2 ulp.
  package static func tanh(
    _ x: UnsafePointer<Float>, _ out: UnsafeMutablePointer<Float>, _ count: Int
  ) {
    map(x, out, count) { $0.hyperbolicTangent }
  }

  /// out = 1 / (1 + e^-x), within 2.5 ulp.
  package static func sigmoid(
    _ x: UnsafePointer<Float>, _ out: UnsafeMutablePointer<Float>, _ count: Int
  ) {
    map(x, out, count) { $0.logistic }
  }

  /// out = erf x, absolute error below 1.5e-7.
  package static func erf(
    _ x: UnsafePointer<Float>, _ out: UnsafeMutablePointer<Float>, _ count: Int
  ) {
    map(x, out, count) { $0.errorFunction }
  }

  /// out = x / 2 (1 + erf(x / sqrt 2)), the exact GELU; absolute error below 2e-7 max(1, |x|).
  package static func gelu(
    _ x: UnsafePointer<Float>, _ out: UnsafeMutablePointer<Float>, _ count: Int
  ) {
    map(x, out, count) { $0.gaussianErrorLinear }
  }

  /// out = log(1 + e^x), within 2.5 ulp; x itself above 20, as in PyTorch.
  package static func softplus(
    _ x: UnsafePointer<Float>, _ out: UnsafeMutablePointer<Float>, _ count: Int
  ) {
    map(x, out, count) { $0.softplus }
  }

  @inline(__always)
  private static func map(
    _ x: UnsafePointer<Float>, _ out: UnsafeMutablePointer<Float>, _ count: Int,
    _ function: (Lanes) -> Lanes
  ) {
    var i = 0
    while i + 8 <= count {
      out.store(function(x.lanes(i)), i)
      i += 8
    }
    if i < count {
      out.store(function(x.lanes(i, count: count - i)), i, count: count - i)
    }
  }
}
