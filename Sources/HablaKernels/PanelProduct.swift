extension GEMM {
  /// Columns of a panel.
  ///
  /// OpenBLAS (0.3.17 and later, on x86 with AVX-512) multiplies small matrices without packing
  /// them first, and 32 columns of depth up to about 1,000 are such. Products of up to a few hundred
  /// rows then run at full speed, where packing would cost as much again (measured: 90-105 GFLOP/s
  /// against 50-80 for 22 to 64 rows, channels 192 to 3,072). Elsewhere panels cost about a tenth.
  package static let panelWidth = 32

  /// Most multiplications of one call that OpenBLAS counts as small.
  private static let smallProduct = 1_000_000

  /// Rearranges the weights of a linear layer for `multiplyPanels`.
  ///
  /// `b` is [n, k] with row stride `ldb`. `panels` has room for n * k floats: panel p holds outputs
  /// [p * panelWidth, min((p + 1) * panelWidth, n)) as [k, width], so that the product reads
  /// memory in one direction.
  package static func packPanels(
    n: Int, k: Int, b: UnsafePointer<Float>, ldb: Int, panels: UnsafeMutablePointer<Float>
  ) {
    let block = 16
    for start in stride(from: 0, to: n, by: panelWidth) {
      let width = min(panelWidth, n - start)
      let panel = panels + start * k
      // Blocks of depth keep the scattered writes in the first-level cache.
      for inner in stride(from: 0, to: k, by: block) {
        let end = min(inner + block, k)
        for j in 0..<width {
          let row = b + (start + j) * ldb
          for i in inner..<end { panel[i * width + j] = row[i] }
        }
      }
    }
  }

  /// Where panels of [k, n] weights hold the element for input `row` and output `column`.
  package static func panelIndex(n: Int, k: Int, row: Int, column: Int) -> Int {
    let start = column / panelWidth * panelWidth
    return start * k + row * min(panelWidth, n - start) + column - start
  }

  /// C[m, n] = A[m, k] * B[n, k]^T + beta * C, with B in panels.
  ///
  /// Arguments as for `multiply`. A range of outputs that begins at a multiple of `panelWidth` is
  /// multiplied by giving `panels` + begin * k and its length as `n`; its end must be the
  /// matrix's or another such multiple. How the product is cut depends on m and k only.
  package static func multiplyPanels(
    m: Int, n: Int, k: Int, a: UnsafePointer<Float>, lda: Int, panels: UnsafePointer<Float>,
    c: UnsafeMutablePointer<Float>, ldc: Int, beta: Float = 0
  ) {
    precondition(m >= 0 && n >= 0 && k >= 0, "negative size")
    if m == 0 { return }
    let depth = evenPart(of: k, limit: 768)
    let rows = evenPart(of: m, limit: max(smallProduct / (panelWidth * depth), 1))
    for start in stride(from: 0, to: n, by: panelWidth) {
      let width = min(panelWidth, n - start)
      let panel = panels + start * k
      for row in stride(from: 0, to: m, by: rows) {
        // At least once, so that C is scaled by beta even without depth.
        for inner in stride(from: 0, to: max(k, 1), by: depth) {
          multiply(
            m: min(rows, m - row), n: width, k: min(depth, k - inner),
            a: a + row * lda + inner, lda: lda, b: panel + inner * width, ldb: width,
            c: c + row * ldc + start, ldc: ldc, beta: inner == 0 ? beta : 1)
        }
      }
    }
  }

  /// Length of the parts when `total` is cut into as few equal parts as `limit` allows.
  private static func evenPart(of total: Int, limit: Int) -> Int {
    let parts = max((total + limit - 1) / limit, 1)
    return max((total + parts - 1) / parts, 1)
  }
}
