import HablaKernels
import Testing

@Suite struct PanelProductTests {
  /// Weights [n, k] with row stride `ldb` in panels.
  private func panels(n: Int, k: Int, _ b: [Float]) -> [Float] {
    withGuardedOutput(PanelProduct.count(outputs: n, inputs: k)) {
      PanelProduct.pack(StoredWeights(FloatBuffer(b), inputs: k), outputs: n, inputs: k, into: $0)
    }
  }

  private func reference(
    m: Int, n: Int, k: Int, _ a: [Float], lda: Int, _ b: [Float]
  ) -> [Double] {
    (0..<m * n).map { index in
      (0..<k).reduce(0.0) {
        $0 + Double(a[index / n * lda + $1]) * Double(b[index % n * k + $1])
      }
    }
  }

  /// A * B^T through panels, into guarded rows of stride `ldc` that hold `initial` before.
  private func product(
    m: Int, n: Int, k: Int, a: [Float], lda: Int, b: [Float], ldc: Int, accumulates: Bool = false,
    initial: Float = 7
  ) -> [Float] {
    let panels = panels(n: n, k: k, b)
    return withGuardedOutput(m * ldc) { c in
      c.update(repeating: initial, count: m * ldc)
      PanelProduct.multiply(
        m: m, n: n, inputs: k, a: a, lda: lda, panels: panels, c: c, ldc: ldc,
        accumulates: accumulates)
    }
  }

  @Test(arguments: [0, 1, 2, 3, 4, 5, 6, 7, 15, 17, 70], [0, 1, 8, 15, 16, 17, 32, 33, 100])
  func equalsDefinition(m: Int, n: Int) {
    for k in [0, 1, 15, 17, 800] {
      let (lda, ldc) = (k + 3, n + 2)
      let a = pseudoRandom(m * lda + 1)
      let b = pseudoRandom(n * k + 1, seed: 2)
      let exact = reference(m: m, n: n, k: k, a, lda: lda, b)
      for accumulates in [false, true] {
        let found = product(
          m: m, n: n, k: k, a: a, lda: lda, b: b, ldc: ldc, accumulates: accumulates)
        for row in 0..<m {
          for column in 0..<ldc {
            let value = Double(found[row * ldc + column])
            let expected = column < n ? exact[row * n + column] + (accumulates ? 7 : 0) : 7
            if abs(value - expected) > 1e-4 * Double(k + 1).squareRoot() {
              Issue.record("m \(m) n \(n) k \(k): \(value), expected \(expected)")
            }
          }
        }
      }
    }
  }

  /// Deep products of many rows are cut; what was in C is not read unless added to.
  @Test func deepProducts() {
    let (m, n, k) = (130, 50, 3072)
    let a = pseudoRandom(m * k, range: 1)
    let b = pseudoRandom(n * k, range: 1, seed: 2)
    let exact = reference(m: m, n: n, k: k, a, lda: k, b)
    let found = product(m: m, n: n, k: k, a: a, lda: k, b: b, ldc: n, initial: .nan)
    for i in 0..<m * n where !(abs(Double(found[i]) - exact[i]) < 1e-3) {
      Issue.record("\(i): \(found[i]), expected \(exact[i])")
    }
  }

  /// Rows give the same bits alone as among others, outputs the same in ranges of panels as at once.
  @Test func partsEqualTheWhole() {
    let (m, n, k) = (19, 100, 40)
    let a = pseudoRandom(m * k)
    let b = pseudoRandom(n * k, seed: 2)
    let whole = product(m: m, n: n, k: k, a: a, lda: k, b: b, ldc: n)
    let panels = panels(n: n, k: k, b)
    let parts = withGuardedOutput(m * n) { c in
      panels.withUnsafeBufferPointer { buffer in
        guard let base = buffer.baseAddress else { return }
        for rows in [0..<1, 1..<3, 3..<8, 8..<19] {
          for range in [64..<100, 0..<32, 32..<64] {
            a.withUnsafeBufferPointer { source in
              guard let rowsOfA = source.baseAddress else { return }
              PanelProduct.multiply(
                m: rows.count, n: range.count, inputs: k, a: rowsOfA + rows.lowerBound * k, lda: k,
                panels: base + range.lowerBound * k,
                c: c + rows.lowerBound * n + range.lowerBound, ldc: n)
            }
          }
        }
      }
    }
    #expect(Processor.usesWideKernels ? whole == parts : differsLittle(whole, parts))
  }

  /// OpenBLAS may sum in another order for another number of rows.
  private func differsLittle(_ a: [Float], _ b: [Float]) -> Bool {
    zip(a, b).allSatisfy { abs($0 - $1) < 1e-4 }
  }
}
