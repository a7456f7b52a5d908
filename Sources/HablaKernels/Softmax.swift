/// Softmax over the rows of a matrix.
package enum Softmax {
  /// Replaces each row of `x` by e^(x - max) / sum e^(x - max).
  ///
  /// `x` has `rows` rows of `columns` floats that start `stride` >= `columns` floats apart; what
  /// lies between is not touched. Minus infinity gives exactly 0; a row of nothing else gives NaN.
  package static func rows(
    _ rows: Int, columns: Int, stride: Int, x: UnsafeMutablePointer<Float>
  ) {
    if columns <= 0 { return }
    for row in 0..<max(rows, 0) {
      let values = x + row * stride
      let largest = maximum(values, columns)
      let total = exponentials(values, minus: largest, columns)
      Elementwise.scale(values, by: 1 / total, values, columns)
    }
  }

  private static func maximum(_ x: UnsafePointer<Float>, _ count: Int) -> Float {
    var lanes = Lanes(repeating: -.infinity)
    var i = 0
    while i + 8 <= count {
      let values = x.lanes(i)
      lanes.replace(with: values, where: values .> lanes)
      i += 8
    }
    var largest = lanes.max()
    while i < count {
      if x[i] > largest { largest = x[i] }
      i += 1
    }
    return largest
  }

  /// x = e^(x - offset); returns the sum.
  private static func exponentials(
    _ x: UnsafeMutablePointer<Float>, minus offset: Float, _ count: Int
  ) -> Float {
    var lanes = Lanes(repeating: 0)
    var i = 0
    while i + 8 <= count {
      let values = (x.lanes(i) - offset).exponential
      x.store(values, i)
      lanes += values
      i += 8
    }
    if i < count {
      let rest = count - i
      let values = (UnsafePointer(x).lanes(i, count: rest, fill: -.infinity) - offset).exponential
      x.store(values, i, count: rest)
      lanes += values
    }
    return lanes.sum()
  }
}
