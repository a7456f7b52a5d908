import Glibc
import HablaKernels

/// Checks the kernels on a machine without Swift's test library; see Scripts/check-arm64.sh.
@main
struct Main {
  static func main() {
    print(Processor.usesWideKernels ? "wide kernels" : "baseline kernels")
    var checks = Checks()
    checks.filteredConvolution()
    checks.threadCount()
    checks.elementaryFunctions()
    checks.threadPool()
    print(checks.failures == 0 ? "ok" : "failed")
    exit(checks.failures == 0 ? 0 : 1)
  }
}

struct Checks {
  var failures = 0

  /// Counts a failure, which a NaN is too.
  private mutating func expect(_ name: StaticString, _ error: Float, atMost limit: Float) {
    print(name, terminator: "")
    // Embedded Swift does not print floating-point numbers.
    print(error <= limit ? ": ok, error in 1e-9: " : ": WRONG, error in 1e-9: ", terminator: "")
    print(error.isFinite ? Int((error * 1e9).rounded()) : -1)
    if !(error <= limit) { failures += 1 }
  }

  private func values(_ count: Int, seed: UInt64) -> [Float] {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    return (0..<count).map { _ in
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Float(state >> 40) / Float(1 << 23) - 1
    }
  }

  private func filtered(
    _ shape: ConvolutionShape, rows: Int, _ x: [Float], _ weight: [Float], threads: Int
  ) -> [Float] {
    let layer = FilteredConvolution(
      shape, weights: StoredWeights(FloatBuffer(weight), inputs: shape.inputs, taps: shape.kernel))
    let scratch = FloatBuffer(count: layer.scratchCount * threads)
    var result = [Float](repeating: .nan, count: rows * shape.outputs)
    layer.forward(
      rows: rows, x, slope: 1, bias: nil, residual: nil, accumulates: false,
      into: &result, scratch: scratch.pointer, pool: ThreadPool(threadCount: threads))
    return result
  }

  /// Against the definition in double precision; weights are [out, in, tap].
  mutating func filteredConvolution() {
    var worst: Float = 0
    for kernel in [3, 5, 7, 11] {
      for (rows, dilation) in [(1, 1), (33, 1), (100, 3), (100, 5)] {
        let shape = ConvolutionShape(inputs: 16, outputs: 16, kernel: kernel, dilation: dilation)
        let x = values((rows + shape.reach) * 16, seed: 5)
        let weight = values(kernel * 256, seed: 6).map { $0 / Float(kernel * 16).squareRoot() }
        let y = filtered(shape, rows: rows, x, weight, threads: 2)
        for t in 0..<rows {
          for o in 0..<16 {
            var sum = 0.0
            for tap in 0..<kernel {
              for i in 0..<16 {
                sum +=
                  Double(x[(t + tap * dilation) * 16 + i])
                  * Double(weight[(o * 16 + i) * kernel + tap])
              }
            }
            let error = abs(y[t * 16 + o] - Float(sum))
            if !(error <= worst) { worst = error }
          }
        }
      }
    }
    expect("filtered convolution", worst, atMost: 2e-5)
  }

  mutating func threadCount() {
    let shape = ConvolutionShape(inputs: 16, outputs: 16, kernel: 11, dilation: 5)
    let x = values((1000 + shape.reach) * 16, seed: 9)
    let weight = values(11 * 256, seed: 10)
    let expected = filtered(shape, rows: 1000, x, weight, threads: 1)
    let same = filtered(shape, rows: 1000, x, weight, threads: 3) == expected
    expect("same samples for any thread count", same ? 0 : 1, atMost: 0)
  }

  mutating func elementaryFunctions() {
    let x = (0..<20_001).map { 8 * (Float($0) / 10_000 - 1) }
    var y = x
    func worst(_ exact: (Double) -> Double) -> Float {
      var worst: Float = 0
      for (a, b) in zip(x, y) {
        let expected = exact(Double(a))
        let error = Float(abs(Double(b) - expected) / max(abs(expected), 1))
        if !(error <= worst) { worst = error }
      }
      return worst
    }
    VectorMath.exp(x, &y, x.count)
    expect("exp", worst(Glibc.exp), atMost: 2e-7)
    VectorMath.tanh(x, &y, x.count)
    expect("tanh", worst(Glibc.tanh), atMost: 2e-7)
    VectorMath.erf(x, &y, x.count)
    expect("erf", worst(Glibc.erf), atMost: 1e-6)
    VectorMath.sigmoid(x, &y, x.count)
    expect("sigmoid", worst { 1 / (1 + Glibc.exp(-$0)) }, atMost: 2e-7)
  }

  mutating func threadPool() {
    let pool = ThreadPool(threadCount: 3)
    var counts = [Int](repeating: 0, count: 300)
    counts.withUnsafeMutableBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return }
      nonisolated(unsafe) let base = start
      for _ in 0..<200 { pool.run(300) { (part: Int) in base[part] += 1 } }
    }
    expect("every part once", counts.allSatisfy { $0 == 200 } ? 0 : 1, atMost: 0)
  }
}
