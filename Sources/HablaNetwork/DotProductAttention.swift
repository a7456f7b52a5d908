import HablaKernels

/// Scaled dot-product attention of several heads, with or without relative positions.
///
/// Head h owns channels [h * d, (h + 1) * d). Score of query i and key j: q_i . k_j / sqrt(d); with
/// relative positions, plus q_i . Ek[j - i + W] / sqrt(d) where |j - i| <= W, and the same band of
/// the probabilities times Ev joins the output. Sources: Vaswani et al., "Attention Is All You
/// Need"; Shaw et al., "Self-Attention with Relative Position Representations". The band is added
/// to the scores in place: no padded relative-position matrix is made.
package struct DotProductAttention: Sendable {
  /// Learned vectors for offsets up to `window`, each [2 * window + 1, channels / heads].
  package struct RelativePositions: Sendable {
    let window: Int
    let keys: WeightArray
    let values: WeightArray
  }

  /// Blocks of scores held at once: memory grows with the sequence, not with its square.
  private static let wave = 16

  private let channels: Int
  private let heads: Int
  private let headChannels: Int
  private let relative: RelativePositions?

  /// Makes the attention of `heads` heads, which divide `channels`.
  package init(channels: Int, heads: Int, relative: RelativePositions? = nil) {
    self.channels = channels
    self.heads = heads
    self.relative = relative
    headChannels = channels / heads
  }

  /// out [rows, channels] = attention over `rows` queries, keys and values.
  ///
  /// These have `channels` values per row; their rows start `stride` floats apart.
  package func forward(
    query: UnsafePointer<Float>, key: UnsafePointer<Float>, value: UnsafePointer<Float>,
    stride rowStride: Int, rows: Int, into out: UnsafeMutablePointer<Float>, _ run: RunState
  ) {
    run.scope {
      let block = (rows <= 96 ? 32 : 64)
      let blocks = (rows + block - 1) / block
      let scratch = block * (rows + offsets)
      let parts = heads * blocks
      let memory = run.workspace.take(min(parts, Self.wave) * scratch)
      for first in stride(from: 0, to: parts, by: Self.wave) {
        run.pool.run(min(Self.wave, parts - first)) { slot in
          let part = first + slot
          let start = part / heads * block
          let channel = part % heads * headChannels
          attend(
            query: query + start * rowStride + channel, key: key + channel,
            value: value + channel, stride: rowStride, start: start,
            count: min(block, rows - start), rows: rows, scores: memory + slot * scratch,
            into: out + start * channels + channel)
        }
      }
    }
  }

  /// Offsets within the window.
  private var offsets: Int { relative.map { 2 * $0.window + 1 } ?? 0 }

  /// One head's output for queries [start, start + count).
  private func attend(
    query: UnsafePointer<Float>, key: UnsafePointer<Float>, value: UnsafePointer<Float>,
    stride: Int, start: Int, count: Int, rows: Int, scores: UnsafeMutablePointer<Float>,
    into out: UnsafeMutablePointer<Float>
  ) {
    let scale = 1 / Float(headChannels).squareRoot()
    let band = scores + count * rows
    GEMM.multiply(
      m: count, n: rows, k: headChannels, a: query, lda: stride, b: key, ldb: stride,
      transposeB: true, c: scores, ldc: rows, alpha: scale)
    if let relative {
      GEMM.multiply(
        m: count, n: offsets, k: headChannels, a: query, lda: stride, b: relative.keys.pointer,
        ldb: headChannels, transposeB: true, c: band, ldc: offsets, alpha: scale)
      forEachInBand(relative.window, start, count, rows) { row, column, offset in
        scores[row * rows + column] += band[row * offsets + offset]
      }
    }
    Softmax.rows(count, columns: rows, stride: rows, x: scores)
    GEMM.multiply(
      m: count, n: headChannels, k: rows, a: scores, lda: rows, b: value, ldb: stride,
      c: out, ldc: channels)
    if let relative {
      band.update(repeating: 0, count: count * offsets)
      forEachInBand(relative.window, start, count, rows) { row, column, offset in
        band[row * offsets + offset] = scores[row * rows + column]
      }
      GEMM.multiply(
        m: count, n: headChannels, k: offsets, a: band, lda: offsets,
        b: relative.values.pointer, ldb: headChannels, c: out, ldc: channels, beta: 1)
    }
  }

  /// Calls `body(row, column, offset)` for each key within the window of each query of a block.
  @inline(__always)
  private func forEachInBand(
    _ window: Int, _ start: Int, _ count: Int, _ rows: Int, _ body: (Int, Int, Int) -> Void
  ) {
    for row in 0..<count {
      let position = start + row
      for column in max(0, position - window)...min(rows - 1, position + window) {
        body(row, column, column - position + window)
      }
    }
  }
}
