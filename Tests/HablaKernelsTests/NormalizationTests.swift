import HablaKernels
import Testing

@Suite struct NormalizationTests {
  @Test(arguments: sweepLengths, [0, 1, 3]) func layerNorm(channels: Int, rows: Int) {
    let count = rows * channels
    let x = pseudoRandom(count)
    let residual = pseudoRandom(count, seed: 2)
    let gamma = pseudoRandom(channels, seed: 3)
    let beta = pseudoRandom(channels, seed: 4)
    for (added, activation) in [
      (false, Normalization.Activation.none), (true, .none), (false, .gelu), (true, .gelu),
    ] {
      let result = withGuardedOutput(count) { out in
        residual.withUnsafeBufferPointer { second in
          Normalization.layerNorm(
            rows: rows, channels: channels, x: x, residual: added ? second.baseAddress : nil,
            gamma: gamma, beta: beta, epsilon: 1e-5, out: out, activation: activation)
        }
      }
      for t in 0..<rows {
        let row = (0..<channels).map {
          Double(x[t * channels + $0]) + (added ? Double(residual[t * channels + $0]) : 0)
        }
        let expected = reference(row, gamma, beta, epsilon: 1e-5)
        for c in 0..<channels {
          let exact = activation == .gelu ? exactGELU(expected[c]) : expected[c]
          #expect(abs(Double(result[t * channels + c]) - exact) < 3e-6)
        }
      }
    }
  }

  /// Many equal-sized values far from zero: a one-pass variance would cancel.
  @Test func offsetIsHarmless() {
    let x = pseudoRandom(768).map { $0 + 1000 }
    let ones = [Float](repeating: 1, count: 768)
    let zeros = [Float](repeating: 0, count: 768)
    let expected = reference(x.map(Double.init), ones, zeros, epsilon: 1e-12)
    let result = withGuardedOutput(768) {
      $0.update(from: x, count: 768)
      Normalization.layerNorm(
        rows: 1, channels: 768, x: $0, gamma: ones, beta: zeros, epsilon: 1e-12, out: $0)
    }
    for c in 0..<768 { #expect(abs(Double(result[c]) - expected[c]) < 1e-4) }
  }

  private func reference(
    _ x: [Double], _ gamma: [Float], _ beta: [Float], epsilon: Double
  ) -> [Double] {
    let mean = x.reduce(0, +) / Double(max(x.count, 1))
    let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(x.count, 1))
    return x.indices.map {
      (x[$0] - mean) / (variance + epsilon).squareRoot() * Double(gamma[$0]) + Double(beta[$0])
    }
  }
}

@Suite struct SoftmaxTests {
  @Test(arguments: sweepLengths, [0, 1, 3]) func rows(columns: Int, rows: Int) {
    let stride = columns + 3
    let x = pseudoRandom(rows * stride, range: 60)
    let result = withGuardedOutput(x.count) {
      $0.update(from: x, count: x.count)
      Softmax.rows(rows, columns: columns, stride: stride, x: $0)
    }
    for t in 0..<rows {
      let row = x[t * stride..<t * stride + columns].map(Double.init)
      let largest = row.max() ?? 0
      let total = row.reduce(0) { $0 + exponential($1 - largest) }
      for c in 0..<columns {
        let exact = exponential(row[c] - largest) / total
        // x - max is rounded to float32 before e^: half an ulp of 120.
        #expect(abs(Double(result[t * stride + c]) - exact) < 5e-6 * exact + 1e-30)
      }
      for c in columns..<stride { #expect(result[t * stride + c] == x[t * stride + c]) }
    }
  }

  @Test func extremes() {
    let x: [Float] = [-.infinity, 0, 1e30, -.infinity, 1e30, -10000, 5, -.infinity, -1e38]
    let result = withGuardedOutput(x.count) {
      $0.update(from: x, count: x.count)
      Softmax.rows(1, columns: x.count, stride: x.count, x: $0)
    }
    #expect(result == [0, 0, 0.5, 0, 0.5, 0, 0, 0, 0])
  }
}
