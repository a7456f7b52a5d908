import HablaCheckpoints
import HablaKernels

/// Dilated depth-separable convolutions, the trunk of the stochastic duration predictor.
///
/// Per layer i: y = gelu(norm(depthwise(x, dilation kernel^i))), y = gelu(norm(pointwise(y))),
/// x = x + y. Source: DDSConv of the original VITS code.
package struct DilatedDepthSeparable: Sendable {
  private struct Layer: Sendable {
    let depthwiseWeight: WeightArray
    let depthwiseBias: WeightArray
    let dilation: Int
    let firstNorm: LayerNorm
    let pointwise: Convolution
    let secondNorm: LayerNorm
  }

  private let channels: Int
  private let kernel: Int
  private let layers: [Layer]

  /// Reads `name.convs_sep.N` ([channels, 1, kernel]), `convs_1x1.N` and `norms_{1,2}.N`.
  package init(_ reader: WeightReader, _ name: String, channels: Int) throws {
    let scope = reader.scoped(name)
    let count = scope.count { "convs_sep.\($0).weight" }
    if count == 0 { throw CheckpointError.missingTensor(name: name + ".convs_sep.0.weight") }
    let size = scope.shape("convs_sep.0.weight")?.last ?? 3
    var dilation = 1
    var layers: [Layer] = []
    for i in 0..<count {
      layers.append(
        Layer(
          depthwiseWeight: try Self.depthwise(
            scope, "convs_sep.\(i).weight", channels: channels, size: size),
          depthwiseBias: try scope.array("convs_sep.\(i).bias", shape: [channels]),
          dilation: dilation,
          firstNorm: try LayerNorm(scope, "norms_1.\(i)", channels: channels),
          pointwise: try Convolution(
            scope, "convs_1x1.\(i)", inputs: channels, outputs: channels),
          secondNorm: try LayerNorm(scope, "norms_2.\(i)", channels: channels)))
      // A real network has three layers of kernel 3; the bound only keeps hostile files in range.
      dilation = min(dilation * size, 1 << 16)
    }
    self.channels = channels
    kernel = size
    self.layers = layers
  }

  /// [channels, 1, size] as [size, channels], so that channels are contiguous.
  private static func depthwise(
    _ reader: WeightReader, _ name: String, channels: Int, size: Int
  ) throws -> WeightArray {
    let stored = try reader.array(name, shape: [channels, 1, size])
    let turned = try reader.later(cost: stored.count) {
      let (from, buffer) = (try stored.read(), FloatBuffer(uninitialized: stored.count))
      for c in 0..<channels {
        for t in 0..<size { buffer.pointer[t * channels + c] = from[c * size + t] }
      }
      return WeightArray.Floats(buffer)
    }
    return WeightArray(count: stored.count, turned)
  }

  /// Transforms x [rows, channels] in place; `condition` [rows, channels] is added first.
  package func forward(
    _ x: UnsafeMutablePointer<Float>, rows: Int, condition: UnsafePointer<Float>?, _ run: RunState
  ) {
    let count = rows * channels
    if let condition { Elementwise.add(x, condition, x, count) }
    run.scope {
      let y = run.workspace.take(count)
      let z = run.workspace.take(count)
      for layer in layers {
        DepthwiseConvolution.apply(
          rows: rows, channels: channels, kernel: kernel, dilation: layer.dilation, x: x,
          weights: layer.depthwiseWeight.pointer, bias: layer.depthwiseBias.pointer, out: y)
        layer.firstNorm.forward(y, rows: rows, into: y, activation: .gelu)
        layer.pointwise.forward(y, rows: rows, into: z, run)
        layer.secondNorm.forward(z, rows: rows, into: z, activation: .gelu)
        Elementwise.add(x, z, x, count)
      }
    }
  }
}
