import HablaKernels
import Testing

@Suite struct GEMMTests {
  /// op(A) * op(B) in double precision.
  private func reference(
    m: Int, n: Int, k: Int, _ a: (Int, Int) -> Float, _ b: (Int, Int) -> Float
  ) -> [Double] {
    (0..<m * n).map { index in
      (0..<k).reduce(0.0) { $0 + Double(a(index / n, $1)) * Double(b($1, index % n)) }
    }
  }

  /// Every combination of transpositions, with strides above the row lengths.
  @Test(arguments: [0, 1, 15, 17], [0, 1, 15, 17])
  func product(m: Int, n: Int) {
    for k in [0, 1, 17] {
      for (transposeA, transposeB) in [
        (false, false), (false, true), (true, false), (true, true),
      ] {
        let (lda, ldb, ldc) = ((transposeA ? m : k) + 2, (transposeB ? k : n) + 1, n + 3)
        let a = pseudoRandom(max(m, k) * lda + 1)
        let b = pseudoRandom(max(n, k) * ldb + 1, seed: 2)
        let exact = reference(
          m: m, n: n, k: k, { a[transposeA ? $1 * lda + $0 : $0 * lda + $1] },
          { b[transposeB ? $1 * ldb + $0 : $0 * ldb + $1] })
        for beta: Float in [0, 0.5, 1] {
          let found = withGuardedOutput(m * ldc) { c in
            c.update(repeating: 7, count: m * ldc)
            GEMM.multiply(
              m: m, n: n, k: k, a: a, lda: lda, transposeA: transposeA, b: b, ldb: ldb,
              transposeB: transposeB, c: c, ldc: ldc, alpha: 2, beta: beta)
          }
          for row in 0..<m {
            for column in 0..<ldc {
              let value = Double(found[row * ldc + column])
              let expected =
                column < n ? 2 * exact[row * n + column] + 7 * Double(beta) : 7
              if abs(value - expected) > 1e-4 {
                Issue.record("m \(m) n \(n) k \(k): \(value), expected \(expected)")
              }
            }
          }
        }
      }
    }
  }

  /// A * B^T through panels, into guarded rows of stride `ldc` that hold `initial` before.
  private func panelProduct(
    m: Int, n: Int, k: Int, a: [Float], lda: Int, b: [Float], ldb: Int, ldc: Int, beta: Float,
    initial: Float = 7
  ) -> [Float] {
    let panels = withGuardedOutput(n * k) {
      GEMM.packPanels(n: n, k: k, b: b, ldb: ldb, panels: $0)
    }
    return withGuardedOutput(m * ldc) { c in
      c.update(repeating: initial, count: m * ldc)
      GEMM.multiplyPanels(
        m: m, n: n, k: k, a: a, lda: lda, panels: panels, c: c, ldc: ldc, beta: beta)
    }
  }

  @Test(arguments: [0, 1, 3, 15, 17, 70], [0, 1, 15, 32, 33, 100])
  func panels(m: Int, n: Int) {
    for k in [0, 1, 15, 17, 800] {
      let (lda, ldb, ldc) = (k + 3, k + 1, n + 2)
      let a = pseudoRandom(m * lda + 1)
      let b = pseudoRandom(n * ldb + 1, seed: 2)
      let exact = reference(m: m, n: n, k: k, { a[$0 * lda + $1] }, { b[$1 * ldb + $0] })
      for beta: Float in [0, 0.5, 1] {
        let found = panelProduct(
          m: m, n: n, k: k, a: a, lda: lda, b: b, ldb: ldb, ldc: ldc, beta: beta)
        for row in 0..<m {
          for column in 0..<ldc {
            let value = Double(found[row * ldc + column])
            let expected = column < n ? exact[row * n + column] + 7 * Double(beta) : 7
            if abs(value - expected) > 1e-4 * Double(k + 1).squareRoot() {
              Issue.record("m \(m) n \(n) k \(k): \(value), expected \(expected)")
            }
          }
        }
      }
    }
  }

  /// Deep products of many rows are cut along both; what was in C is not read when beta is 0.
  @Test func deepPanels() {
    let (m, n, k) = (130, 50, 3072)
    let a = pseudoRandom(m * k, range: 1)
    let b = pseudoRandom(n * k, range: 1, seed: 2)
    let exact = reference(m: m, n: n, k: k, { a[$0 * k + $1] }, { b[$1 * k + $0] })
    let found = panelProduct(
      m: m, n: n, k: k, a: a, lda: k, b: b, ldb: k, ldc: n, beta: 0, initial: .nan)
    for i in 0..<m * n where !(abs(Double(found[i]) - exact[i]) < 1e-3) {
      Issue.record("\(i): \(found[i]), expected \(exact[i])")
    }
  }

  /// Outputs computed in ranges of panels equal those computed at once.
  @Test func rangesOfPanels() {
    let (m, n, k) = (9, 100, 40)
    let a = pseudoRandom(m * k)
    let b = pseudoRandom(n * k, seed: 2)
    let whole = panelProduct(m: m, n: n, k: k, a: a, lda: k, b: b, ldb: k, ldc: n, beta: 0)
    let panels = withGuardedOutput(n * k) {
      GEMM.packPanels(n: n, k: k, b: b, ldb: k, panels: $0)
    }
    let parts = withGuardedOutput(m * n) { c in
      panels.withUnsafeBufferPointer { buffer in
        guard let base = buffer.baseAddress else { return }
        for range in [64..<100, 0..<32, 32..<64] {
          GEMM.multiplyPanels(
            m: m, n: range.count, k: k, a: a, lda: k, panels: base + range.lowerBound * k,
            c: c + range.lowerBound, ldc: n)
        }
      }
    }
    #expect(whole == parts)
  }
}
