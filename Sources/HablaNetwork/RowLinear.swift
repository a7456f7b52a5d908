import HablaCheckpoints
import HablaKernels

/// A linear layer for short sequences and wide layers: threads share its outputs, not its rows.
///
/// y[t, o] = bias[o] + sum over i of weight[o, i] * x[t, i]. With a few dozen rows reading the
/// weights is the work, so each weight is read by one thread only.
package struct RowLinear: Sendable {
  /// Outputs of one part of the work; fixed, so that results do not depend on the thread count.
  private static let partOutputs = 96

  /// Channels in.
  package let inputs: Int
  /// Channels out.
  package let outputs: Int
  private let panels: FloatBuffer
  private let bias: WeightArray

  /// Reads `name.weight` ([outputs, inputs]) and `name.bias` ([outputs]).
  ///
  /// The layer has its own copy of both: rearranged for the product, and free of the file.
  package init(_ reader: WeightReader, _ name: String, inputs: Int, outputs: Int) throws {
    self.inputs = inputs
    self.outputs = outputs
    let weight = try reader.array(name + ".weight", shape: [outputs, inputs])
    panels = FloatBuffer(uninitialized: PanelProduct.count(outputs: outputs, inputs: inputs))
    PanelProduct.pack(
      weight.stored(inputs: inputs), outputs: outputs, inputs: inputs,
      into: panels.pointer)
    bias = WeightArray(try reader.array(name + ".bias", shape: [outputs]).array)
  }

  /// y [rows, outputs] = activation of the layer on x [rows, inputs].
  package func forward(
    _ x: UnsafePointer<Float>, rows: Int, into y: UnsafeMutablePointer<Float>,
    activation: Normalization.Activation = .none, _ run: RunState
  ) {
    run.pool.run(parts) { compute($0, x, rows, y, activation) }
  }

  /// Several layers of the same input, as one job.
  package static func forward(
    _ layers: [(layer: RowLinear, output: UnsafeMutablePointer<Float>)],
    _ x: UnsafePointer<Float>, rows: Int, _ run: RunState
  ) {
    run.pool.run(layers.reduce(0) { $0 + $1.layer.parts }) { index in
      var part = index
      for (layer, output) in layers {
        if part < layer.parts { return layer.compute(part, x, rows, output, .none) }
        part -= layer.parts
      }
    }
  }

  private var parts: Int { (outputs + Self.partOutputs - 1) / Self.partOutputs }

  private func compute(
    _ part: Int, _ x: UnsafePointer<Float>, _ rows: Int, _ y: UnsafeMutablePointer<Float>,
    _ activation: Normalization.Activation
  ) {
    let start = part * Self.partOutputs
    let count = min(Self.partOutputs, outputs - start)
    let out = y + start
    Elementwise.fillRows(
      rows: rows, columns: count, out: out, stride: outputs, vector: bias.pointer + start)
    PanelProduct.multiply(
      m: rows, n: count, inputs: inputs, a: x, lda: inputs,
      panels: panels.pointer + start * inputs, c: out, ldc: outputs, accumulates: true)
    if activation == .gelu {
      for row in 0..<rows { VectorMath.gelu(out + row * outputs, out + row * outputs, count) }
    }
  }
}
