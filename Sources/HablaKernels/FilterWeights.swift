/// The weights of a minimal-filtering convolution at its points.
enum FilterWeights {
  /// Longest kernel, which bounds the buffer of one input's taps.
  private static let mostTaps = 24

  /// Per panel of outputs [point, piece, in, output], as `PanelProduct` reads them.
  static func transform(
    _ stored: StoredWeights, _ shape: ConvolutionShape, _ points: FilterPoints, pieces: Int
  ) -> FloatBuffer {
    let width = PanelProduct.width
    let depth = pieces * shape.inputs
    let factors = FloatBuffer(points.weightFactors.flatMap { $0.map { Float($0) } })
    let result = FloatBuffer(
      uninitialized: (shape.outputs + width - 1) / width * points.count * depth * width)
    let taps = FloatBuffer(count: mostTaps * width)
    for start in stride(from: 0, to: shape.outputs, by: width) {
      let panel = result.pointer + start / width * points.count * depth * width
      let used = min(width, shape.outputs - start)
      for input in 0..<shape.inputs {
        let source =
          stored.values + start * stored.outputStride + input * stored.inputStride
        for tap in 0..<shape.kernel {
          let (from, to) = (source + tap * stored.tapStride, taps.pointer + tap * width)
          for j in 0..<used { to[j] = from[j * stored.outputStride] * stored.scale }
          for j in used..<width { to[j] = 0 }
        }
        for point in 0..<points.count {
          for piece in 0..<pieces {
            let first = piece * points.taps
            combine(
              taps.pointer + first * width, min(points.taps, shape.kernel - first), width,
              factors.pointer + point * points.taps,
              into: panel + (point * depth + piece * shape.inputs + input) * width)
          }
        }
      }
    }
    return result
  }

  /// out[0..<width] = sum over taps of factor * row.
  @inline(__always)
  private static func combine(
    _ rows: UnsafePointer<Float>, _ count: Int, _ width: Int, _ factors: UnsafePointer<Float>,
    into out: UnsafeMutablePointer<Float>
  ) {
    for start in stride(from: 0, to: width, by: 16) {
      var low = Lanes(repeating: 0)
      var high = low
      for tap in 0..<count {
        low += rows.lanes(tap * width + start) * factors[tap]
        high += rows.lanes(tap * width + start + 8) * factors[tap]
      }
      out.store(low, start)
      out.store(high, start + 8)
    }
  }
}
