import HablaCheckpoints
import HablaKernels

/// A one-dimensional convolution (or, with kernel 1, a linear layer) over [time, channel] rows.
///
/// y[t, o] = bias[o] + sum over taps j and inputs i of weight[o, j, i] * x[t + j * dilation - padLeft, i],
/// zero outside the sequence; as many rows out as in. Computed as
/// one matrix product per tap over shifted rows.
package struct Convolution: Sendable {
  /// Channels in.
  package let inputs: Int
  /// Channels out.
  package let outputs: Int
  private let weight: WeightArray
  /// Bias [outputs]; zeros for a layer without one.
  package let bias: WeightArray
  private let kernel: Int
  private let dilation: Int
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
    self.kernel = kernel
    self.dilation = dilation
    self.padLeft = padLeft ?? dilation * (kernel - 1) / 2
    weight = try reader.convolution(
      name + ".weight", outputs: outputs, inputs: inputs, kernel: kernel)
    bias =
      reader.contains(name + ".bias")
      ? try reader.array(name + ".bias", shape: [outputs])
      : WeightArray(FloatBuffer(count: outputs))
  }

  /// Stacks kernel-1 layers of the same input width into one, outputs one after the other.
  ///
  /// `reader` reads the layers.
  package init(stacking layers: [Convolution], _ reader: WeightReader) throws {
    inputs = layers[0].inputs
    outputs = layers.reduce(0) { $0 + $1.outputs }
    kernel = 1
    dilation = 1
    padLeft = 0
    func stacked(_ parts: [WeightArray]) throws -> WeightArray {
      let count = parts.reduce(0) { $0 + $1.count }
      return WeightArray(
        count: count,
        try reader.later(cost: count) {
          let buffer = FloatBuffer(uninitializedCount: count)
          var target = buffer.pointer
          for part in parts {
            target.update(from: try part.read(), count: part.count)
            target += part.count
          }
          return WeightArray.Floats(buffer)
        })
    }
    weight = try stacked(layers.map(\.weight))
    bias = try stacked(layers.map(\.bias))
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
      let source = kernel == 1 ? x : padded(x, rows, run)
      run.overRows(rows) { start, count in
        let out = y + start * strideOut
        Elementwise.fillRows(
          rows: count, columns: outputs, out: out, stride: strideOut, vector: bias.pointer)
        // One product per tap on shifted rows: OpenBLAS does not take overlapping rows.
        for tap in 0..<kernel {
          GEMM.multiply(
            m: count, n: outputs, k: inputs,
            a: source + (start + tap * dilation) * strideIn, lda: strideIn,
            b: weight.pointer + tap * inputs, ldb: kernel * inputs, transposeB: true,
            c: out, ldc: strideOut, beta: 1)
        }
      }
    }
  }

  /// A copy of x with the zero rows that the kernel reaches on both sides.
  private func padded(
    _ x: UnsafePointer<Float>, _ rows: Int, _ run: RunState
  ) -> UnsafePointer<Float> {
    let reach = dilation * (kernel - 1)
    let copy = run.workspace.take((rows + reach) * inputs)
    copy.update(repeating: 0, count: padLeft * inputs)
    (copy + padLeft * inputs).update(from: x, count: rows * inputs)
    (copy + (padLeft + rows) * inputs).update(repeating: 0, count: (reach - padLeft) * inputs)
    return UnsafePointer(copy)
  }
}
