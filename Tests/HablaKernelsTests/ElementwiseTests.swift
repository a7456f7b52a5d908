import HablaKernels
import Testing

/// Lengths around the vector width and its multiples.
let sweepLengths = [0, 1, 7, 8, 9, 15, 16, 17, 31, 33, 100]

/// Reproducible values in -`range`..<`range`.
func pseudoRandom(_ count: Int, range: Float = 3, seed: UInt64 = 1) -> [Float] {
  var state = seed &* 0x9e37_79b9_7f4a_7c15 &+ 1
  return (0..<count).map { _ in
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return (Float(state >> 40) / Float(1 << 24) * 2 - 1) * range
  }
}

/// Runs `body` on a copy of `x` as input and an output of `count` floats between guard values.
func withGuardedOutput(
  _ count: Int, _ body: (UnsafeMutablePointer<Float>) -> Void
) -> [Float] {
  var memory = [Float](repeating: -12345, count: count + 16)
  memory.withUnsafeMutableBufferPointer { buffer in
    if let base = buffer.baseAddress { body(base + 8) }
  }
  #expect(memory.prefix(8).allSatisfy { $0 == -12345 }, "wrote before the output")
  #expect(memory.suffix(8).allSatisfy { $0 == -12345 }, "wrote behind the output")
  return Array(memory[8..<8 + count])
}

@Suite struct ElementwiseTests {
  @Test(arguments: sweepLengths) func sumsAndProducts(count: Int) {
    let (a, b) = (pseudoRandom(count), pseudoRandom(count, seed: 2))
    #expect(
      withGuardedOutput(count) { Elementwise.add(a, b, $0, count) } == zip(a, b).map { $0 + $1 })
    #expect(
      withGuardedOutput(count) { Elementwise.subtract(a, b, $0, count) }
        == zip(a, b).map { $0 - $1 })
    #expect(
      withGuardedOutput(count) { Elementwise.multiply(a, b, $0, count) }
        == zip(a, b).map { $0 * $1 })
    #expect(
      withGuardedOutput(count) { Elementwise.scale(a, by: 0.3, $0, count) } == a.map { $0 * 0.3 })
  }

  @Test(arguments: sweepLengths) func rectifiers(count: Int) {
    let x = pseudoRandom(count)
    #expect(
      withGuardedOutput(count) { Elementwise.relu(x, $0, count) } == x.map { $0 < 0 ? 0 : $0 })
    #expect(
      withGuardedOutput(count) { Elementwise.leakyReLU(x, slope: 0.1, $0, count) }
        == x.map { $0 < 0 ? 0.1 * $0 : $0 })
  }

  @Test func rectifiersKeepSpecialValues() {
    let x: [Float] = [.nan, .infinity, -.infinity, -0.0, 0, 1, -1, 2, .nan, -.infinity]
    let result = withGuardedOutput(x.count) { Elementwise.leakyReLU(x, slope: 0.1, $0, x.count) }
    #expect(result[0].isNaN && result[8].isNaN)
    #expect(result[1] == .infinity && result[2] == -.infinity && result[9] == -.infinity)
    #expect(Array(result[3...7]) == [0, 0, 1, -0.1, 2])
  }

  @Test(arguments: sweepLengths, [0, 1, 3]) func rowVectors(columns: Int, rows: Int) {
    let stride = columns + 2
    let x = pseudoRandom(rows * stride)
    let vector = pseudoRandom(columns, seed: 5)
    let added = withGuardedOutput(x.count) { out in
      out.update(from: x, count: x.count)
      Elementwise.addRowVector(
        rows: rows, columns: columns, x: out, stride: stride, vector: vector)
    }
    let filled = withGuardedOutput(x.count) { out in
      out.update(from: x, count: x.count)
      Elementwise.fillRows(rows: rows, columns: columns, out: out, stride: stride, vector: vector)
    }
    for (i, value) in x.enumerated() {
      let column = i % stride
      #expect(added[i] == (column < columns ? value + vector[column] : value))
      #expect(filled[i] == (column < columns ? vector[column] : value))
    }
  }

  @Test(arguments: sweepLengths, [0, 1, 4]) func gatedActivation(channels: Int, rows: Int) {
    let x = pseudoRandom(rows * 2 * channels, range: 6)
    let result = withGuardedOutput(rows * channels) {
      Elementwise.gatedActivation(rows: rows, channels: channels, x: x, out: $0)
    }
    for t in 0..<rows {
      for c in 0..<channels {
        let a = Double(x[t * 2 * channels + c])
        let b = Double(x[t * 2 * channels + channels + c])
        #expect(abs(Double(result[t * channels + c]) - hyperbolicTangent(a) * logistic(b)) < 2e-7)
      }
    }
  }
}
