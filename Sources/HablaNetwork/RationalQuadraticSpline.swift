#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// e^x in single precision, correctly rounded to within 1 ulp.
@inline(__always) func exponential(_ x: Float) -> Float { exp(x) }

/// Inverse of the monotone rational-quadratic spline with linear tails.
///
/// Source: Durkan et al., "Neural Spline Flows" (2019), equations 4-8 and appendix A; identity
/// outside [-tailBound, tailBound], minimum bin width, height and derivative 1e-3.
package struct RationalQuadraticSpline: Sendable {
  /// Largest number of bins that `inverse` has room for.
  package static let maximumBins = 64

  /// Number of bins K.
  package let bins: Int
  private let tailBound: Float
  private let floor: Float = 1e-3

  /// Makes a spline with `bins` in 2...64.
  package init(bins: Int, tailBound: Float) {
    precondition(bins >= 2 && bins <= Self.maximumBins, "bins out of range")
    self.bins = bins
    self.tailBound = tailBound
  }

  /// x with spline(x) = y.
  ///
  /// `theta` holds K unnormalised widths, K heights and K - 1 derivatives. Not finite parameters
  /// give a result that is not finite, never an access out of range.
  package func inverse(_ y: Float, _ theta: UnsafePointer<Float>) -> Float {
    if !(y >= -tailBound && y <= tailBound) { return y }
    return withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * (bins + 1)) { knots in
      guard let xKnots = knots.baseAddress else { return y }
      let yKnots = xKnots + bins + 1
      placeKnots(theta, xKnots)
      placeKnots(theta + bins, yKnots)
      var bin = 0
      while bin < bins - 1 && yKnots[bin + 1] <= y { bin += 1 }
      let derivatives = theta + 2 * bins
      // Derivative 1 at both ends joins the linear tails smoothly.
      let d0 = bin == 0 ? 1 : floor + softplus(derivatives[bin - 1])
      let d1 = bin == bins - 1 ? 1 : floor + softplus(derivatives[bin])
      return solve(
        rise: y - yKnots[bin], width: xKnots[bin + 1] - xKnots[bin],
        height: yKnots[bin + 1] - yKnots[bin], d0: d0, d1: d1) + xKnots[bin]
    }
  }

  /// Offset into the bin at which the spline has risen by `rise`.
  private func solve(rise: Float, width: Float, height: Float, d0: Float, d1: Float) -> Float {
    let slope = height / width
    let curve = d0 + d1 - 2 * slope
    let a = rise * curve + height * (slope - d0)
    let b = height * d0 - rise * curve
    let c = -slope * rise
    // Rounding can make the discriminant slightly negative.
    let discriminant = max(b * b - 4 * a * c, 0)
    return 2 * c / (-b - discriminant.squareRoot()) * width
  }

  /// Knots from -bound to bound whose distances are the softmax of `u`, none below the floor.
  private func placeKnots(_ u: UnsafePointer<Float>, _ knots: UnsafeMutablePointer<Float>) {
    var largest = u[0]
    for i in 1..<bins { largest = max(largest, u[i]) }
    var total: Float = 0
    for i in 0..<bins {
      knots[i + 1] = exponential(u[i] - largest)
      total += knots[i + 1]
    }
    let share = 1 - Float(bins) * floor
    var sum: Float = 0
    knots[0] = -tailBound
    for i in 1..<bins {
      sum += floor + share * (knots[i] / total)
      knots[i] = sum * (2 * tailBound) - tailBound
    }
    knots[bins] = tailBound
  }

  /// log(1 + e^x).
  private func softplus(_ x: Float) -> Float { x > 20 ? x : log1p(exponential(x)) }
}
