import HablaCheckpoints
import HablaKernels

/// Self-attention with learned offsets for keys and values within a window.
///
/// Source: Shaw et al., "Self-Attention with Relative Position Representations", as used by VITS;
/// formulas at `DotProductAttention`.
package struct RelativeAttention: Sendable {
  private let channels: Int
  private let queryKeyValue: Convolution
  private let output: Convolution
  private let attention: DotProductAttention

  /// Reads `name.conv_{q,k,v,o}` and `name.emb_rel_{k,v}` ([1, 2 * window + 1, channels / heads]).
  package init(_ reader: WeightReader, _ name: String, channels: Int, heads: Int) throws {
    let scope = reader.scoped(name)
    self.channels = channels
    queryKeyValue = try Convolution(
      stacking: ["conv_q", "conv_k", "conv_v"], scope, inputs: channels, outputs: channels)
    output = try Convolution(scope, "conv_o", inputs: channels, outputs: channels)
    let offsets = scope.shape("emb_rel_k")?.dropFirst().first ?? 9
    let window = max(offsets - 1, 0) / 2
    let shape = [1, 2 * window + 1, channels / heads]
    attention = DotProductAttention(
      channels: channels, heads: heads,
      relative: DotProductAttention.RelativePositions(
        window: window, keys: try scope.array("emb_rel_k", shape: shape),
        values: try scope.array("emb_rel_v", shape: shape)))
  }

  /// y [rows, channels] = attention of x [rows, channels] over itself.
  package func forward(
    _ x: UnsafePointer<Float>, rows: Int, into y: UnsafeMutablePointer<Float>, _ run: RunState
  ) {
    run.scope {
      let qkv = run.workspace.take(rows * 3 * channels)
      queryKeyValue.forward(x, rows: rows, into: qkv, run)
      let mixed = run.workspace.take(rows * channels)
      attention.forward(
        query: qkv, key: qkv + channels, value: qkv + 2 * channels, stride: 3 * channels,
        rows: rows, into: mixed, run)
      output.forward(mixed, rows: rows, into: y, run)
    }
  }
}
