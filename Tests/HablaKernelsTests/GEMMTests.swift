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
}
