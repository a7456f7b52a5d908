import HablaCheckpoints
import HablaKernels

/// Self-attention with learned offsets for keys and values within a window.
///
/// Score of query i and key j: q_i . k_j / sqrt(d), plus q_i . Ek[j - i + W] / sqrt(d) where
/// |j - i| <= W; output o_i = sum of p_ij v_j plus the same band of p times Ev. Source: Shaw et al.,
/// "Self-Attention with Relative Position Representations", as used by VITS. The band is added to
/// the scores in place: no padded relative-position matrix is made.
package struct RelativeAttention: Sendable {
  /// Blocks of scores held at once: memory grows with the sequence, not with its square.
  private static let wave = 16

  private let channels: Int
  private let heads: Int
  private let headChannels: Int
  private let window: Int
  private let queryKeyValue: Convolution
  private let output: Convolution
  private let relativeKeys: WeightArray
  private let relativeValues: WeightArray

  /// Reads `name.conv_{q,k,v,o}` and `name.emb_rel_{k,v}` ([1, 2 * window + 1, channels / heads]).
  package init(_ reader: WeightReader, _ name: String, channels: Int, heads: Int) throws {
    let scope = reader.scoped(name)
    self.channels = channels
    self.heads = heads
    headChannels = channels / heads
    queryKeyValue = Convolution(
      stacking: try ["conv_q", "conv_k", "conv_v"].map {
        try Convolution(scope, $0, inputs: channels, outputs: channels)
      })
    output = try Convolution(scope, "conv_o", inputs: channels, outputs: channels)
    let offsets = scope.shape("emb_rel_k")?.dropFirst().first ?? 9
    window = max(offsets - 1, 0) / 2
    let shape = [1, 2 * window + 1, headChannels]
    relativeKeys = try scope.array("emb_rel_k", shape: shape)
    relativeValues = try scope.array("emb_rel_v", shape: shape)
  }

  /// y [rows, channels] = attention of x [rows, channels] over itself.
  package func forward(
    _ x: UnsafePointer<Float>, rows: Int, into y: UnsafeMutablePointer<Float>, _ run: RunState
  ) {
    run.scope {
      let qkv = run.workspace.take(rows * 3 * channels)
      queryKeyValue.forward(x, rows: rows, into: qkv, run)
      let mixed = run.workspace.take(rows * channels)
      let block = RunState.blockRows(rows)
      let blocks = (rows + block - 1) / block
      let offsets = 2 * window + 1
      let scratch = block * (rows + offsets)
      let parts = heads * blocks
      let memory = run.workspace.take(min(parts, Self.wave) * scratch)
      for first in stride(from: 0, to: parts, by: Self.wave) {
        run.pool.run(min(Self.wave, parts - first)) { slot in
          let part = first + slot
          let start = part / heads * block
          let scores = memory + slot * scratch
          attend(
            head: part % heads, start: start, count: min(block, rows - start), rows: rows,
            qkv: qkv, scores: scores, band: scores + block * rows, into: mixed)
        }
      }
      output.forward(mixed, rows: rows, into: y, run)
    }
  }

  /// One head's output for queries [start, start + count).
  private func attend(
    head: Int, start: Int, count: Int, rows: Int, qkv: UnsafePointer<Float>,
    scores: UnsafeMutablePointer<Float>, band: UnsafeMutablePointer<Float>,
    into mixed: UnsafeMutablePointer<Float>
  ) {
    let stride = 3 * channels
    let query = qkv + start * stride + head * headChannels
    let key = qkv + channels + head * headChannels
    let value = qkv + 2 * channels + head * headChannels
    let out = mixed + start * channels + head * headChannels
    let offsets = 2 * window + 1
    let scale = 1 / Float(headChannels).squareRoot()
    GEMM.multiply(
      m: count, n: rows, k: headChannels, a: query, lda: stride, b: key, ldb: stride,
      transposeB: true, c: scores, ldc: rows, alpha: scale)
    GEMM.multiply(
      m: count, n: offsets, k: headChannels, a: query, lda: stride, b: relativeKeys.pointer,
      ldb: headChannels, transposeB: true, c: band, ldc: offsets, alpha: scale)
    forEachInBand(start, count, rows) { row, column, offset in
      scores[row * rows + column] += band[row * offsets + offset]
    }
    Softmax.rows(count, columns: rows, stride: rows, x: scores)
    band.update(repeating: 0, count: count * offsets)
    forEachInBand(start, count, rows) { row, column, offset in
      band[row * offsets + offset] = scores[row * rows + column]
    }
    GEMM.multiply(
      m: count, n: headChannels, k: rows, a: scores, lda: rows, b: value, ldb: stride,
      c: out, ldc: channels)
    GEMM.multiply(
      m: count, n: headChannels, k: offsets, a: band, lda: offsets, b: relativeValues.pointer,
      ldb: headChannels, c: out, ldc: channels, beta: 1)
  }

  /// Calls `body(row, column, offset)` for each key within the window of each query of a block.
  @inline(__always)
  private func forEachInBand(
    _ start: Int, _ count: Int, _ rows: Int, _ body: (Int, Int, Int) -> Void
  ) {
    for row in 0..<count {
      let position = start + row
      for column in max(0, position - window)...min(rows - 1, position + window) {
        body(row, column, column - position + window)
      }
    }
  }
}
