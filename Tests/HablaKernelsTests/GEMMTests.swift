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

  @Test(arguments: [0, 1, 3, 15, 17, 64, 65], [0, 1, 15, 17, 100])
  func thin(m: Int, n: Int) {
    for k in [1, 15, 17, 800] {
      let (lda, ldb, ldc) = (k + 3, k + 1, n + 2)
      let a = pseudoRandom(max(m, 1) * lda)
      let b = pseudoRandom(max(n, 1) * ldb, seed: 2)
      let exact = reference(m: m, n: n, k: k, { a[$0 * lda + $1] }, { b[$1 * ldb + $0] })
      for beta: Float in [0, 1] {
        let found = withGuardedOutput(max(m * ldc, 1)) { c in
          c.update(repeating: 7, count: m * ldc)
          GEMM.multiplyThin(
            m: m, n: n, k: k, a: a, lda: lda, b: b, ldb: ldb, c: c, ldc: ldc, beta: beta)
        }
        for row in 0..<m {
          for column in 0..<ldc {
            let value = Double(found[row * ldc + column])
            let expected = column < n ? exact[row * n + column] + 7 * Double(beta) : 7
            #expect(abs(value - expected) < 1e-4 * Double(k).squareRoot())
          }
        }
      }
    }
  }

  /// Deep products are cut along k too.
  @Test func thinAndDeep() {
    let (m, n, k) = (22, 50, 3072)
    let a = pseudoRandom(m * k, range: 1)
    let b = pseudoRandom(n * k, range: 1, seed: 2)
    let exact = reference(m: m, n: n, k: k, { a[$0 * k + $1] }, { b[$1 * k + $0] })
    let found = withGuardedOutput(m * n) {
      GEMM.multiplyThin(m: m, n: n, k: k, a: a, lda: k, b: b, ldb: k, c: $0, ldc: n)
    }
    for i in 0..<m * n { #expect(abs(Double(found[i]) - exact[i]) < 1e-3) }
  }
}
