import HablaCheckpoints
import HablaKernels

/// A linear layer for short sequences and wide layers: threads share its outputs, not its rows.
///
/// y[t, o] = bias[o] + sum over i of weight[o, i] * x[t, i]. With a few dozen rows reading the
/// weights is the work, so each weight is read by one thread only.
package struct RowLinear: Sendable {
  /// Outputs of one part of the work with OpenBLAS, whose results would depend on the thread count
  /// if the parts did.
  private static let blasPartOutputs = 96

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
      try weight.stored(inputs: inputs), outputs: outputs, inputs: inputs,
      into: panels.pointer)
    bias = WeightArray(try reader.array(name + ".bias", shape: [outputs]).array)
  }

  /// y [rows, outputs] = activation of the layer on x [rows, inputs].
  package func forward(
    _ x: UnsafePointer<Float>, rows: Int, into y: UnsafeMutablePointer<Float>,
    activation: Normalization.Activation = .none, _ run: RunState
  ) {
    let size = partOutputs(run.pool)
    run.pool.run(parts(size)) { compute($0, size, x, rows, y, activation) }
  }

  /// Several layers of the same input, as one job.
  package static func forward(
    _ layers: [(layer: RowLinear, output: UnsafeMutablePointer<Float>)],
    _ x: UnsafePointer<Float>, rows: Int, _ run: RunState
  ) {
    run.pool.run(layers.reduce(0) { $0 + $1.layer.parts($1.layer.partOutputs(run.pool)) }) {
      index in
      var part = index
      for (layer, output) in layers {
        let size = layer.partOutputs(run.pool)
        if part < layer.parts(size) {
          return layer.compute(part, size, x, rows, output, .none)
        }
        part -= layer.parts(size)
      }
    }
  }

  /// Outputs of one part of the work: an equal share for each thread, in whole panels.
  ///
  /// Long runs of panels, because the first of each is not asked for ahead.
  private func partOutputs(_ pool: ThreadPool) -> Int {
    if !Processor.usesWideKernels { return Self.blasPartOutputs }
    let panels = (outputs + PanelProduct.width - 1) / PanelProduct.width
    return (panels + pool.threadCount - 1) / pool.threadCount * PanelProduct.width
  }

  private func parts(_ size: Int) -> Int { (outputs + size - 1) / size }

  private func compute(
    _ part: Int, _ size: Int, _ x: UnsafePointer<Float>, _ rows: Int,
    _ y: UnsafeMutablePointer<Float>,
    _ activation: Normalization.Activation
  ) {
    let start = part * size
    let count = min(size, outputs - start)
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
