/// The points at which a minimal-filtering convolution multiplies, and its coefficients.
///
/// Toom-Cook (Winograd) in one dimension: a tile of `outputs` rows of a `taps`-tap convolution
/// needs `count` = outputs + taps - 1 products, one per point. The points are pairs +p, -p,
/// optionally 0, and infinity. For y[i] = sum over j of w[j] x[i + j]:
///
///     V_p = sum over j of N_p[j] x[j]       N_p(z) = product of (z - q) over the other points q
///     U_p = sum over j of w[j] p^j / N_p(p)
///     y[i] = sum over p of p^i U_p V_p      and for infinity V = N(z), U = w[last], y[outputs - 1]
///
/// With pairs, N of +p and -p are z^zero (z +- p) R(z^2) with one and the same R, so both come
/// from two short sums. Points are chosen for a small rounding error (see `standard`).
struct FilterPoints: Sendable {
  /// Positive member of each pair.
  let pairs: [Double]
  /// Whether 0 is a point.
  let hasZero: Bool
  /// Rows that a tile gives.
  let outputs: Int
  /// Taps of the piece of a kernel that a tile covers.
  let taps: Int

  /// Number of points, infinity included; also the rows that a tile reads.
  var count: Int { outputs + taps - 1 }

  /// Points for tiles of `outputs` rows and `taps` taps, which must need 8 or 11 points.
  ///
  /// The pairs are those with the least error among small fractions, measured with 128 channels
  /// in float32: 1e-6 (8 points) and 2.5e-6 (11) of the result's standard deviation,
  /// where direct summation has 3e-7.
  static func standard(outputs: Int, taps: Int) -> FilterPoints {
    switch outputs + taps - 1 {
    case 8: FilterPoints(pairs: [0.5, 1, 2], hasZero: true, outputs: outputs, taps: taps)
    case 11:
      FilterPoints(
        pairs: [0.25, 0.6, 1, 1.5, 3], hasZero: false, outputs: outputs, taps: taps)
    default: preconditionFailure("no points for this tile size")
    }
  }

  /// Coefficients of the product of (z - squares[i]), lowest power first, the leading 1 included.
  private static func expand(_ squares: [Double]) -> [Double] {
    squares.reduce([1]) { polynomial, root in
      var next = [0] + polynomial
      for (i, value) in polynomial.enumerated() { next[i] -= root * value }
      return next
    }
  }

  /// Per pair: R's coefficients without the leading 1, then p; then those of N for infinity (and,
  /// without its zero, for 0) as a polynomial in z^2 without the leading 1.
  var inputTable: [Float] {
    let squares = pairs.map { $0 * $0 }
    var table: [Float] = []
    for (i, p) in pairs.enumerated() {
      var others = squares
      others.remove(at: i)
      table += Self.expand(others).dropLast().map { Float($0) } + [Float(p)]
    }
    return table + Self.expand(squares).dropLast().map { Float($0) }
  }

  /// Row by row from row 1 on: p^i of each pair.
  var outputTable: [Float] {
    var table: [Float] = []
    var powers = pairs
    for _ in 1..<max(outputs, 2) {
      table += powers.map { Float($0) }
      for i in pairs.indices { powers[i] *= pairs[i] }
    }
    return table
  }

  /// Weights at the points, in the order +p, -p, ..., [0], infinity, as factors of the taps.
  var weightFactors: [[Double]] {
    var finite = pairs.flatMap { [$0, -$0] }
    if hasZero { finite.append(0) }
    var rows = finite.map { p in
      let scale = finite.reduce(1.0) { $1 == p ? $0 : $0 * (p - $1) }
      var power = 1 / scale
      return (0..<taps).map { _ in
        defer { power *= p }
        return power
      }
    }
    rows.append((0..<taps).map { $0 == taps - 1 ? 1 : 0 })
    return rows
  }
}
