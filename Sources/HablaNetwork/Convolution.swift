import HablaCheckpoints
import HablaKernels

/// A one-dimensional convolution (or, with kernel 1, a linear layer) over [time, channel] rows.
///
/// y[t, o] = bias[o] + sum over taps j and inputs i of weight[o, j, i] * x[t + j * dilation - padLeft, i],
/// zero outside the sequence; as many rows out as in.
package struct Convolution: Sendable {
  /// Channels in.
  package let inputs: Int
  /// Channels out.
  package let outputs: Int
  private let shape: ConvolutionShape
  /// Weights of the outputs one after the other; more than one for stacked layers.
  private let parts: [PanelWeights]
  /// Bias [outputs]; zeros for a layer without one.
  package let bias: WeightArray
  private let padLeft: Int

  /// Reads `name.weight` ([outputs, inputs, kernel]) and `name.bias` ([outputs], may be absent).
  ///
  /// `padLeft` defaults to the symmetric padding dilation * (kernel - 1) / 2.
  package init(
    _ reader: WeightReader, _ name: String, inputs: Int, outputs: Int, kernel: Int = 1,
    dilation: Int = 1, padLeft: Int? = nil
  ) throws {
    self.inputs = inputs
    self.outputs = outputs
    self.padLeft = padLeft ?? dilation * (kernel - 1) / 2
    let shape = ConvolutionShape(
      inputs: inputs, outputs: outputs, kernel: kernel, dilation: dilation)
    self.shape = shape
    parts = [try PanelWeights(reader, name + ".weight", shape)]
    bias = try Self.bias(reader, name, outputs)
  }

  /// Stacks kernel-1 layers of the same widths into one, outputs one after the other.
  package init(
    stacking names: [String], _ reader: WeightReader, inputs: Int, outputs: Int
  ) throws {
    self.inputs = inputs
    self.outputs = names.count * outputs
    padLeft = 0
    let shape = ConvolutionShape(inputs: inputs, outputs: names.count * outputs, kernel: 1)
    self.shape = shape
    let part = ConvolutionShape(inputs: inputs, outputs: outputs, kernel: 1)
    parts = try names.map { try PanelWeights(reader, $0 + ".weight", part) }
    let biases = try names.map { try Self.bias(reader, $0, outputs) }
    bias = WeightArray(
      count: shape.outputs,
      try reader.later(cost: shape.outputs) { WeightArray.Floats(try WeightArray.stack(biases)) })
  }

  private static func bias(
    _ reader: WeightReader, _ name: String, _ outputs: Int
  ) throws -> WeightArray {
    reader.contains(name + ".bias")
      ? try reader.array(name + ".bias", shape: [outputs])
      : WeightArray(FloatBuffer(count: outputs))
  }

  /// Computes `rows` rows from x (row stride `inputStride`) into y (row stride `outputStride`).
  ///
  /// Strides default to the channel counts; a kernel above 1 needs the default input stride.
  package func forward(
    _ x: UnsafePointer<Float>, rows: Int, inputStride: Int? = nil,
    into y: UnsafeMutablePointer<Float>, outputStride: Int? = nil, _ run: RunState
  ) {
    let strideIn = inputStride ?? inputs
    let strideOut = outputStride ?? outputs
    run.scope {
      let products = parts.map { $0.product(run) }
      let source = shape.kernel == 1 ? x : padded(x, rows, run)
      run.overRows(rows) { start, count in
        let out = y + start * strideOut
        Elementwise.fillRows(
          rows: count, columns: outputs, out: out, stride: strideOut, vector: bias.pointer)
        var first = out
        for product in products {
          product.accumulate(
            rows: count, source + start * strideIn, inputStride: strideIn, into: first,
            outputStride: strideOut)
          first += product.shape.outputs
        }
      }
    }
  }

  /// A copy of x with the zero rows that the kernel reaches on both sides.
  private func padded(
    _ x: UnsafePointer<Float>, _ rows: Int, _ run: RunState
  ) -> UnsafePointer<Float> {
    let reach = shape.reach
    let copy = run.workspace.take((rows + reach) * inputs)
    copy.update(repeating: 0, count: padLeft * inputs)
    (copy + padLeft * inputs).update(from: x, count: rows * inputs)
    (copy + (padLeft + rows) * inputs).update(repeating: 0, count: (reach - padLeft) * inputs)
    return UnsafePointer(copy)
  }
}
