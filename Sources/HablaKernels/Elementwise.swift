/// Sums, scalings and activations of [time, channel] activations.
///
/// Outputs may be the same memory as an input, but not overlap it otherwise.
package enum Elementwise {
  /// out = a + b.
  package static func add(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ out: UnsafeMutablePointer<Float>,
    _ count: Int
  ) {
    var i = 0
    while i + 8 <= count {
      out.store(a.lanes(i) + b.lanes(i), i)
      i += 8
    }
    while i < count {
      out[i] = a[i] + b[i]
      i += 1
    }
  }

  /// The sum of a[i] * b[i].
  package static func dot(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ count: Int
  ) -> Float {
    var (first, second) = (Lanes(repeating: 0), Lanes(repeating: 0))
    var i = 0
    while i + 16 <= count {
      first += a.lanes(i) * b.lanes(i)
      second += a.lanes(i + 8) * b.lanes(i + 8)
      i += 16
    }
    var sum = (first + second).sum()
    while i < count {
      sum += a[i] * b[i]
      i += 1
    }
    return sum
  }

  /// out = a - b.
  package static func subtract(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ out: UnsafeMutablePointer<Float>,
    _ count: Int
  ) {
    var i = 0
    while i + 8 <= count {
      out.store(a.lanes(i) - b.lanes(i), i)
      i += 8
    }
    while i < count {
      out[i] = a[i] - b[i]
      i += 1
    }
  }

  /// out = a * b.
  package static func multiply(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ out: UnsafeMutablePointer<Float>,
    _ count: Int
  ) {
    var i = 0
    while i + 8 <= count {
      out.store(a.lanes(i) * b.lanes(i), i)
      i += 8
    }
    while i < count {
      out[i] = a[i] * b[i]
      i += 1
    }
  }

  /// out = factor * x.
  package static func scale(
    _ x: UnsafePointer<Float>, by factor: Float, _ out: UnsafeMutablePointer<Float>, _ count: Int
  ) {
    var i = 0
    while i + 8 <= count {
      out.store(x.lanes(i) * factor, i)
      i += 8
    }
    while i < count {
      out[i] = x[i] * factor
      i += 1
    }
  }

  /// Adds `vector[columns]` to each of `rows` rows of `x`, which start `stride` floats apart.
  ///
  /// `stride` defaults to `columns`.
  package static func addRowVector(
    rows: Int, columns: Int, x: UnsafeMutablePointer<Float>, stride: Int? = nil,
    vector: UnsafePointer<Float>
  ) {
    let step = stride ?? columns
    for row in 0..<max(rows, 0) {
      let values = x + row * step
      add(values, vector, values, columns)
    }
  }

  /// Writes `vector[columns]`, or zeros, to each of `rows` rows of `out`, `stride` floats apart.
  ///
  /// A product that adds to its output then has its bias. `stride` defaults to `columns`.
  package static func fillRows(
    rows: Int, columns: Int, out: UnsafeMutablePointer<Float>, stride: Int? = nil,
    vector: UnsafePointer<Float>?
  ) {
    let step = stride ?? columns
    guard let vector else {
      for row in 0..<max(rows, 0) { (out + row * step).update(repeating: 0, count: columns) }
      return
    }
    for row in 0..<max(rows, 0) { (out + row * step).update(from: vector, count: columns) }
  }

  /// out = max(x, 0); NaN stays NaN.
  package static func relu(
    _ x: UnsafePointer<Float>, _ out: UnsafeMutablePointer<Float>, _ count: Int
  ) {
    leakyReLU(x, slope: 0, out, count)
  }

  /// out = x where x >= 0, else slope * x.
  package static func leakyReLU(
    _ x: UnsafePointer<Float>, slope: Float, _ out: UnsafeMutablePointer<Float>, _ count: Int
  ) {
    var i = 0
    while i + 8 <= count {
      let values = x.lanes(i)
      out.store(values.replacing(with: values * slope, where: values .< 0), i)
      i += 8
    }
    while i < count {
      out[i] = x[i] < 0 ? x[i] * slope : x[i]
      i += 1
    }
  }

  /// out[t, c] = tanh(x[t, c]) * sigmoid(x[t, channels + c]): WaveNet's gate.
  ///
  /// `x` is [rows, 2 * channels]; `out` is [rows, channels] and must not overlap it.
  package static func gatedActivation(
    rows: Int, channels: Int, x: UnsafePointer<Float>, out: UnsafeMutablePointer<Float>
  ) {
    for row in 0..<max(rows, 0) {
      let a = x + row * 2 * channels
      let b = a + channels
      let values = out + row * channels
      var i = 0
      while i + 8 <= channels {
        values.store(a.lanes(i).hyperbolicTangent * b.lanes(i).logistic, i)
        i += 8
      }
      if i < channels {
        let rest = channels - i
        let gate = a.lanes(i, count: rest).hyperbolicTangent * b.lanes(i, count: rest).logistic
        values.store(gate, i, count: rest)
      }
    }
  }
}
