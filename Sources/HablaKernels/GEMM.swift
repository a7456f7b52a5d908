import COpenBLAS

/// Single-precision matrix products through OpenBLAS, row-major.
///
/// OpenBLAS is used single-threaded: Habla splits work over its own threads (`ThreadPool`), and a
/// product over one fixed block of rows then gives the same bits for any thread count.
package enum GEMM {
  /// Set once per process: one OpenBLAS thread per call.
  ///
  /// A host program that uses the same
  /// OpenBLAS library sees this setting too.
  private static let configured: Void = openblas_set_num_threads(1)

  /// Makes OpenBLAS single-threaded.
  ///
  /// `multiply` does this by itself; call it early to keep it out of the first product's time.
  package static func prepare() { _ = configured }

  /// C[m, n] = alpha * op(A)[m, k] * op(B)[k, n] + beta * C.
  ///
  /// A has row stride `lda` and is [m, k], or [k, m] when `transposeA`; OpenBLAS
  /// does not take overlapping rows (`lda` below the row length). B has row stride `ldb` and
  /// is [k, n], or [n, k] when `transposeB`. C has row stride `ldc` and must not overlap A or B.
  package static func multiply(
    m: Int, n: Int, k: Int,
    a: UnsafePointer<Float>, lda: Int, transposeA: Bool = false,
    b: UnsafePointer<Float>, ldb: Int, transposeB: Bool = false,
    c: UnsafeMutablePointer<Float>, ldc: Int,
    alpha: Float = 1, beta: Float = 0
  ) {
    precondition(m >= 0 && n >= 0 && k >= 0, "negative size")
    if m == 0 || n == 0 { return }
    if k == 0 { return scaleRows(m: m, n: n, c: c, ldc: ldc, by: beta) }
    // OpenBLAS would print a message and leave C as it is.
    precondition(
      lda >= (transposeA ? m : k) && ldb >= (transposeB ? k : n) && ldc >= n,
      "stride below the row length")
    _ = configured
    cblas_sgemm(
      CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans,
      transposeB ? CblasTrans : CblasNoTrans,
      blasint(m), blasint(n), blasint(k), alpha, a, blasint(lda), b, blasint(ldb), beta, c,
      blasint(ldc))
  }

  /// What a product without depth leaves: C * beta.
  private static func scaleRows(
    m: Int, n: Int, c: UnsafeMutablePointer<Float>, ldc: Int, by beta: Float
  ) {
    if beta == 1 { return }
    for row in 0..<m {
      let out = c + row * ldc
      if beta == 0 {
        // Not a product: what C held may be NaN.
        out.update(repeating: 0, count: n)
      } else {
        Elementwise.scale(out, by: beta, out, n)
      }
    }
  }
}
