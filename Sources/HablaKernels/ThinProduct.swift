extension GEMM {
  /// Most rows for which `multiplyThin` cuts the product into tiles.
  package static let thinRows = 64

  /// C[m, n] = A[m, k] * B[n, k]^T + beta * C for few rows: a linear layer over a short sequence.
  ///
  /// Arguments as for `multiply`. OpenBLAS copies its operands into packed panels, which costs
  /// about as much as the product itself when each weight is used for only a few rows. It
  /// multiplies small products in place, so the product is cut into such: about 1,024 elements of
  /// C and a million multiplications (found by measurement with OpenBLAS 0.3.21; other libraries
  /// are merely no faster). Tiles depend on the sizes only.
  package static func multiplyThin(
    m: Int, n: Int, k: Int,
    a: UnsafePointer<Float>, lda: Int, b: UnsafePointer<Float>, ldb: Int,
    c: UnsafeMutablePointer<Float>, ldc: Int, beta: Float = 0
  ) {
    if m > thinRows || m <= 0 || k <= 0 {
      return multiply(
        m: m, n: n, k: k, a: a, lda: lda, b: b, ldb: ldb, transposeB: true, c: c, ldc: ldc,
        beta: beta)
    }
    let columns = min(max(1024 / m / 16 * 16, 16), 128)
    let largestDepth = max(1_000_000 / (m * columns), 1)
    let depths = (k + largestDepth - 1) / largestDepth
    // Equal depths in multiples of 16, so that no thin rest remains.
    let depth = ((k + depths - 1) / depths + 15) / 16 * 16
    for column in stride(from: 0, to: n, by: columns) {
      for inner in stride(from: 0, to: k, by: depth) {
        multiply(
          m: m, n: min(columns, n - column), k: min(depth, k - inner),
          a: a + inner, lda: lda, b: b + column * ldb + inner, ldb: ldb, transposeB: true,
          c: c + column, ldc: ldc, beta: inner == 0 ? beta : 1)
      }
    }
  }
}
